// Searching: the index names the records; their titles and snippets are cut from the rows, since the index
// holds no text.
#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/hybrid_clock.h"
#include "core/view/records_index.h"
#include "core/view/records_table.h"
#include "core/view/search_terms.h"

namespace samla::view {
namespace {

constexpr std::size_t kSearchBytesMax = 4096;
/// SQLite binds at most 32,766 values; a person is in fewer spaces.
constexpr std::size_t kSpacesMax = 4096;

bool is_filtered(const SearchQuery& query) {
  return !query.kinds.empty() || !query.spaces.empty() || query.from_ms || query.until_ms;
}

std::string places(std::size_t first, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "?" : ", ?") + std::to_string(first + i);
  return out;
}

/// Where that many records have the words, the newest of them are ranked and the others left out: words that
/// stand everywhere tell nothing apart, and ranking 50,000 takes a tenth of a second.
constexpr std::size_t kRankedMax = 2000;

/// A person who asks for the best few, of all kinds of tags.
bool wants_best_alone(const SearchQuery& query) {
  return query.limit != 0 && query.limit < kRankedMax && !query.element;
}

/// One text for each combination of filters. Numbers alone, best first: rows are read for those that are
/// shown.
std::string numbers_sql(const SearchQuery& query) {
  std::string sql =
      "SELECT record_words.rowid AS number, bm25(record_words, 4.0, 1.0, 0.5) AS score FROM record_words";
  if (is_filtered(query)) sql += " JOIN record ON record.number = record_words.rowid";
  sql += " WHERE record_words MATCH ?1";
  std::size_t next = 2;
  if (!query.kinds.empty()) sql += " AND record.kind IN (" + places(next, query.kinds.size()) + ")";
  next += query.kinds.size();
  if (!query.spaces.empty()) sql += " AND record.space IN (" + places(next, query.spaces.size()) + ")";
  next += query.spaces.size();
  if (query.from_ms) sql += " AND record.updated >= ?" + std::to_string(next++);
  if (query.until_ms) sql += " AND record.updated < ?" + std::to_string(next++);
  if (wants_best_alone(query)) sql += " ORDER BY record_words.rowid DESC LIMIT " + std::to_string(kRankedMax);
  return "SELECT number FROM (" + sql + ") ORDER BY score, number DESC";
}

std::int64_t time_of(std::uint64_t ms) {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 46;
  return static_cast<std::int64_t>(HybridTime::from(std::min(ms, kMost), 0).value);
}

void bind_filters(sqlite::Statement& statement, const SearchQuery& query) {
  int next = 2;
  for (const std::string& kind : query.kinds) statement.bind(next++, kind);
  for (const SpaceId& space : query.spaces) statement.bind(next++, space);
  if (query.from_ms) statement.bind(next++, time_of(*query.from_ms));
  if (query.until_ms) statement.bind(next++, time_of(*query.until_ms));
}

/// Collects hits of one expression after another, each record once.
class Collector {
 public:
  Collector(sqlite::Connection& connection, const SearchFields& fields, const SearchQuery& query,
            const SearchTerms& terms)
      : connection_(connection), fields_(fields), query_(query), terms_(terms) {}

  bool is_full() const { return query_.limit != 0 && hits_.size() >= query_.limit; }
  std::vector<SearchHit> take() { return std::move(hits_); }

  Result<void> add(const std::string& expression) {
    SAMLA_ASSIGN(auto numbers, connection_.cached(numbers_sql(query_)));
    numbers->bind(1, expression);
    bind_filters(*numbers, query_);
    while (!is_full()) {
      SAMLA_ASSIGN(const bool found, numbers->step());
      if (!found) return {};
      SAMLA_TRY(add_row(numbers->column_int64(0)));
    }
    return {};
  }

 private:
  Result<void> add_row(std::int64_t number) {
    if (!seen_.insert(number).second) return {};
    SAMLA_ASSIGN(auto query,
                 connection_.cached("SELECT " SAMLA_RECORD_COLUMNS " FROM record WHERE number = ?1"));
    query->bind(1, number);
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) return fail(ErrorCode::store_corrupt, "record.search");
    SAMLA_ASSIGN(const RecordRow row, read_record_row(*query));
    if (query_.element) {
      const auto elements = row.view().elements(query_.element->first);
      if (!std::ranges::binary_search(elements, query_.element->second)) return {};
    }
    const IndexedText text = indexed_text(row, fields_);
    std::string snippet = terms_.snippet(text.body);
    if (snippet.empty()) snippet = terms_.snippet(text.title);
    hits_.push_back({row.id, row.kind, text.title, std::move(snippet)});
    return {};
  }

  sqlite::Connection& connection_;
  const SearchFields& fields_;
  const SearchQuery& query_;
  const SearchTerms& terms_;
  std::set<std::int64_t> seen_;
  std::vector<SearchHit> hits_;
};

}  // namespace

Result<std::vector<SearchHit>> Records::search(const SearchQuery& query) const {
  if (query.words.size() > kSearchBytesMax || query.spaces.size() > kSpacesMax)
    return fail(ErrorCode::too_large, "record.search", "use fewer words");
  if (!is_utf8(query.words)) return fail(ErrorCode::invalid_argument, "record.search", "text must be UTF-8");
  const SearchTerms terms(query.words);
  if (terms.empty()) return std::vector<SearchHit>();
  SAMLA_TRY(feed_index(*connection_, search_fields_, 1));
  Collector hits(*connection_, search_fields_, query, terms);
  for (const auto reach :
       {SearchTerms::Reach::kWords, SearchTerms::Reach::kStems, SearchTerms::Reach::kFolded}) {
    if (!hits.is_full()) SAMLA_TRY(hits.add(terms.expression(reach)));
  }
  return hits.take();
}

}  // namespace samla::view
