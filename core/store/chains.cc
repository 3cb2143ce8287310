#include "core/store/chains.h"

#include "core/sqlite/connection.h"
#include "core/store/row_number.h"

namespace samla::store {

Result<ChainHead> Chains::head(const SpaceId& chain) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT seq, hash FROM chain_entry WHERE chain = ?1 "
                                               "ORDER BY seq DESC LIMIT 1"));
  query->bind(1, chain);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return ChainHead{};
  ChainHead head;
  head.seq = from_row(query->column_int64(0));
  SAMLA_ASSIGN(head.hash, query->column_fixed<Hash>(1));
  return head;
}

Result<void> Chains::append(const SpaceId& chain, const ChainHead& at, ByteView entry) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(at.seq, "chain.append"));
  SAMLA_ASSIGN(const ChainHead last, head(chain));
  if (at.seq == 0) return fail(ErrorCode::invalid_argument, "chain.append");
  if (at.seq > last.seq + 1) return fail(ErrorCode::sequence_gap, "chain.append");
  if (at.seq <= last.seq) {
    SAMLA_ASSIGN(auto there,
                 connection_->cached("SELECT hash FROM chain_entry WHERE chain = ?1 AND seq = ?2"));
    there->bind(1, chain).bind(2, seq);
    SAMLA_TRY(there->step());
    if (!equal(there->column_blob(0), at.hash.view())) return fail(ErrorCode::chain_forked, "chain.append");
    return {};
  }
  SAMLA_ASSIGN(auto insert, connection_->cached("INSERT INTO chain_entry(chain, seq, hash, entry) "
                                                "VALUES(?1, ?2, ?3, ?4)"));
  return insert->bind(1, chain).bind(2, seq).bind(3, at.hash).bind(4, entry).run();
}

Result<std::vector<Bytes>> Chains::read(const SpaceId& chain, std::uint64_t after) const {
  SAMLA_ASSIGN(const std::int64_t first, to_row(after, "chain.read"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT entry FROM chain_entry WHERE chain = ?1 AND seq > ?2 "
                                               "ORDER BY seq"));
  query->bind(1, chain).bind(2, first);
  std::vector<Bytes> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    out.push_back(to_bytes(query->column_blob(0)));
  }
}

Result<std::vector<SpaceId>> Chains::all() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT chain FROM chain_entry WHERE seq = 1 ORDER BY chain"));
  std::vector<SpaceId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const SpaceId chain, query->column_fixed<SpaceId>(0));
    out.push_back(chain);
  }
}

Result<std::uint64_t> ChainOutbox::push(ByteView batch) {
  SAMLA_ASSIGN(auto insert, connection_->cached("INSERT INTO chain_outbox(batch) VALUES(?1)"));
  SAMLA_TRY(insert->bind(1, batch).run());
  return from_row(connection_->last_insert_rowid());
}

Result<std::optional<ChainOutbox::Item>> ChainOutbox::front() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT id, batch FROM chain_outbox ORDER BY id LIMIT 1"));
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<Item>();
  return std::optional<Item>(Item{from_row(query->column_int64(0)), to_bytes(query->column_blob(1))});
}

Result<std::vector<ChainOutbox::Item>> ChainOutbox::all() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT id, batch FROM chain_outbox ORDER BY id"));
  std::vector<Item> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    out.push_back({from_row(query->column_int64(0)), to_bytes(query->column_blob(1))});
  }
}

Result<void> ChainOutbox::replace(std::uint64_t id, ByteView batch) {
  SAMLA_ASSIGN(const std::int64_t row, to_row(id, "chain_outbox.replace"));
  SAMLA_ASSIGN(auto update, connection_->cached("UPDATE chain_outbox SET batch = ?2 WHERE id = ?1"));
  SAMLA_TRY(update->bind(1, row).bind(2, batch).run());
  if (connection_->changes() == 0) return fail(ErrorCode::not_found, "chain_outbox.replace");
  return {};
}

Result<void> ChainOutbox::remove(std::uint64_t id) {
  SAMLA_ASSIGN(const std::int64_t row, to_row(id, "chain_outbox.remove"));
  SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM chain_outbox WHERE id = ?1"));
  return remove->bind(1, row).run();
}

}  // namespace samla::store
