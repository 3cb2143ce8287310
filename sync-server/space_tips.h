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

  const Incarnation& incarnation() const { return incarnation_; }
  Position get(const SpaceId& space) const {
    const std::lock_guard lock(mutex_);
    const auto found = tips_.find(space);
    return found == tips_.end() ? Position{incarnation_, 0, {}} : found->second;
  }
  void set(const SpaceId& space, const Position& position) {
    const std::lock_guard lock(mutex_);
    tips_[space] = position;
  }

 private:
  const Incarnation incarnation_;
  mutable std::mutex mutex_;
  std::map<SpaceId, Position> tips_;
};

}  // namespace samla::server
