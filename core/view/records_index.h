// The full-text index beside the rows: contentless FTS5, so it holds no text twice and must be told
// what to forget. It is fed in batches: a segment of the index for each edit costs more than all else of
// the edit. Invariant: it holds nothing of the rows that wait (those beyond the watermark in view_index,
// and those listed in view_unindexed), and indexed_text(row), as of the same transaction, of every other
// stored row. A search feeds first what waits; so does a moment of rest.
// Within the view alone. Thread: the store's.
#pragma once

#include <cstdint>
#include <string>

#include "core/view/records_row.h"

namespace samla::view {

/// å, æ, ø and their kin are letters of their own; the marks of search_terms.h are letters too.
extern const char* const kIndexTableSql;
/// Where there is no watermark yet, all rows are in the index.
extern const char* const kWatermarkSql;

/// What the index holds of a row; both empty: nothing.
struct IndexedText {
  std::string title;  ///< the kind's first search field
  std::string body;   ///< its other ones, a line each

  bool empty() const { return title.empty() && body.empty(); }
  bool operator==(const IndexedText&) const = default;
};

/// All readable heads of the search fields, the winners first, so that a conflict's every side is
/// found; nothing of an erased record.
IndexedText indexed_text(const RecordRow& row, const SearchFields& fields);

/// Whether the index holds nothing of the row yet, or any more, and will be told of it.
Result<bool> waits_for_index(sqlite::Connection& connection, std::int64_t number);

/// `row`, which does not wait, has changed from having the text `before` to having `after`.
Result<void> update_index(sqlite::Connection& connection, const RecordRow& row, const IndexedText& before,
                          const IndexedText& after);

/// About as many rows wait for the index at the most: feeding them takes a search about a second.
inline constexpr std::int64_t kIndexWaitingMax = 16 * 1024;
/// What an edit feeds at once when more than those wait, and how many rows may change between two looks.
inline constexpr std::int64_t kIndexSlice = 1024;

/// In a moment of rest, between two looks whether there is something else to do: some 20 ms.
inline constexpr std::int64_t kRestSlice = 256;
/// No bound.
inline constexpr std::int64_t kAllRows = INT64_MAX;

/// Feeds up to `rows_max` of the rows that wait, oldest first, if they are at least `rows_min`. A
/// transaction of its own where there is none.
Result<void> feed_index(sqlite::Connection& connection, const SearchFields& fields, std::int64_t rows_min,
                        std::int64_t rows_max);

Result<bool> rows_wait(sqlite::Connection& connection);

/// Empties the index and fills it again if it was not built for `fields`. Within a transaction.
Result<void> rebuild_index(sqlite::Connection& connection, const SearchFields& fields);

/// Canonical, to tell whether `fields` have changed since the index was built.
Bytes encode(const SearchFields& fields);

}  // namespace samla::view
