// Opening the view, and the way of writes into rows: group by record, load once, apply, save if changed.
#include "core/view/records.h"

#include "core/sqlite/transaction.h"
#include "core/view/record_texts.h"
#include "core/view/records_index.h"
#include "core/view/records_looked.h"
#include "core/view/records_table.h"

namespace samla::view {
namespace {

constexpr const char* kSetupTableSql =
    "CREATE TABLE IF NOT EXISTS view_setup("
    "only INTEGER PRIMARY KEY CHECK(only = 1), version INTEGER NOT NULL, search_fields BLOB NOT NULL)";

enum class Setup { kMissing, kOtherFields, kOlder, kReady };

Result<Setup> find_setup(sqlite::Connection& connection, ByteView search_fields) {
  SAMLA_ASSIGN(auto table, connection.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'view_setup'"));
  SAMLA_ASSIGN(const bool exists, table.step());
  if (!exists) return Setup::kMissing;
  SAMLA_ASSIGN(auto query, connection.prepare("SELECT version, search_fields FROM view_setup"));
  SAMLA_ASSIGN(const bool found, query.step());
  if (!found) return Setup::kMissing;
  if (query.column_int64(0) > kRecordRowVersion) {
    return fail(ErrorCode::version_unknown, "view.open", "install the newest Samla to open this store");
  }
  if (!equal(query.column_blob(1), search_fields)) return Setup::kOtherFields;
  return query.column_int64(0) < kRecordRowVersion ? Setup::kOlder : Setup::kReady;
}

Result<void> set_up(sqlite::Connection& connection, const SearchFields& search_fields) {
  const Bytes encoded = encode(search_fields);
  SAMLA_ASSIGN(const Setup setup, find_setup(connection, encoded));
  if (setup == Setup::kOlder) {
    // Rows of the older form are read as they are; an older program would not read those to come.
    SAMLA_TRY(connection.execute("UPDATE view_setup SET version = " + std::to_string(kRecordRowVersion)));
  }
  if (setup == Setup::kReady || setup == Setup::kOlder) {
    SAMLA_TRY(connection.execute(kTextLogTableSql));
    SAMLA_TRY(connection.execute(kUnopenedTableSql));
    SAMLA_TRY(connection.execute(kLookedTableSql));
    return connection.execute(kWatermarkSql);
  }
  SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(connection));
  for (const char* sql : {kRecordTableSql, kTextTableSql, kTextLogTableSql, kUnopenedTableSql,
                          kLookedTableSql, kIndexTableSql, kWatermarkSql, kSetupTableSql}) {
    SAMLA_TRY(connection.execute(sql));
  }
  SAMLA_TRY(rebuild_index(connection, search_fields));
  SAMLA_ASSIGN(auto put, connection.prepare("REPLACE INTO view_setup(only, version, search_fields) "
                                            "VALUES(1, ?1, ?2)"));
  SAMLA_TRY(put.bind(1, std::int64_t{kRecordRowVersion}).bind(2, ByteView(encoded)).run());
  return transaction.commit();
}

/// A row under change, and what it was.
struct Changing {
  RecordRow row;
  std::optional<RecordTexts> texts;
  RowBytes before;
  /// What the index holds of it; absent: nothing, since the row waits for it.
  std::optional<IndexedText> indexed;

  static Result<Changing> load(sqlite::Connection& connection, const AppliedWrite& write,
                               const SearchFields& search_fields) {
    Changing out;
    out.texts.emplace(connection);
    SAMLA_ASSIGN(auto loaded, load_with_bytes(connection, write.space, write.header.record));
    out.row = std::move(loaded.first);
    out.before = std::move(loaded.second);
    if (out.row.number == 0) return out;
    SAMLA_ASSIGN(const bool waits, waits_for_index(connection, out.row.number));
    if (!waits) out.indexed = indexed_text(out.row, search_fields);
    return out;
  }

  /// Whether there was anything to save. The kind cannot change unless the content does: its origin is
  /// kept there.
  Result<bool> save(sqlite::Connection& connection, const SearchFields& search_fields) {
    const RowBytes now = encode(row);
    if (row.number != 0 && now == before) {
      // An edit that fits nowhere leaves the row as it is, and is kept in the document all the same.
      SAMLA_TRY(texts->save(row));
      return false;
    }
    SAMLA_TRY(save_record_row(connection, row, now));
    SAMLA_TRY(texts->save(row));
    if (indexed) SAMLA_TRY(update_index(connection, row, *indexed, indexed_text(row, search_fields)));
    return true;
  }
};

}  // namespace

Records::Records(sqlite::Connection& connection, SearchFields fields)
    : connection_(&connection), search_fields_(std::move(fields)) {}

Result<Records> Records::open(sqlite::Connection& connection, SearchFields search_fields) {
  SAMLA_TRY(set_up(connection, search_fields));
  return Records(connection, std::move(search_fields));
}

Result<std::set<RecordId>> Records::apply(std::span<const AppliedWrite> writes) {
  return rebuild(writes, {});
}

Result<std::set<RecordId>> Records::rebuild(std::span<const AppliedWrite> writes, const Anew& anew) {
  std::map<std::pair<SpaceId, RecordId>, Changing> changing;
  for (const AppliedWrite& write : writes) {
    const std::pair key(write.space, write.header.record);
    auto found = changing.find(key);
    if (found == changing.end()) {
      SAMLA_ASSIGN(Changing loaded, Changing::load(*connection_, write, search_fields_));
      found = changing.emplace(key, std::move(loaded)).first;
      found->second.row.take_word(anew);
    }
    found->second.row.apply(write);
    SAMLA_TRY(note_unopened(*connection_, write));
    SAMLA_TRY(found->second.texts->apply(found->second.row, write, anew));
    if (found->second.texts->has_gaps()) gaps_.insert(write.header.record);
  }
  std::set<RecordId> changed;
  for (auto& [key, each] : changing) {
    SAMLA_ASSIGN(const bool saved, each.save(*connection_, search_fields_));
    if (!saved) continue;
    changed.insert(key.second);
    note_changed(key.second);
  }
  SAMLA_TRY(bound_waiting(changed.size()));
  return changed;
}

/// Looking costs more than an edit's row, so it is done now and then. A transaction that is rolled back has
/// been counted, which does no harm.
Result<void> Records::bound_waiting(std::size_t rows) {
  unlooked_ += rows;
  if (unlooked_ < static_cast<std::size_t>(kIndexSlice)) return {};
  unlooked_ = 0;
  return feed_index(*connection_, search_fields_, kIndexWaitingMax, kIndexSlice);
}

Result<bool> Records::rest() {
  SAMLA_TRY(feed_index(*connection_, search_fields_, 1, kRestSlice));
  return rows_wait(*connection_);
}

Result<bool> Records::has_waiting_texts(const SpaceId& space, const RecordId& id) const {
  SAMLA_ASSIGN(const RecordRow row, load_record_row(*connection_, space, id));
  for (const auto& [tag, text] : row.texts) {
    if (!text.waiting.empty() || !text.unplaced_snapshots.empty()) return true;
  }
  return false;
}

Result<void> Records::apply_transparent(const AppliedWrite& write) {
  SAMLA_ASSIGN(Changing changing, Changing::load(*connection_, write, search_fields_));
  changing.row.apply_transparent(write);
  SAMLA_TRY(changing.save(*connection_, search_fields_));
  note_changed(write.header.record);
  return {};
}

void Records::note_changed(const RecordId& id) {
  constexpr std::size_t kJournalMax = 1 << 16;
  if (journal_.size() == kJournalMax) {
    constexpr std::size_t kHalf = kJournalMax / 2;
    journal_.erase(journal_.begin(), journal_.begin() + kHalf);
    journal_begin_ += kHalf;
  }
  journal_.push_back(id);
}

std::optional<std::set<RecordId>> Records::changed_since(std::uint64_t mark) const {
  if (mark < journal_begin_ || mark > this->mark()) return std::nullopt;
  const auto first = journal_.begin() + static_cast<std::ptrdiff_t>(mark - journal_begin_);
  return std::set<RecordId>(first, journal_.end());
}

Result<void> Records::forget(const SpaceId& space, const RecordId& id) {
  SAMLA_ASSIGN(const RecordRow row, load_record_row(*connection_, space, id));
  if (row.number == 0) return {};
  note_changed(id);
  SAMLA_ASSIGN(const bool waits, waits_for_index(*connection_, row.number));
  if (!waits) SAMLA_TRY(update_index(*connection_, row, indexed_text(row, search_fields_), {}));
  SAMLA_TRY(forget_texts(*connection_, row));
  // The row keeps its number: by it goes who had the id first, where several spaces claim it.
  RecordRow empty;
  empty.number = row.number;
  empty.id = row.id;
  empty.space = row.space;
  return save_record_row(*connection_, empty, encode(empty));
}

Result<void> Records::purge_index() {
  return connection_->execute("INSERT INTO record_words(record_words) VALUES('optimize')");
}

}  // namespace samla::view
