// Erasing what was written, holds that defer it, and the review of what was set aside.
#include <algorithm>
#include <map>

#include "core/replica/local_replica.h"

namespace samla::replica {

using chain::ChangesetPlace;
using chain::Erased;
using chain::ErasedChangeset;

namespace {

/// An entry is a message to everyone: a large erasure is several.
constexpr std::size_t kChangesetsAtOnce = 2000;
constexpr std::size_t kWritesAtOnce = 50'000;

/// Without what has been erased already.
std::vector<std::uint32_t> left_of(const chain::IdentityState& identity, const ChangesetPlace& place,
                                   const std::set<std::uint32_t>& writes) {
  std::vector<std::uint32_t> out;
  std::ranges::copy_if(writes, std::back_inserter(out),
                       [&](std::uint32_t write) { return identity.erased(place, write) == Erased::kNo; });
  return out;
}

}  // namespace

Result<void> LocalReplica::wish(ChainWork::Wish wish, const SyncOptions& options) {
  if (!is_admin()) {
    return fail(ErrorCode::not_permitted, "replica.wish", "only an administrator's device may do this");
  }
  return place_wish(std::move(wish), options);
}

Result<void> LocalReplica::place_wish(ChainWork::Wish wish, const SyncOptions& options) {
  work_.wishes.push_back(std::move(wish));
  const auto synced = sync_or_fail(options);
  const bool placed = work_.wishes.empty();
  work_.wishes.clear();
  if (!synced.ok()) return synced;
  return placed ? Result<void>() : fail(ErrorCode::retry_later, "replica.wish");
}

// ---- erasing

Result<std::vector<wire::Place>> LocalReplica::places_of(const UserId& user, const SyncOptions& options) {
  work_.places = PlacesWanted{user, true, {}, false};
  const auto synced = sync_or_fail(options);
  PlacesWanted asked = *std::exchange(work_.places, {});
  if (!synced.ok()) return synced.error();
  if (!asked.done) return fail(ErrorCode::retry_later, "replica.places");
  return std::move(asked.found);
}

Result<std::vector<ErasedChangeset>> LocalReplica::erasable(const ErasureScope& scope,
                                                            const SyncOptions& options) {
  std::map<ChangesetPlace, std::set<std::uint32_t>> all;
  if (scope.user) {
    SAMLA_ASSIGN(const auto places, places_of(*scope.user, options));
    for (const wire::Place& place : places) {
      if (!scope.spaces.empty() && !scope.spaces.contains(place.space)) continue;
      auto& writes = all[{place.space, place.writer, place.seq}];
      for (std::uint32_t i = 0; i < std::min<std::uint32_t>(place.writes, change::kWritesMax); ++i) {
        writes.insert(writes.end(), i);
      }
    }
  }
  for (const auto& [space, state] : local_->membership->spaces()) {
    if (scope.records.empty()) break;
    const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
      SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored.bytes));
      for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
        const auto* write = change::header_of(changeset.leaves[i]);
        if (write == nullptr || !scope.records.contains(write->record)) continue;
        all[{stored.space, stored.writer, stored.seq}].insert(static_cast<std::uint32_t>(i));
      }
      return {};
    };
    SAMLA_TRY(local_->tables->changesets.each(space, {}, take));
  }
  std::vector<ErasedChangeset> out;
  for (const auto& [place, writes] : all) {
    std::vector<std::uint32_t> left = left_of(identity(), place, writes);
    if (!left.empty()) out.push_back({place.space, place.writer, place.seq, std::move(left)});
  }
  return out;
}

Result<ErasureReport> LocalReplica::erase_writes(const ErasureScope& scope, bool dry_run,
                                                 const SyncOptions& options) {
  constexpr const char* kOperation = "erase";
  if (!is_admin()) return fail(ErrorCode::not_permitted, kOperation, "only an administrator may do this");
  SAMLA_TRY(sync_or_fail(options));  // what is written here and not placed yet can't be named
  SAMLA_ASSIGN(std::vector<ErasedChangeset> all, erasable(scope, options));
  ErasureReport report;
  report.changesets = all.size();
  for (const ErasedChangeset& each : all) {
    report.writes += each.writes.size();
    report.held += identity().held(each.space) ? 1 : 0;
  }
  if (all.empty()) return fail(ErrorCode::not_found, kOperation, "nothing is left to erase");
  if (dry_run) return report;
  for (std::size_t next = 0; next < all.size();) {
    chain::Erasure body;
    for (std::size_t writes = 0; next < all.size() && body.changesets.size() < kChangesetsAtOnce; ++next) {
      writes += all[next].writes.size();
      if (!body.changesets.empty() && writes > kWritesAtOnce) break;
      body.changesets.push_back(std::move(all[next]));
    }
    SAMLA_TRY(wish(
        [&](ChainBatchBuilder& to) -> Result<void> {
          to.add_identity(body);
          return {};
        },
        options));
  }
  return report;
}

Result<std::vector<WrittenInfo>> LocalReplica::written_by(const UserId& user, const SyncOptions& options) {
  if (!is_admin() && user != this->user()) return fail(ErrorCode::not_permitted, "written_by");
  SAMLA_ASSIGN(const auto places, places_of(user, options));
  std::map<SpaceId, WrittenInfo> spaces;
  for (const wire::Place& place : places) {
    WrittenInfo& info = spaces[place.space];
    info.space = place.space;
    info.changesets += 1;
    info.writes += place.writes;
  }
  std::vector<WrittenInfo> out;
  for (const auto& [space, info] : spaces) out.push_back(info);
  return out;
}

// ---- holds

Result<HoldId> LocalReplica::place_hold(const std::vector<SpaceId>& spaces, const SyncOptions& options) {
  chain::Hold body;
  body.hold = local_->random.fixed<chain::HoldId>();
  body.spaces = spaces;
  std::ranges::sort(body.spaces);
  const auto same = std::ranges::unique(body.spaces);
  body.spaces.erase(same.begin(), same.end());
  SAMLA_TRY(wish(
      [&](ChainBatchBuilder& to) -> Result<void> {
        // An earlier try may have come through, and its answer not.
        if (!identity().holds().contains(body.hold)) to.add_identity(body);
        return {};
      },
      options));
  return HoldId::from(body.hold.view());
}

Result<void> LocalReplica::release_hold(const HoldId& hold, const SyncOptions& options) {
  const chain::HoldId id = chain::HoldId::from(hold.view());
  const auto* facts = identity().holds().find(id);
  if (facts == nullptr || facts->span.until) return fail(ErrorCode::not_found, "hold.release");
  return wish(
      [&](ChainBatchBuilder& to) -> Result<void> {
        to.add_identity(chain::HoldRelease{id});
        return {};
      },
      options);
}

std::vector<HoldInfo> LocalReplica::holds() const {
  std::vector<HoldInfo> out;
  for (const auto& [id, facts] : identity().holds()) {
    out.push_back({HoldId::from(id.view()), facts.spaces, !facts.span.until});
  }
  return out;
}

// ---- set aside

Result<std::vector<SetAsideInfo>> LocalReplica::set_aside() {
  std::vector<SetAsideInfo> out;
  for (const auto& [id, facts] : identity().devices()) {
    if (!facts.revoked_at) continue;
    for (const auto& [space, state] : local_->membership->spaces()) {
      SetAsideInfo info{id, space, 0, {}};
      std::set<RecordId> records;
      const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
        if (stored.validity != change::Validity::kQuarantined) return {};
        SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored.bytes));
        for (const change::Leaf& leaf : changeset.leaves) {
          if (const auto* write = change::header_of(leaf)) records.insert(write->record);
        }
        ++info.changesets;
        return {};
      };
      SAMLA_TRY(local_->tables->changesets.each(space, chain::writer_of_device(id), take));
      if (info.changesets == 0) continue;
      info.records.assign(records.begin(), records.end());
      out.push_back(std::move(info));
    }
  }
  return out;
}

Result<void> LocalReplica::accept_set_aside(const DeviceId& device) {
  constexpr const char* kOperation = "device.accept";
  const auto* facts = identity().device(device);
  if (facts == nullptr || !facts->revoked_at) {
    return fail(ErrorCode::not_found, kOperation, "no such device has been revoked");
  }
  const bool own = facts->user == user() && facts->revoked_by == chain::Rank::kDevice;
  if (!is_admin() && !own) {
    return fail(ErrorCode::not_permitted, kOperation, "an administrator must do this");
  }
  return queue_revocation(chain::RevocationTarget::kDevice, device.view(), &device);
}

}  // namespace samla::replica
