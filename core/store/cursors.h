// How far each space's history at the server has been stored on this device.
// Invariant: everything up to a cursor is durable here, since cursor and changesets commit together.
// Thread: the store's.
#pragma once

#include <map>
#include <optional>

#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

class Cursors {
 public:
  explicit Cursors(sqlite::Connection& connection) : connection_(&connection) {}

  /// All zero: nothing seen of this space.
  Result<Position> get(const SpaceId& space) const;
  Result<void> put(const SpaceId& space, const Position& position);
  Result<void> remove(const SpaceId& space);
  Result<std::map<SpaceId, Position>> all() const;

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
