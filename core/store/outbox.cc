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

/// As in the schema's step, which wrote it out.
constexpr std::int64_t kGroupPlaces = 4096;
static_assert(kTransactionWritesMax <= kGroupPlaces && kGroupWrites <= kGroupPlaces);

/// The last write of the group `g`: a seek, as the place is the row's number.
#define SAMLA_LAST_PLACE \
  "(SELECT max(place) FROM outbox_write WHERE place BETWEEN g.id * 4096 AND g.id * 4096 + 4095)"

struct LastRow {
  std::int64_t group = 0;
  std::uint64_t seq = 0;
  std::uint64_t position = 0;
  std::uint64_t group_bytes = 0;
};

Result<std::optional<LastRow>> last_row(sqlite::Connection& connection, const SpaceId& space,
                                        const WriterId& writer) {
  SAMLA_ASSIGN(auto query,
               connection.cached("SELECT g.id, g.seq, w.place, w.group_bytes FROM outbox_group g "
                                 "JOIN outbox_write w ON w.place = " SAMLA_LAST_PLACE
                                 " WHERE g.space = ?1 AND g.writer = ?2 ORDER BY g.seq DESC LIMIT 1"));
  query->bind(1, space).bind(2, writer);
  SAMLA_ASSIGN(const bool found, query->step());
  if (!found) return std::optional<LastRow>();
  const std::int64_t group = query->column_int64(0);
  return std::optional<LastRow>(LastRow{group, from_row(query->column_int64(1)),
                                        from_row(query->column_int64(2) - group * kGroupPlaces),
                                        from_row(query->column_int64(3))});
}

Result<std::int64_t> open_group(sqlite::Connection& connection, const SpaceId& space, const WriterId& writer,
                                std::int64_t seq) {
  SAMLA_ASSIGN(auto insert,
               connection.cached("INSERT INTO outbox_group(space, writer, seq) VALUES(?1, ?2, ?3)"));
  SAMLA_TRY(insert->bind(1, space).bind(2, writer).bind(3, seq).run());
  return connection.last_insert_rowid();
}

/// 0: there is no such group.
Result<std::int64_t> find_group(sqlite::Connection& connection, const SpaceId& space, const WriterId& writer,
                                std::uint64_t seq) {
  SAMLA_ASSIGN(const std::int64_t number, to_row(seq, "outbox.group"));
  SAMLA_ASSIGN(auto query, connection.cached("SELECT id FROM outbox_group "
                                             "WHERE space = ?1 AND writer = ?2 AND seq = ?3"));
  query->bind(1, space).bind(2, writer).bind(3, number);
  SAMLA_ASSIGN(const bool found, query->step());
  return found ? query->column_int64(0) : 0;
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
  std::int64_t group = joins ? last->group : 0;
  if (opens) {
    SAMLA_ASSIGN(group, open_group(*connection_, space, ref.writer, seq));
  }
  SAMLA_ASSIGN(auto insert,
               connection_->cached("INSERT INTO outbox_write(place, group_bytes, header, content) "
                                   "VALUES(?1, ?2, ?3, ?4)"));
  insert->bind(1, group * kGroupPlaces + std::int64_t{ref.index}).bind(2, group_bytes);
  return insert->bind(3, ByteView(change::encode(header))).bind(4, content).run();
}

Result<std::vector<SpaceId>> Outbox::spaces() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT DISTINCT space FROM outbox_group ORDER BY space"));
  std::vector<SpaceId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    SAMLA_ASSIGN(const SpaceId space, query->column_fixed<SpaceId>(0));
    out.push_back(space);
  }
}

Result<std::vector<OutboxGroup>> Outbox::groups(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT g.writer, g.seq, w.place - g.id * 4096 + 1, w.group_bytes "
                                   "FROM outbox_group g JOIN outbox_write w ON w.place = " SAMLA_LAST_PLACE
                                   " WHERE g.space = ?1 ORDER BY g.writer, g.seq"));
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
  SAMLA_ASSIGN(const std::int64_t group, find_group(*connection_, space, writer, seq));
  if (group == 0) return std::vector<OutboxWrite>();
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT place, header, content FROM outbox_write "
                                               "WHERE place BETWEEN ?1 AND ?1 + 4095 ORDER BY place"));
  query->bind(1, group * kGroupPlaces);
  std::vector<OutboxWrite> out;
  for (;;) {
    SAMLA_ASSIGN(const bool row, query->step());
    if (!row) return out;
    OutboxWrite write;
    write.ref = {writer, seq, static_cast<std::uint32_t>(query->column_int64(0) - group * kGroupPlaces)};
    SAMLA_ASSIGN(write.header, change::decode_write_header(query->column_blob(1)));
    write.content = to_bytes(query->column_blob(2));
    out.push_back(std::move(write));
  }
}

Result<void> Outbox::remove(const SpaceId& space, const WriterId& writer, std::uint64_t seq) {
  SAMLA_ASSIGN(const std::int64_t group, find_group(*connection_, space, writer, seq));
  if (group == 0) return {};
  SAMLA_ASSIGN(auto writes,
               connection_->cached("DELETE FROM outbox_write WHERE place BETWEEN ?1 AND ?1 + 4095"));
  SAMLA_TRY(writes->bind(1, group * kGroupPlaces).run());
  SAMLA_ASSIGN(auto remove, connection_->cached("DELETE FROM outbox_group WHERE id = ?1"));
  return remove->bind(1, group).run();
}

Result<HybridTime> Outbox::last_time() const {
  // Of each writer's last group the last write: its times grow.
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT w.header FROM (SELECT max(id) AS id FROM outbox_group "
                                               "GROUP BY space, writer) g "
                                               "JOIN outbox_write w ON w.place = " SAMLA_LAST_PLACE));
  HybridTime last;
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) return last;
    SAMLA_ASSIGN(const change::WriteHeader header, change::decode_write_header(query->column_blob(0)));
    last = std::max(last, header.time);
  }
}

Result<std::uint64_t> Outbox::count() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT coalesce(sum(" SAMLA_LAST_PLACE
                                               " - g.id * 4096 + 1), 0) FROM outbox_group g"));
  SAMLA_TRY(query->step());
  return from_row(query->column_int64(0));
}

}  // namespace samla::store
