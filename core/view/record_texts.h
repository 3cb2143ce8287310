// The texts of one record that many edit at once: each a document (core/text) of all writes to its field.
// A field becomes one with its first append. Until then it is a register; its whole values are then the
// document's first events.
// Invariant: what RecordRow::texts says of a field follows from the writes applied, in any order, once none
// of them waits for another. Within the view alone. Thread: the store's.
#pragma once

#include <map>
#include <set>

#include "core/sqlite/connection.h"
#include "core/text/document.h"
#include "core/view/records.h"
#include "core/view/records_row.h"

namespace samla::view {

extern const char* const kTextTableSql;
extern const char* const kTextLogTableSql;
/// Text edits that did not open: they are no heads, so no row says of them that they are unreadable.
extern const char* const kUnopenedTableSql;

/// Notes that a text's write did not open, or that it has.
Result<void> note_unopened(sqlite::Connection& connection, const AppliedWrite& write);

class RecordTexts {
 public:
  explicit RecordTexts(sqlite::Connection& connection) : connection_(&connection) {}

  /// Takes one write that `row` has taken. The fields of `anew.texts` are texts from their first write on.
  Result<void> apply(RecordRow& row, const AppliedWrite& write, const Records::Anew& anew);
  /// Whether a write waits for one that this device may have dropped the value of: the record is then to
  /// be built anew from all its writes.
  bool has_gaps() const { return gaps_; }
  /// Once `row` is stored.
  Result<void> save(const RecordRow& row);

  /// The document of a field as it stands: from its first whole values where there was no append yet. `anew`:
  /// those come one by one.
  Result<text::Document*> open(const RecordRow& row, const FieldTag& tag, bool anew = false);
  /// Records::TextState::edits_since_snapshot.
  Result<std::size_t> edits_since_snapshot(const RecordRow& row, const FieldTag& tag);

 private:
  Result<void> take(RecordRow& row, const FieldTag& tag, const AppliedWrite& write,
                    const FieldContent& content, const Records::Anew& anew);
  Result<void> take_snapshot(RecordRow& row, const AppliedWrite& write, const Records::Anew& anew);
  Result<void> recheck_snapshots(MergedText& merged, text::Document& document);
  Result<void> settle(RecordRow& row, const FieldTag& tag);
  void note(RecordRow& row, const FieldTag& tag, const AppliedWrite& write, const std::string& field);

  sqlite::Connection* connection_;
  std::map<FieldTag, text::Document> documents_;
  std::set<FieldTag> changed_;
  std::set<FieldTag> checked_;  ///< of which a snapshot has been found right
  bool gaps_ = false;
};

/// Forgets a row's documents.
Result<void> forget_texts(sqlite::Connection& connection, const RecordRow& row);

text::EventId event_of(const change::WriteRef& ref);
change::WriteRef ref_of(const text::EventId& id);

}  // namespace samla::view
