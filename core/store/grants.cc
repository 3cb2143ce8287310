#include "core/store/grants.h"

#include "core/sqlite/connection.h"

namespace samla::store {

Result<void> Grants::put(const StoredGrant& grant) {
  SAMLA_ASSIGN(auto put, connection_->cached("REPLACE INTO received_grant(space, epoch, recipient, sealed) "
                                             "VALUES(?1, ?2, ?3, ?4)"));
  put->bind(1, grant.space).bind(2, std::int64_t{grant.epoch});
  return put->bind(3, grant.recipient).bind(4, ByteView(grant.sealed)).run();
}

Result<std::optional<Bytes>> Grants::get(const SpaceId& space, std::uint32_t epoch,
                                         const RecipientId& recipient) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT sealed FROM received_grant "
                                               "WHERE space = ?1 AND epoch = ?2 AND recipient = ?3"));
  query->bind(1, space).bind(2, std::int64_t{epoch}).bind(3, recipient);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Bytes>();
  return std::optional<Bytes>(to_bytes(query->column_blob(0)));
}

Result<std::vector<StoredGrant>> Grants::list(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT epoch, recipient, sealed FROM received_grant "
                                               "WHERE space = ?1 ORDER BY epoch, recipient"));
  query->bind(1, space);
  std::vector<StoredGrant> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const RecipientId recipient, query->column_fixed<RecipientId>(1));
    out.push_back({space, static_cast<std::uint32_t>(query->column_int64(0)), recipient,
                   to_bytes(query->column_blob(2))});
  }
}

}  // namespace samla::store
