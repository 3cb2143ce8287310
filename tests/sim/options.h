// What a run of the simulation is made of: a seed, how many steps, and which faults may come.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace samla::sim {

/// Every fault is drawn from the seed; a swarm gives each seed a subset of those allowed.
enum class Fault : std::uint8_t {
  kCut,             ///< connections break, also within a message
  kLoss,            ///< a message goes missing
  kDuplication,     ///< a message comes twice
  kReordering,      ///< a message overtakes another
  kGarbling,        ///< a bit of a message flips
  kPartition,       ///< devices that can't reach the server for a long while
  kCrash,           ///< a device's process dies: now, or at any of its next calls to the disk
  kPowerCut,        ///< as kCrash, and what no sync covered is there, dropped, torn or garbled
  kDiskFull,        ///< a device's disk is full, for a while
  kServerCrash,     ///< as kCrash and kPowerCut, of the server
  kServerDiskFull,  ///< the server's disk is full, for a while
  kClockSkew,       ///< clocks are wrong by up to ten years
  kClockJump,       ///< clocks jump, either way
  kSoftCommits,     ///< edits don't wait for the disk: the last ones may go with the power
  kHostileBytes,    ///< a member with valid keys sends rubbish, old messages and its own mangled
  kRevocation,      ///< a device is revoked while it goes on writing
  kServerRestored,  ///< the server comes back with an old backup, and knows it or does not
  kServerEmptied,   ///< the server comes back with nothing but its keys; a device may be lost with it
  kClone,           ///< a device's store runs on two machines, and knows it or does not
  kByzantine,       ///< a member signs changesets that say what is not so
};
inline constexpr std::array<std::string_view, 20> kFaultNames = {
    "cut",      "loss",   "duplication", "reordering", "garbling", "partition", "crash",
    "powercut", "full",   "servercrash", "serverfull", "skew",     "jump",      "soft",
    "hostile",  "revoke", "restored",    "emptied",    "clone",    "byzantine"};

class Faults {
 public:
  constexpr Faults() = default;
  constexpr bool has(Fault fault) const { return (bits_ & bit(fault)) != 0; }
  constexpr void add(Fault fault) { bits_ |= bit(fault); }
  constexpr void remove(Fault fault) { bits_ &= ~bit(fault); }
  constexpr bool operator==(const Faults&) const = default;
  std::string names() const {
    std::string out;
    for (std::size_t i = 0; i < kFaultNames.size(); ++i) {
      if (has(static_cast<Fault>(i))) out += (out.empty() ? "" : ",") + std::string(kFaultNames[i]);
    }
    return out.empty() ? "none" : out;
  }
  static Faults all_by_default() {
    Faults out;
    for (std::size_t i = 0; i < kFaultNames.size(); ++i) out.add(static_cast<Fault>(i));
    return out;
  }

 private:
  static constexpr std::uint32_t bit(Fault fault) { return std::uint32_t{1} << static_cast<unsigned>(fault); }
  std::uint32_t bits_ = 0;
};

/// Vault over a simulated disk and Noise over the line; or the machines alone, with stores in memory.
enum class Stack : std::uint8_t { kFull, kPure };

struct Options {
  std::uint64_t seed = 1;
  std::uint64_t ops = 300;
  Faults faults;
  Stack stack = Stack::kFull;
  bool print = false;  ///< each line of the trace, as it happens
};

}  // namespace samla::sim
