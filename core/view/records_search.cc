// Searching: the index names the records, and their snippets are cut from the rows by a second, small
// index in memory, since the first holds no text.
#include "core/base/encoding.h"
#include "core/view/records_index.h"
#include "core/view/records_table.h"

namespace samla::view {
namespace {

constexpr std::size_t kSearchBytesMax = 4096;
/// A snippet may be one endless word; nobody needs to see all of it.
constexpr std::size_t kSnippetBytesMax = 512;

std::string shortened(std::string_view text) {
  if (text.size() <= kSnippetBytesMax) return std::string(text);
  std::size_t end = kSnippetBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

Result<std::unique_ptr<sqlite::Connection>> open_excerpts() {
  SAMLA_ASSIGN(auto connection, sqlite::Connection::open(":memory:"));
  SAMLA_TRY(connection.execute("CREATE VIRTUAL TABLE excerpt USING fts5(title, body, " SAMLA_TOKENIZER ")"));
  return std::make_unique<sqlite::Connection>(std::move(connection));
}

Result<std::string> cut_snippet(sqlite::Connection& excerpts, const std::string& expression,
                                const IndexedText& text) {
  SAMLA_TRY(excerpts.execute("DELETE FROM excerpt"));
  SAMLA_ASSIGN(auto insert, excerpts.cached("INSERT INTO excerpt(title, body) VALUES(?1, ?2)"));
  SAMLA_TRY(insert->bind(1, text.title).bind(2, text.body).run());
  SAMLA_ASSIGN(auto query, excerpts.cached("SELECT snippet(excerpt, -1, '«', '»', '…', 12) FROM excerpt "
                                           "WHERE excerpt MATCH ?1"));
  query->bind(1, expression);
  SAMLA_ASSIGN(const bool found, query->step());
  return found ? shortened(query->column_text(0)) : std::string();
}

}  // namespace

Result<std::vector<SearchHit>> Records::search(std::string_view words, std::optional<std::string> kind,
                                               std::size_t limit) const {
  if (words.size() > kSearchBytesMax) return fail(ErrorCode::too_large, "record.search", "use fewer words");
  if (!is_utf8(words)) return fail(ErrorCode::invalid_argument, "record.search", "text must be UTF-8");
  const std::string expression = search_expression(words);
  std::vector<SearchHit> hits;
  if (expression.empty()) return hits;
  SAMLA_TRY(feed_index(*connection_, search_fields_, 1));
  SAMLA_ASSIGN(auto query,
               connection_->cached("SELECT " SAMLA_RECORD_COLUMNS
                                   " FROM record_search JOIN record ON record.number = record_search.rowid "
                                   "WHERE record_search MATCH ?1 AND (?2 IS NULL OR record.kind = ?2) "
                                   "ORDER BY bm25(record_search, 4.0, 1.0), record.created DESC, record.id "
                                   "LIMIT ?3"));
  query->bind(1, expression).bind(3, limit == 0 ? std::int64_t{-1} : static_cast<std::int64_t>(limit));
  if (kind) query->bind(2, *kind);
  if (!excerpts_) {
    SAMLA_ASSIGN(excerpts_, open_excerpts());
  }
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) break;
    SAMLA_ASSIGN(const RecordRow row, read_record_row(*query));
    SAMLA_ASSIGN(std::string snippet, cut_snippet(*excerpts_, expression, indexed_text(row, search_fields_)));
    hits.push_back({row.id, std::move(snippet)});
  }
  SAMLA_TRY(excerpts_->execute("DELETE FROM excerpt"));
  return hits;
}

}  // namespace samla::view
