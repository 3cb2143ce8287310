// Where each space's history stands, in memory. Invariant: what is here has been committed.
// Threads: any.
#pragma once

#include <map>
#include <mutex>

#include "core/base/position.h"

namespace samla::server {

class SpaceTips {
 public:
  explicit SpaceTips(const Incarnation& incarnation) : incarnation_(incarnation) {}

  Incarnation incarnation() const {
    const std::lock_guard lock(mutex_);
    return incarnation_;
  }
  /// The server's new life, over the same histories.
  void renew(const Incarnation& incarnation) {
    const std::lock_guard lock(mutex_);
    incarnation_ = incarnation;
    for (auto& [space, position] : tips_) position.incarnation = incarnation;
  }
  Position get(const SpaceId& space) const {
    const std::lock_guard lock(mutex_);
    const auto found = tips_.find(space);
    return found == tips_.end() ? Position{incarnation_, 0, {}} : found->second;
  }
  void set(const SpaceId& space, const Position& position) {
    const std::lock_guard lock(mutex_);
    tips_[space] = position;
  }
  /// As it was read from a storage that others write to as well: never backwards, since what is read by
  /// several threads arrives in any order.
  void advance(const SpaceId& space, std::uint64_t seq, const Hash& head) {
    const std::lock_guard lock(mutex_);
    Position& position = tips_[space];
    if (seq > position.seq) position = {incarnation_, seq, head};
  }
  /// The storage was set back: what is known now comes from it.
  void clear() {
    const std::lock_guard lock(mutex_);
    tips_.clear();
  }

 private:
  mutable std::mutex mutex_;
  Incarnation incarnation_;
  std::map<SpaceId, Position> tips_;
};

}  // namespace samla::server
