// The full-text index beside the rows: contentless FTS5, so it holds no text twice and must be told
// what to forget. Invariant: it holds indexed_text(row) of every stored row, in the same transaction.
// Within the view alone. Thread: the store's.
#pragma once

#include <string>

#include "core/view/records_row.h"

namespace samla::view {

/// å, æ, ø and their kin are letters of their own.
#define SAMLA_TOKENIZER "tokenize = 'unicode61 remove_diacritics 0'"

extern const char* const kIndexTableSql;

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

/// `row` has changed from having the text `before` to having `after`.
Result<void> update_index(sqlite::Connection& connection, const RecordRow& row, const IndexedText& before,
                          const IndexedText& after);

/// Empties the index and fills it again if it was not built for `fields`. Within a transaction.
Result<void> rebuild_index(sqlite::Connection& connection, const SearchFields& fields);

/// Canonical, to tell whether `fields` have changed since the index was built.
Bytes encode(const SearchFields& fields);

/// The FTS5 expression for what a person typed: every word or "phrase" quoted, so that no text is
/// syntax; the last word as a prefix. Empty: nothing to look for.
std::string search_expression(std::string_view words);

}  // namespace samla::view
