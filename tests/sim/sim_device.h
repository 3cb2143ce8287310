// One device on a simulated machine: the production replica over its disk, and the line to the server.
#pragma once

#include <memory>
#include <optional>

#include "core/replica/conversation.h"
#include "core/replica/local_replica.h"
#include "tests/sim/disks.h"
#include "tests/sim/line.h"
#include "tests/sim/options.h"
#include "tests/sim/sim_server.h"

namespace samla::sim {

class SimDevice {
 public:
  SimDevice(Stack stack, std::string name, std::uint64_t seed, const std::uint64_t& true_ms);

  /// A new store, on a new disk.
  Result<void> create(replica::Account account, std::optional<Secret<32>> invite_secret);
  /// After a crash.
  Result<void> open();
  void crash(Down down);
  bool running() const { return replica_ != nullptr; }

  replica::LocalReplica& replica() { return *replica_; }
  replica::LocalStore& local() { return replica_->local(); }
  WriterId writer() const { return writer_; }

  /// Begins a conversation over `line`; what it says first is sent.
  Result<void> converse(Line line, wire::Hello hello);
  /// The line is gone.
  void hang_up();
  bool connected() const { return conversation_ != nullptr; }
  replica::Conversation& conversation() { return *conversation_; }
  Line& line() { return line_; }
  /// Puts onto the line what the conversation has to say.
  void send_outgoing();

  const std::string& name() const { return name_; }
  Disk& disk() { return *disk_; }
  SeededRandom& random() { return random_; }

  SimClock clock;
  bool soft_commits = false;    ///< edits may go with the power
  bool may_lose_edits = false;  ///< the power went, and they have not been counted since
  bool revoked = false;
  bool hostile = false;
  HybridTime last_time;             ///< of its edits
  std::uint64_t wall_max_ms = 0;    ///< the latest that its clock has said
  std::uint64_t offline_until = 0;  ///< a step: it can't reach the server before

 private:
  replica::OpenOptions options() const;
  const vault::StoreKey* key() const { return stack_ == Stack::kFull ? &key_ : nullptr; }

  Stack stack_;
  std::string name_;
  mutable SeededRandom random_;
  vault::StoreKey key_;
  std::unique_ptr<Disk> disk_;
  WriterId writer_;
  std::unique_ptr<replica::LocalReplica> replica_;
  std::unique_ptr<replica::Conversation> conversation_;
  Line line_;
};

}  // namespace samla::sim
