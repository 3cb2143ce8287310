// One row a write. Each row carries the bytes of its group so far, so that an edit costs one look at
// the last row and one insert, and nothing in memory can disagree with a rolled-back transaction.
#include "core/store/outbox.h"

#include <algorithm>
#include <optional>

#include "core/base/planted_bug.h"
#include "core/sqlite/connection.h"
#include "core/store/row_number.h"

namespace samla::store {
namespace {

struct LastRow {
  std::uint64_t seq = 0;
  std::uint64_t position = 0;
  std::uint64_t group_bytes = 0;
};

Result<std::optional<LastRow>> last_row(sqlite::Connection& connection, const SpaceId& space,
                                        const WriterId& writer) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT seq, position, group_bytes FROM outbox "
                                             "WHERE space = ?1 AND writer = ?2 "
                                             "ORDER BY seq DESC, position DESC LIMIT 1"));
  query->bind(1, space).bind(2, writer);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<LastRow>();
  return std::optional<LastRow>(LastRow{from_row(query->column_int64(0)), from_row(query->column_int64(1)),
                                        from_row(query->column_int64(2))});
}

Result<std::uint64_t> frozen_seq(sqlite::Connection& connection, const SpaceId& space,
                                 const WriterId& writer) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT seq FROM tip WHERE space = ?1 AND writer = ?2"));
  query->bind(1, space).bind(2, writer);
  SAMLA_ASSIGN(const bool found, query->step());
  return found ? from_row(query->column_int64(0)) : 0;
}

Result<void> check_transaction(std::size_t count, std::size_t content_bytes) {
  if (count > kTransactionWritesMax) {
    return fail(ErrorCode::too_large, "outbox.reserve",
                "a transaction may have at most 4,096 writes: make several");
  }
  if (content_bytes > kTransactionContentBytesMax) {
    return fail(ErrorCode::too_large, "outbox.reserve",
                "a transaction may have at most 512 KiB: make several, or shorten the text");
  }
  return {};
}

}  // namespace

Result<std::vector<change::WriteRef>> Outbox::reserve(const SpaceId& space, const WriterId& writer,
                                                      std::size_t count, std::size_t content_bytes) {
  SAMLA_TRY(check_transaction(count, content_bytes));
  SAMLA_ASSIGN(const std::optional<LastRow> last, last_row(*connection_, space, writer));
  SAMLA_ASSIGN(const std::uint64_t frozen, frozen_seq(*connection_, space, writer));
  change::WriteRef ref{writer, frozen + 1, 0};
  if (last && last->seq > frozen) {
    const bool joins =
        last->position + 1 + count <= kGroupWrites && last->group_bytes + content_bytes <= kGroupContentBytes;
    ref.seq = joins ? last->seq : last->seq + 1;
    ref.index = joins ? static_cast<std::uint32_t>(last->position + 1) : 0;
    if (SAMLA_PLANTED_BUG(reuse_a_place) && ref.index > 2) --ref.index;
  }
  std::vector<change::WriteRef> refs;
  refs.reserve(count);
  for (; refs.size() < count; ++ref.index) refs.push_back(ref);
  return refs;
}

Result<void> Outbox::append(const SpaceId& space, const change::WriteRef& ref,
                            const change::WriteHeader& header, ByteView content) {
  SAMLA_ASSIGN(const std::int64_t seq, to_row(ref.seq, "outbox.append"));
  SAMLA_ASSIGN(const std::optional<LastRow> last, last_row(*connection_, space, ref.writer));
  const bool joins = last && ref.seq == last->seq && ref.index == last->position + 1;
  const bool opens = ref.index == 0 && ref.seq > (last ? last->seq : 0);
  if (!joins && !opens) return fail(ErrorCode::wrong_state, "outbox.append");
  SAMLA_ASSIGN(const std::int64_t group_bytes,
               to_row((joins ? last->group_bytes : 0) + content.size(), "outbox.append"));
  if (!change::is_well_formed(header)) return fail(ErrorCode::invalid_argument, "outbox.append");
  SAMLA_ASSIGN(auto insert, connection_->cached("INSERT INTO outbox(space, writer, seq, position, "
                                                "group_bytes, header, content) "
                                                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  insert->bind(1, space).bind(2, ref.writer).bind(3, seq).bind(4, std::int64_t{ref.index});
  return insert->bind(5, group_bytes).bind(6, ByteView(change::encode(header))).bind(7, content).run();
}

Result<std::vector<SpaceId>> Outbox::spaces() const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT space FROM outbox WHERE space > ?1 ORDER BY space LIMIT 1"));
  std::vector<SpaceId> out;
  for (;;) {  // from space to space: one may have thousands of rows
    query->reset();
    query->bind(1, out.empty() ? ByteView() : out.back().view());
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const SpaceId space, query->column_fixed<SpaceId>(0));
    out.push_back(space);
  }
}

Result<std::vector<OutboxGroup>> Outbox::groups(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT writer, seq, max(position) + 1, max(group_bytes) FROM outbox "
                                   "WHERE space = ?1 GROUP BY writer, seq ORDER BY writer, seq"));
  query->bind(1, space);
  std::vector<OutboxGroup> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    OutboxGroup group;
    SAMLA_ASSIGN(group.writer, query->column_fixed<WriterId>(0));
    group.seq = from_row(query->column_int64(1));
    group.writes = from_row(query->column_int64(2));
    group.content_bytes = from_row(query->column_int64(3));
    out.push_back(group);
  }
}

Result<std::vector<OutboxWrite>> Outbox::writes(const SpaceId& space, const WriterId& writer,
                                                std::uint64_t seq) const {
  SAMLA_ASSIGN(const std::int64_t group, to_row(seq, "outbox.writes"));
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT position, header, content FROM outbox "
                                   "WHERE space = ?1 AND writer = ?2 AND seq = ?3 ORDER BY position"));
  query->bind(1, space).bind(2, writer).bind(3, group);
  std::vector<OutboxWrite> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    OutboxWrite write;
    write.ref = {writer, seq, static_cast<std::uint32_t>(query->column_int64(0))};
    SAMLA_ASSIGN(write.header, change::decode_write_header(query->column_blob(1)));
    write.content = to_bytes(query->column_blob(2));
    out.push_back(std::move(write));
  }
}

Result<void> Outbox::remove(const SpaceId& space, const WriterId& writer, std::uint64_t seq) {
  SAMLA_ASSIGN(const std::int64_t group, to_row(seq, "outbox.remove"));
  SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM outbox "
                                                "WHERE space = ?1 AND writer = ?2 AND seq = ?3"));
  return remove->bind(1, space).bind(2, writer).bind(3, group).run();
}

Result<HybridTime> Outbox::last_time() const {
  // From writer to writer: each may have thousands of rows, whose times grow.
  SAMLA_ASSIGN(auto next,
               connection_->cached("SELECT space, writer FROM outbox WHERE (space, writer) > (?1, ?2) "
                                   "ORDER BY space, writer LIMIT 1"));
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT header FROM outbox WHERE space = ?1 AND writer = ?2 "
                                               "ORDER BY seq DESC, position DESC LIMIT 1"));
  next->bind(1, ByteView()).bind(2, ByteView());
  HybridTime last;
  for (;;) {
    next->reset();
    SAMLA_ASSIGN(const bool found, next->step());
    if (!found) return last;
    SAMLA_ASSIGN(const SpaceId space, next->column_fixed<SpaceId>(0));
    SAMLA_ASSIGN(const WriterId writer, next->column_fixed<WriterId>(1));
    next->reset();
    next->bind(1, space).bind(2, writer);
    query->reset();
    query->bind(1, space).bind(2, writer);
    SAMLA_TRY(query->step());
    SAMLA_ASSIGN(const change::WriteHeader header, change::decode_write_header(query->column_blob(0)));
    last = std::max(last, header.time);
  }
}

Result<std::uint64_t> Outbox::count() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT count(*) FROM outbox"));
  SAMLA_TRY(query->step());
  return from_row(query->column_int64(0));
}

}  // namespace samla::store
