#include "core/store/meta.h"

#include "core/sqlite/connection.h"

namespace samla::store {

Result<std::optional<Bytes>> Meta::get(std::string_view key) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT value FROM meta WHERE key = ?1"));
  query->bind(1, key);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(query->column_blob(0)));
}

Result<void> Meta::put(std::string_view key, ByteView value) {
  SAMLA_ASSIGN(auto put, connection_->cached("REPLACE INTO meta(key, value) VALUES(?1, ?2)"));
  return put->bind(1, key).bind(2, value).run();
}

Result<void> Meta::remove(std::string_view key) {
  SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM meta WHERE key = ?1"));
  return remove->bind(1, key).run();
}

}  // namespace samla::store
