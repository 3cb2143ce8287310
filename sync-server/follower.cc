#include "sync-server/follower.h"

#include <utility>

#include "sync-server/arbiter.h"

namespace samla::server {

Result<void> not_moved(StorageReader& storage) {
  SAMLA_ASSIGN(const auto moved, storage.value(kMovedName));
  if (!moved) return {};
  return fail(ErrorCode::wrong_state, "server.open",
              "this database was moved to " + std::string(as_text(*moved)) + "; run the server there");
}

Result<void> Follower::catch_up(StorageReader& storage) {
  if (!storage.shared()) return {};
  const std::uint64_t before = registry_.revision();
  bool set_back = false;
  if (moved_) return fail(ErrorCode::wrong_state, "server.follow", "the database was moved elsewhere");
  SAMLA_ASSIGN(const std::set<SpaceId> grown, registry_.catch_up(storage, set_back));
  if (registry_.revision() == before) return {};
  if (const auto still = not_moved(storage); !still.ok()) {
    moved_ = moved_ || still.error().code == ErrorCode::wrong_state;
    return still;
  }
  SAMLA_ASSIGN(const auto incarnation, storage.value(kIncarnationName));
  if (!incarnation || incarnation->size() != Incarnation::kSize) {
    return fail(ErrorCode::store_corrupt, "server.follow (the database names no incarnation)");
  }
  const Incarnation now = Incarnation::from(*incarnation);
  const bool renewed = now != tips_.incarnation();
  if (renewed) tips_.renew(now);
  // Then it was set back, or may have been: the places are read anew when they are asked for.
  if (renewed || set_back) tips_.clear();
  const std::lock_guard lock(mutex_);
  news_.chains.insert(grown.begin(), grown.end());
  news_.renewed = news_.renewed || renewed || set_back;
  return {};
}

Result<void> Follower::read_tips(StorageReader& storage, const std::optional<std::set<SpaceId>>& spaces) {
  if (!storage.shared()) return {};
  SAMLA_ASSIGN(const auto tips, storage.tips(spaces));
  for (const SpaceTip& tip : tips) tips_.advance(tip.space, tip.seq, tip.head);
  return {};
}

Result<void> Follower::read_locked_tips(StorageReader& storage, const std::set<SpaceId>& spaces) {
  if (!storage.shared()) return {};
  SAMLA_ASSIGN(const auto tips, storage.tips(spaces));
  std::map<SpaceId, SpaceTip> there;
  for (const SpaceTip& tip : tips) there[tip.space] = tip;
  for (const SpaceId& space : spaces) {
    const SpaceTip tip = there.contains(space) ? there[space] : SpaceTip{space, 0, {}};
    const Position known = tips_.get(space);
    const bool set_back = known.seq > tip.seq || (known.seq == tip.seq && known.head != tip.head);
    if (tip.seq > 0 || known.seq > 0) tips_.set(space, {tips_.incarnation(), tip.seq, tip.head});
    if (!set_back) continue;
    const std::lock_guard lock(mutex_);
    news_.renewed = true;
  }
  return {};
}

Follower::News Follower::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(news_, {});
}

}  // namespace samla::server
