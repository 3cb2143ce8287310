// Single values of the store by name: identity, server, hybrid clock, keyring, incarnation.
// Thread: the store's.
#pragma once

#include <optional>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

class Meta {
 public:
  explicit Meta(sqlite::Connection& connection) : connection_(&connection) {}

  /// Absent: never put, or removed.
  Result<std::optional<Bytes>> get(std::string_view key) const;
  Result<void> put(std::string_view key, ByteView value);
  Result<void> remove(std::string_view key);

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
