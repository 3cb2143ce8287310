// One device on a simulated machine: the production replica over its disk, and the line to the server.
#pragma once

#include <memory>
#include <optional>
#include <set>

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
  /// Another machine with a copy of this one's disk, which is down: of all that somebody can copy.
  std::unique_ptr<SimDevice> copy(std::string name, std::uint64_t seed) const;
  /// What the product does as soon as it finds out that it runs on a copy: it goes on under a new name.
  Result<void> take_new_name();
  /// And where the server has told it that somebody else writes under its name.
  Result<void> leave_fork();

  replica::LocalReplica& replica() { return *replica_; }
  replica::LocalStore& local() { return replica_->local(); }
  const replica::LocalStore& local() const { return replica_->local(); }
  /// As of when it last ran.
  WriterId writer() const { return writer_; }
  DeviceId id() const { return id_; }
  OrganisationId organisation() const { return organisation_; }

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
  bool in_doubt = false;  ///< another machine may write under the same name; until this one takes another
  bool liar = false;      ///< it sends what its member signs, and nothing of its store
  bool gone = false;      ///< it never comes back
  std::set<std::pair<SpaceId, change::WriteRef>> reissued;  ///< places of what was written under another name
  HybridTime last_time;                                     ///< of its edits
  std::uint64_t wall_max_ms = 0;                            ///< the latest that its clock has said
  std::uint64_t offline_until = 0;                          ///< a step: it can't reach the server before

 private:
  replica::OpenOptions options() const;
  const vault::StoreKey* key() const { return stack_ == Stack::kFull ? &key_ : nullptr; }

  Result<void> note_name();

  const std::uint64_t& true_ms_;
  Stack stack_;
  std::string name_;
  mutable SeededRandom random_;
  vault::StoreKey key_;
  std::unique_ptr<Disk> disk_;
  WriterId writer_;
  DeviceId id_;
  OrganisationId organisation_;
  std::unique_ptr<replica::LocalReplica> replica_;
  std::unique_ptr<replica::Conversation> conversation_;
  Line line_;
};

}  // namespace samla::sim
