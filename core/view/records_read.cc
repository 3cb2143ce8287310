// Reading rows: by id, by query, by what is the matter with them.
#include <algorithm>
#include <limits>

#include "core/base/encoding.h"
#include "core/change/record_id.h"
#include "core/view/record_texts.h"
#include "core/view/records_looked.h"
#include "core/view/records_table.h"

namespace samla::view {
namespace {

constexpr std::size_t kPrefixDigitsMin = 4;

std::int64_t sql_limit(std::size_t limit) {
  return limit == 0 || limit > std::numeric_limits<std::int32_t>::max() ? -1
                                                                        : static_cast<std::int64_t>(limit);
}

/// The row that an id names: where several spaces claim it, that of the space for which it was made; of an
/// id that was made for none of them, the one had longest.
Result<std::optional<RecordRow>> find_row(sqlite::Connection& connection, const RecordId& id) {
  SAMLA_ASSIGN(auto query, connection.cached("SELECT " SAMLA_RECORD_COLUMNS
                                             " FROM record WHERE id = ?1 AND created IS NOT NULL "
                                             "ORDER BY number"));
  query->bind(1, id);
  std::optional<RecordRow> first;
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) return first;
    SAMLA_ASSIGN(const SpaceId space, query->column_fixed<SpaceId>(2));
    const bool own = change::is_of_space(id, space);
    if (first && !own) continue;
    SAMLA_ASSIGN(first, read_record_row(*query));
    if (own) return first;
  }
}

Result<std::vector<RecordView>> views(sqlite::Connection& connection, sqlite::Statement& query) {
  std::vector<RecordView> out;
  for (;;) {
    SAMLA_ASSIGN(const bool found, query.step());
    if (!found) return out;
    SAMLA_ASSIGN(const RecordRow row, read_record_row(query));
    out.push_back(row.view());
    SAMLA_TRY(fill_looked_at(connection, out.back()));
  }
}

/// One text for each combination of filters, so that each uses its index.
std::string list_sql(const Query& query) {
  std::string sql = "SELECT " SAMLA_RECORD_COLUMNS " FROM record WHERE created IS NOT NULL";
  if (query.kind) sql += " AND kind = ?1";
  if (query.space) sql += " AND space = ?2";
  if (query.id) sql += " AND id = ?4";
  if (!query.include_erased) sql += " AND erased = 0";
  const std::string order = query.newest_first ? " DESC" : "";
  return sql + " ORDER BY created" + order + ", id" + order + ", space" + order + " LIMIT ?3";
}

void add_unreadable(const RecordRow& row, std::set<change::WriteRef>& out) {
  for (const auto& [tag, field] : row.state.fields()) {
    if (tag == change::kLifeTag) continue;
    for (const resolve::Head& head : field.heads()) {
      if (row.unreadable(tag, head.ref)) out.insert(head.ref);
    }
  }
}

}  // namespace

Result<std::optional<RecordView>> Records::read(const RecordId& id) const {
  SAMLA_ASSIGN(const std::optional<RecordRow> row, find_row(*connection_, id));
  if (!row) return std::optional<RecordView>();
  RecordView shown = row->view();
  SAMLA_TRY(fill_looked_at(*connection_, shown));
  return std::optional<RecordView>(std::move(shown));
}

Result<std::optional<resolve::RecordState>> Records::state(const RecordId& id) const {
  SAMLA_ASSIGN(std::optional<RecordRow> row, find_row(*connection_, id));
  if (!row) return std::optional<resolve::RecordState>();
  return std::optional<resolve::RecordState>(std::move(row->state));
}

Result<std::vector<RecordView>> Records::list(const Query& query) const {
  SAMLA_ASSIGN(auto select, connection_->cached(list_sql(query)));
  if (query.kind) select->bind(1, *query.kind);
  if (query.space) select->bind(2, *query.space);
  select->bind(3, sql_limit(query.limit));
  if (query.id) select->bind(4, *query.id);
  return views(*connection_, *select);
}

Result<std::vector<RecordView>> Records::contested() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_RECORD_COLUMNS
                                               " FROM record WHERE contested = 1 AND created IS NOT NULL "
                                               "ORDER BY created, id, space"));
  return views(*connection_, *query);
}

Result<std::size_t> Records::contested_count() const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT count(*) FROM record "
                                               "WHERE contested = 1 AND created IS NOT NULL"));
  SAMLA_TRY(query->step());
  return static_cast<std::size_t>(query->column_int64(0));
}

Result<std::vector<RecordId>> Records::find_by_prefix(std::string_view prefix, std::size_t limit) const {
  constexpr std::size_t kDigits = 2 * RecordId::kSize;
  if (prefix.size() < kPrefixDigitsMin || prefix.size() > kDigits) {
    return fail(ErrorCode::invalid_argument, "record.find", "give at least 4 digits of the id");
  }
  std::string low(kDigits, '0');
  std::string high(kDigits, 'f');
  std::ranges::copy(prefix, low.begin());
  std::ranges::copy(prefix, high.begin());
  const auto first = fixed_from_hex<RecordId>(low);
  const auto last = fixed_from_hex<RecordId>(high);
  if (!first || !last)
    return fail(ErrorCode::invalid_argument, "record.find", "an id has digits 0-9 and a-f");
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT DISTINCT id FROM record WHERE id BETWEEN ?1 AND ?2 "
                                               "AND created IS NOT NULL ORDER BY id LIMIT ?3"));
  query->bind(1, *first).bind(2, *last).bind(3, sql_limit(limit));
  std::vector<RecordId> out;
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) return out;
    SAMLA_ASSIGN(const RecordId id, query->column_fixed<RecordId>(0));
    out.push_back(id);
  }
}

Result<std::vector<change::WriteRef>> Records::unreadable(const SpaceId& space) const {
  SAMLA_ASSIGN(auto query, connection_->cached("SELECT " SAMLA_RECORD_COLUMNS
                                               " FROM record WHERE unreadable = 1 AND space = ?1"));
  query->bind(1, space);
  std::set<change::WriteRef> refs;
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) break;
    SAMLA_ASSIGN(const RecordRow row, read_record_row(*query));
    add_unreadable(row, refs);
  }
  SAMLA_ASSIGN(auto edits,
               connection_->cached("SELECT writer, seq, place FROM unopened_edit WHERE space = ?1"));
  edits->bind(1, space);
  for (;;) {
    SAMLA_ASSIGN(const bool found, edits->step());
    if (!found) return std::vector<change::WriteRef>(refs.begin(), refs.end());
    SAMLA_ASSIGN(const WriterId writer, edits->column_fixed<WriterId>(0));
    refs.insert({writer, static_cast<std::uint64_t>(edits->column_int64(1)),
                 static_cast<std::uint32_t>(edits->column_int64(2))});
  }
}

// ---- texts

Result<std::optional<Records::TextState>> Records::text_state(const RecordId& id, const FieldTag& tag) const {
  SAMLA_ASSIGN(const std::optional<RecordRow> row, find_row(*connection_, id));
  if (!row || row->state.field(tag) == nullptr) return std::optional<TextState>();
  RecordTexts texts(*connection_);
  SAMLA_ASSIGN(text::Document* const document, texts.open(*row, tag));
  TextState out{document->text(), {}, 0};
  for (const text::EventId& event : document->frontier()) out.frontier.push_back(ref_of(event));
  std::ranges::sort(out.frontier);
  SAMLA_ASSIGN(out.edits_since_snapshot, texts.edits_since_snapshot(*row, tag));
  return std::optional<TextState>(std::move(out));
}

Result<std::vector<std::string>> Records::text_versions(const RecordId& id, const FieldTag& tag,
                                                        std::span<const change::WriteRef> refs) const {
  SAMLA_ASSIGN(const std::optional<RecordRow> row, find_row(*connection_, id));
  if (!row) return fail(ErrorCode::not_found, "record.text");
  RecordTexts texts(*connection_);
  SAMLA_ASSIGN(text::Document* const document, texts.open(*row, tag));
  std::vector<std::string> out;
  for (const change::WriteRef& ref : refs) {
    const text::EventId event = event_of(ref);
    SAMLA_ASSIGN(std::string version, document->text_at({&event, 1}));
    out.push_back(std::move(version));
  }
  return out;
}

Result<std::vector<text::EventId>> Records::text_seen(const RecordId& id, const FieldTag& tag) const {
  SAMLA_ASSIGN(const std::optional<RecordRow> row, find_row(*connection_, id));
  if (!row) return fail(ErrorCode::not_found, "record.text");
  RecordTexts texts(*connection_);
  SAMLA_ASSIGN(text::Document* const document, texts.open(*row, tag));
  return document->seen_at(document->frontier());
}

Result<std::vector<std::string>> Records::stranded_texts(const RecordId& id, const FieldTag& tag) const {
  std::vector<std::string> out;
  SAMLA_ASSIGN(const std::optional<RecordRow> row, find_row(*connection_, id));
  if (!row || !row->texts.contains(tag)) return out;
  RecordTexts texts(*connection_);
  SAMLA_ASSIGN(text::Document* const document, texts.open(*row, tag));
  for (const text::Stranded& stranded : document->stranded()) {
    out.push_back(text::inserted_text(stranded.payload));
  }
  return out;
}

}  // namespace samla::view
