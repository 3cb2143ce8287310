// Materialised records: one row a record, holding its resolved state and the opened values of all its
// heads, so that reading and showing a conflict never goes back to changesets.
// Invariant: a row is a pure function of the set of writes applied to it, in any order.
// A row belongs to one space: a write in another space that names the same record makes a row of its
// own there, and the id goes on naming the row in the space for which it was made.
// Thread: the store's.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.h"
#include "core/change/write.h"
#include "core/resolve/record_state.h"
#include "core/sqlite/connection.h"
#include "core/text/event_id.h"
#include "core/view/content.h"
#include "core/view/packed.h"

namespace samla::view {

/// One head of a field, as a person sees it. The first of several is the one that is shown.
struct HeadView {
  change::WriteRef ref;
  HybridTime time;
  Value value;
  /// False where this device could not open the write: it stays a head all the same.
  bool readable = true;

  bool operator==(const HeadView&) const = default;
};

struct FieldView {
  std::string name;
  std::string element;  ///< empty for a register
  FieldTag tag;
  std::vector<HeadView> heads;  ///< at least one, the winner first

  const Value& value() const { return heads.front().value; }
  /// A text that a machine has put together of edits which did not know of each other, and which nobody
  /// has edited since. Every head then has the merged text for its value (see Records::text_versions).
  bool merged = false;
  /// Of a merged one: it has been looked at on this device since it was put together (Records::look).
  bool looked_at = false;
  /// A text that begins with a member's snapshot, since the edits before it are not on this device.
  bool unchecked = false;
  /// Snapshots of the text that say otherwise than its edits: they are not used.
  std::set<change::WriteRef> false_snapshots;
  /// Several heads whose values differ (identical values settle by themselves; a set's element settles
  /// add-wins). Unreadable heads differ from everything.
  bool contested = false;

  bool operator==(const FieldView&) const = default;
};

struct RecordView {
  RecordId id;
  SpaceId space;
  std::string kind;
  std::uint64_t created_ms = 0;  ///< hybrid time of the init
  std::uint64_t updated_ms = 0;  ///< hybrid time of the newest head
  WriterId author;               ///< writer of the init
  bool erased = false;
  bool life_contested = false;  ///< erased by someone, edited by another who did not know
  std::vector<FieldView> fields;

  /// The register's shown value, or null where the record has no such field.
  const Value* find(std::string_view field) const;
  /// The register's text; empty where absent or not text.
  std::string text(std::string_view field) const;
  /// The register's integer, or `absent`.
  std::int64_t number(std::string_view field, std::int64_t absent = 0) const;
  /// The set's present elements, sorted.
  std::vector<std::string> elements(std::string_view field) const;
  /// An erased record is settled, whatever its fields.
  bool contested() const;

  bool operator==(const RecordView&) const = default;
};

/// One write as it comes to the view. `content` is absent where it did not open.
struct AppliedWrite {
  SpaceId space;
  change::WriteRef ref;
  change::WriteHeader header;
  std::optional<Content> content;
  /// Its content has been erased for good: nobody waits for it, and it is no side of a conflict.
  bool erased = false;
  /// Its content has not been sent here, since nothing here rests on it: nobody waits for it either.
  bool kept_back = false;
};

/// Whether the write is an edit of a text, or a snapshot of one, that anyone could read: from the first one
/// on, its field is a text. A function of the write alone, so that all devices agree on it whatever came
/// first.
bool edits_text(const AppliedWrite& write);

/// Which records to list. Absent members don't filter. Ordered by creation, oldest first.
struct Query {
  std::optional<std::string> kind;
  std::optional<SpaceId> space;
  std::optional<RecordId> id;  ///< in each space that claims it
  bool include_erased = false;
  bool newest_first = false;
  std::size_t limit = 0;  ///< 0: all
};

/// What to look for. Empty lists and absent members don't filter.
struct SearchQuery {
  /// Words, the last one as the beginning of a word, and "phrases"; all must be there. Any UTF-8 text.
  std::string words;
  std::vector<std::string> kinds = {};
  std::vector<SpaceId> spaces = {};
  std::optional<std::uint64_t> from_ms = {};   ///< changed then or later
  std::optional<std::uint64_t> until_ms = {};  ///< changed before
  /// A set's field and an element that must be in it.
  std::optional<std::pair<std::string, std::string>> element = {};
  std::size_t limit = 0;  ///< 0: all
};

struct SearchHit {
  RecordId id;
  std::string kind;
  std::string title;    ///< the text of the kind's first search field
  std::string snippet;  ///< of the matching text, matches between U+00AB and U+00BB
};

/// Names of fields whose text is searchable, by kind; the first one weighs most. A set's elements count.
/// A name with one * stands for all registers like it; "-name" takes one out of those.
using SearchFields = std::map<std::string, std::vector<std::string>>;

class Records {
 public:
  /// `connection` outlives this. Creates missing tables, and builds the index anew where
  /// `search_fields` are not those of the last time; in a transaction of its own.
  static Result<Records> open(sqlite::Connection& connection, SearchFields search_fields);

  /// What is known beforehand of records that are built anew.
  struct Anew {
    std::set<FieldTag> texts;  ///< fields to which an append stands, see edits_text
    /// Writes that don't stand, and what they named: a whole value that names one replaces what that named.
    std::map<change::WriteRef, std::vector<change::WriteRef>> seen_through;
    /// Snapshots with which texts may begin, since the edits that they stand for are kept from this device by
    /// whoever sent it the rest, and not by the snapshot's author: to be applied before all else.
    std::set<change::WriteRef> floors;
    /// Records of which not every write is here.
    std::map<RecordId, Packed> packed = {};
    /// How far each writer had come when those were sent.
    std::map<WriterId, std::uint64_t> packed_until = {};
  };

  /// Texts that `apply` can't put together alone, since a write came after what it knew of had been
  /// replaced: records to be forgotten and built anew from all their writes. Empties the list.
  std::set<RecordId> take_gaps() { return std::exchange(gaps_, {}); }
  /// Whether a text of it waits for writes that are not here.
  Result<bool> has_waiting_texts(const SpaceId& space, const RecordId& id) const;
  /// As apply, for building anew, and for records of which not every write is here.
  Result<std::set<RecordId>> rebuild(std::span<const AppliedWrite> writes, const Anew& anew);

  /// What a field's text is and which writes it rests on: for making the next edit. A register's shown
  /// value where nobody has edited it as a text yet. Absent: no such record, or no such field.
  struct TextState {
    std::string text;
    std::vector<change::WriteRef> frontier;  ///< ascending
    /// Edits since the last snapshot that was found right; 0 where this device could not make one, since it
    /// has not all of them.
    std::size_t edits_since_snapshot = 0;
  };
  Result<std::optional<TextState>> text_state(const RecordId& id, const FieldTag& tag) const;
  /// The text as each of `refs` had it: that write and all that it knew of. not_found.
  Result<std::vector<std::string>> text_versions(const RecordId& id, const FieldTag& tag,
                                                 std::span<const change::WriteRef> refs) const;
  /// Of a text whose edits are all here: of each writer the last one, for a snapshot.
  Result<std::vector<text::EventId>> text_seen(const RecordId& id, const FieldTag& tag) const;
  /// Edits that are kept and are not in the text, since what they changed is not here or not as they
  /// saw it: what each would have inserted.
  Result<std::vector<std::string>> stranded_texts(const RecordId& id, const FieldTag& tag) const;

  /// Where the list of what has changed here stands now; for changed_since.
  std::uint64_t mark() const { return journal_begin_ + journal_.size(); }
  /// The records that this object has changed since `mark` said so, each perhaps to what it was. Absent: so
  /// many that it has not kept which.
  std::optional<std::set<RecordId>> changed_since(std::uint64_t mark) const;

  /// Applies writes inside the caller's transaction; idempotent, any order. A write comes again with
  /// its content once that has opened. Returns the ids of the records that are not as they were.
  Result<std::set<RecordId>> apply(std::span<const AppliedWrite> writes);
  /// A void or quarantined write: is no head, but is seen through (resolve).
  Result<void> apply_transparent(const AppliedWrite& write);

  /// The record has been looked at here: what was put together in it wants no badge until more comes. Stays
  /// on this device. In the caller's transaction, or one of its own.
  Result<void> look(const RecordId& id);

  /// Forgets the record's row in `space`, so that it can be built anew from its writes. Within the
  /// caller's transaction.
  Result<void> forget(const SpaceId& space, const RecordId& id);

  /// After `forget` for the sake of an erasure: the index's own file keeps words of rows that it has
  /// forgotten until it merges its parts, so all of them are merged. Within the caller's transaction.
  Result<void> purge_index();

  /// For a moment when nobody waits: feeds the index a part of what it has not got yet, which the next search
  /// would do. Whether there is more. A transaction of its own.
  Result<bool> rest();

  /// Absent: no such record.
  Result<std::optional<RecordView>> read(const RecordId& id) const;
  /// The metadata alone, for building the next write's `prev` and `seen`; absent: no such record.
  Result<std::optional<resolve::RecordState>> state(const RecordId& id) const;
  Result<std::vector<RecordView>> list(const Query& query) const;
  /// Records with a contested field or a contested life.
  Result<std::vector<RecordView>> contested() const;
  Result<std::size_t> contested_count() const;
  /// Ids that begin with the hex digits `prefix` (at least 4, or invalid_argument), at most `limit` (0: all).
  Result<std::vector<RecordId>> find_by_prefix(std::string_view prefix, std::size_t limit) const;

  /// Full text, ranked: what has the words themselves, then words of the same Norwegian stem; after all of
  /// those what has them as people write them without å, ø and æ. Erased records are not found.
  Result<std::vector<SearchHit>> search(const SearchQuery& query) const;
  /// Heads and text edits whose content did not open, so that they can be tried again once a key has come.
  Result<std::vector<change::WriteRef>> unreadable(const SpaceId& space) const;

 private:
  explicit Records(sqlite::Connection& connection, SearchFields fields);

  void note_changed(const RecordId& id);
  Result<void> bound_waiting(std::size_t rows);

  sqlite::Connection* connection_;
  SearchFields search_fields_;
  std::set<RecordId> gaps_;
  std::size_t unlooked_ = 0;  ///< rows that have changed since somebody looked how many wait for the index
  std::vector<RecordId> journal_;  ///< ids in the order of their changes, from the one that has the number
  std::uint64_t journal_begin_ = 0;
};

}  // namespace samla::view
