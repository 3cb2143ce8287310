#include "core/store/chains.h"

#include "core/sqlite/connection.h"
#include "core/store/row_number.h"

namespace samla::store {

Result<ChainHead> Chains::head(const SpaceId& chain) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT seq, hash FROM chain_entry WHERE chain = ?1 "
                                               "ORDER BY seq DESC LIMIT 1"));
  query->bind(1, chain);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return begun_at(chain);
  ChainHead head;
  head.seq = from_row(query->column_int64(0));
  SAMLA_ASSIGN(head.hash, query->column_fixed<Hash>(1));
  return head;
}

/// A chain without entries may have begun at a state.
Result<ChainHead> Chains::begun_at(const SpaceId& chain) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT seq, hash FROM chain_state WHERE chain = ?1"));
  query->bind(1, chain);
  SAMLA_ASSIGN(const bool found, query->step());
  ChainHead head;
  if (!found) return head;
  head.seq = from_row(query->column_int64(0));
  SAMLA_ASSIGN(head.hash, query->column_fixed<Hash>(1));
  return head;
}

Result<std::uint64_t> Chains::first(const SpaceId& chain) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT seq FROM chain_entry WHERE chain = ?1 "
                                               "ORDER BY seq LIMIT 1"));
  query->bind(1, chain);
  SAMLA_ASSIGN(const bool found, query->step());
  if (found) return from_row(query->column_int64(0));
  SAMLA_ASSIGN(const ChainHead begun, begun_at(chain));
  return begun.seq + 1;
}

Result<void> Chains::keep_state(const SpaceId& chain, const ChainHead& at, ByteView state) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(at.seq, "chain.state"));
  SAMLA_ASSIGN(auto put, connection_->cached("INSERT INTO chain_state(chain, seq, hash, state) "
                                             "VALUES(?1, ?2, ?3, ?4) ON CONFLICT(chain) DO UPDATE "
                                             "SET seq = ?2, hash = ?3, state = ?4"));
  return put->bind(1, chain).bind(2, seq).bind(3, at.hash).bind(4, state).run();
}

Result<std::optional<Chains::State>> Chains::state(const SpaceId& chain) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT seq, hash, state FROM chain_state WHERE chain = ?1"));
  query->bind(1, chain);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<State>();
  State out;
  out.head.seq = from_row(query->column_int64(0));
  SAMLA_ASSIGN(out.head.hash, query->column_fixed<Hash>(1));
  out.bytes = to_bytes(query->column_blob(2));
  return std::optional(std::move(out));
}

Result<void> Chains::complete(const SpaceId& chain, const std::vector<std::pair<ChainHead, Bytes>>& entries) {
  SAMLA_ASSIGN(const std::uint64_t held_from, first(chain));
  if (entries.empty() || entries.front().first.seq != 1 || entries.back().first.seq + 1 != held_from) {
    return fail(ErrorCode::sequence_gap, "chain.complete");
  }
  for (const auto& [at, entry] : entries) {
    SAMLA_ASSIGN(const std::int64_t seq, to_row(at.seq, "chain.complete"));
    SAMLA_ASSIGN(auto insert, connection_->cached("INSERT INTO chain_entry(chain, seq, hash, entry) "
                                                  "VALUES(?1, ?2, ?3, ?4)"));
    SAMLA_TRY(insert->bind(1, chain).bind(2, seq).bind(3, at.hash).bind(4, entry).run());
  }
  return {};
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
    SAMLA_ASSIGN(const bool held, there->step());
    if (!held) return fail(ErrorCode::sequence_gap, "chain.append");
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
  return chains_by(
      "SELECT chain FROM chain_entry WHERE seq = 1 UNION SELECT chain FROM chain_state ORDER BY 1");
}

Result<std::vector<SpaceId>> Chains::incomplete() const {
  return chains_by(
      "SELECT chain FROM chain_state AS begun WHERE NOT EXISTS (SELECT 1 FROM chain_entry "
      "WHERE chain_entry.chain = begun.chain AND chain_entry.seq = 1) ORDER BY 1");
}

Result<Chains::Size> Chains::size() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT count(*), coalesce(sum(length(entry)), 0) + (SELECT "
                                               "coalesce(sum(length(state)), 0) FROM chain_state) "
                                               "FROM chain_entry"));
  SAMLA_TRY(query->step());
  return Size{from_row(query->column_int64(0)), from_row(query->column_int64(1))};
}

Result<std::vector<SpaceId>> Chains::chains_by(const char* sql) const {
  SAMLA_ASSIGN(auto query, connection_->cached(sql));
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
