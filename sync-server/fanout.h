// Who reads which space: so that a commit wakes those and no others.
// Invariant: a connection that has been given anything of a space is listed until it is dropped; being
// listed once too often costs a look-up. Thread: the connections'.
#pragma once

#include <map>
#include <set>

#include "sync-server/arbiter.h"

namespace samla::server {

class Fanout {
 public:
  void reads(const SpaceId& space, Asker connection) {
    if (readers_[space].insert(connection).second) spaces_[connection].insert(space);
  }
  void drop(Asker connection) {
    for (const SpaceId& space : spaces_[connection]) {
      readers_[space].erase(connection);
      if (readers_[space].empty()) readers_.erase(space);
    }
    spaces_.erase(connection);
  }
  std::set<SpaceId> spaces() const {
    std::set<SpaceId> out;
    for (const auto& [space, readers] : readers_) out.insert(space);
    return out;
  }
  std::set<Asker> readers_of(const SpaceId& space) const {
    const auto found = readers_.find(space);
    return found == readers_.end() ? std::set<Asker>() : found->second;
  }

 private:
  std::map<SpaceId, std::set<Asker>> readers_;
  std::map<Asker, std::set<SpaceId>> spaces_;
};

}  // namespace samla::server
