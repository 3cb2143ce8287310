// The arbiter: judges what devices submit, gives it its place, and makes it durable, a group at a time.
//
//   verify (any thread): canonical decode, limits, signature
//   process (one thread): continuity, right at the heads named, sequence, heads of fields, one commit
//
// Invariant: an answer other than "later" rests on a commit with synchronous=FULL, or on bytes that can
// never be placed. When the commit fails, nothing of the group has happened. Chain appends stand or fall
// whole. Thread: process belongs to one thread, which is also the storage's.
#pragma once

#include <map>
#include <set>
#include <variant>
#include <vector>

#include "core/base/clock.h"
#include "core/change/changeset.h"
#include "core/resolve/record_state.h"
#include "core/wire/message.h"
#include "sync-server/chain_registry.h"
#include "sync-server/follower.h"
#include "sync-server/server_keys.h"
#include "sync-server/space_tips.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

/// Who asked: a connection's number; zero is nobody.
using Asker = std::uint64_t;

struct PushJob {
  wire::Push push;
  DeviceId device;
  /// By verify: the changeset, or why it can't be taken.
  std::optional<change::Changeset> changeset;
  wire::Refused refused = wire::Refused::kLater;
  /// Of whoever wrote it, by a device that reads the space.
  std::optional<WriterId> reoffered_writer = {};
  std::uint64_t revision = 0;  ///< of the chains by which it was verified
};
/// What a server that was restored lacks of a chain.
struct OfferJob {
  wire::ChainOffer offer;
  DeviceId device;
  NoisePublicKey peer;  ///< of the connection
};
/// This server's receipts, shown to it.
struct RenewJob {
  wire::Receipts receipts;
};
struct AppendJob {
  wire::ChainAppend append;
  wire::Hello hello;
};
/// Another process has committed something, or may have.
struct NewsJob {
  std::set<SpaceId> spaces;  ///< that have grown; empty: any
};
struct Job {
  Asker asker = 0;
  std::variant<PushJob, AppendJob, OfferJob, RenewJob, NewsJob> what;
};

/// Canonical form, size, completeness, and the device's signature. Any thread.
void verify(PushJob& job, const ChainRegistry& registry);

struct GroupResult {
  /// Signed, one for each asker.
  std::map<Asker, wire::Receipts> receipts;
  std::vector<std::pair<Asker, wire::Refusal>> refusals;
  std::vector<std::pair<Asker, wire::ReofferRefusal>> reoffer_refusals;
  std::vector<std::pair<Asker, wire::ChainResult>> chain_results;
  std::vector<std::pair<Asker, wire::ChainOfferResult>> offer_results;
  std::optional<Incarnation> renewed;  ///< the server's new life: every device is to connect again
  std::set<SpaceId> chains_changed;    ///< zero: the identity chain
  std::set<SpaceId> grown;
  bool everything_grown = false;  ///< any space may have
  std::set<SpaceId> news;         ///< for other processes over the same storage; zero: the chains
  bool committed = true;          ///< false: storage failed; everyone is told "later"
  std::optional<Error> failure;   ///< how, for the log
  bool only_news = false;         ///< nobody here had asked for anything
  std::uint64_t placed = 0;       ///< changesets
  std::uint64_t conflicts = 0;    ///< fields that came to have several heads
  std::uint64_t erased = 0;       ///< changesets that have lost a ciphertext
  std::uint64_t commit_us = 0;

  /// By the message that fits what was pushed.
  void refuse(Asker asker, const PushJob& job, wire::Refused refused, std::uint64_t expected_seq = 0);
};

class Arbiter {
 public:
  /// All outlive the arbiter.
  Arbiter(Storage& storage, ChainRegistry& registry, SpaceTips& tips, const ServerKeys& keys,
          const Clock& clock)
      : storage_(storage),
        registry_(registry),
        tips_(tips),
        keys_(keys),
        clock_(clock),
        follower_(registry, tips) {}

  GroupResult process(const std::vector<Job>& group);
  /// Of what other processes commit to the same storage.
  Follower& follower() { return follower_; }

 private:
  friend class Group;
  TransactionScope scope_of(const std::vector<Job>& group) const;
  Result<void> catch_up(const TransactionScope& scope);
  Storage& storage_;
  ChainRegistry& registry_;
  SpaceTips& tips_;
  const ServerKeys& keys_;
  const Clock& clock_;
  Follower follower_;
  /// Each writer's last changeset in a space, without bytes; forgotten when a group fails, and after each
  /// where other processes write too.
  std::map<std::pair<SpaceId, WriterId>, StoredChangeset> writer_tips_;
};

/// The name in storage of the claim token's hash; gone once the server is claimed.
inline constexpr std::string_view kClaimName = "claim";
inline constexpr std::string_view kIncarnationName = "incarnation";
/// Since when a new life's chains wait for an administrator's device to confirm them; gone once it has.
inline constexpr std::string_view kUnconfirmedName = "unconfirmed";
/// The incarnation of a server that is not in its first life; absent: it is.
inline constexpr std::string_view kRenewedName = "renewed";
/// With a space's id in hexadecimal after it: the life in which an entry was last added to that chain.
inline constexpr std::string_view kAddedName = "added:";
/// Of a server that was emptied: the organisation whose devices may fill it.
inline constexpr std::string_view kAwaitedName = "awaited";
/// Of a database that was moved elsewhere: where to. Nobody is served from it any more.
inline constexpr std::string_view kMovedName = "moved";
/// How long, at the most.
inline constexpr std::uint64_t kConfirmationMs = std::uint64_t{24} * 60 * 60 * 1000;
/// As stored.
Bytes encode_ms(std::uint64_t ms);
Result<std::uint64_t> decode_ms(ByteView bytes);

}  // namespace samla::server
