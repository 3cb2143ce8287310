// What happened in a run: lines to read, a hash to compare, and the rare states that it came through.
#pragma once

#include <cstdio>
#include <map>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace samla::sim {

class Trace {
 public:
  explicit Trace(bool print) : print_(print) {}

  void line(std::string text) {
    mix(as_bytes(text));
    if (print_) std::printf("%5llu  %s\n", static_cast<unsigned long long>(step), text.c_str());
  }
  /// What is too long to read counts for the hash.
  void mix(ByteView bytes) {
    for (const std::uint8_t byte : bytes) hash_ = (hash_ ^ byte) * 0x100000001b3;
  }
  /// A state that some seed of every swarm must come through.
  void sometimes(const char* state) { ++sometimes_[state]; }
  /// What no seed may show. The first one stands.
  void violation(std::string what) {
    line("VIOLATION: " + what);
    if (violation_.empty()) violation_ = std::move(what);
  }

  bool failed() const { return !violation_.empty(); }
  const std::string& first_violation() const { return violation_; }
  std::uint64_t hash() const { return hash_; }
  const std::map<std::string, std::uint64_t>& states() const { return sometimes_; }

  std::uint64_t step = 0;

 private:
  bool print_;
  std::uint64_t hash_ = 0xcbf29ce484222325;
  std::map<std::string, std::uint64_t> sometimes_;
  std::string violation_;
};

}  // namespace samla::sim
