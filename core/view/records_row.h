// A record's row as it is worked on: resolved state, opened contents of its heads, and where it came
// from. Within the view alone. docs/formats/record_row.md is the form of the `content` column.
// Invariant: `encode_content` after any order of the same writes gives the same bytes.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/resolve/record_state.h"
#include "core/view/content.h"
#include "core/view/records.h"

namespace samla::view {

/// Version 1 wrote more out; it is read, and not written.
inline constexpr std::uint8_t kRecordRowVersion = 2;

/// Orders a record's writes for what the earliest one decides: inits first, then by time, then by name.
struct Origin {
  bool init = false;
  HybridTime time;
  change::WriteRef ref;

  bool before(const Origin& other) const;
  bool operator==(const Origin&) const = default;
};

/// A field that many edit at once, as its document stands (record_texts.h).
struct MergedText {
  std::string field;
  std::string text;
  std::vector<resolve::Head> heads;  ///< writes that none has followed yet, the newest first
  /// Times of the writes that wait for others, so that they have them once they are in.
  std::map<change::WriteRef, HybridTime> waiting;
  bool overlapping = false;  ///< two of `heads` changed the same place without knowing of each other
  /// It begins with a member's snapshot, and the edits below that are not here to check it by.
  bool unchecked = false;
  /// Snapshots that say otherwise than the edits that they stand for.
  std::set<change::WriteRef> false_snapshots;
  /// Snapshots that wait to be checked, each with the least write of its frontier that is not in the text.
  std::map<change::WriteRef, change::WriteRef> unplaced_snapshots;
};

struct RecordRow {
  std::int64_t number = 0;  ///< SQLite's rowid; 0: not stored yet
  RecordId id;
  SpaceId space;
  resolve::RecordState state;
  /// The earliest accepted write; absent while there are only transparent ones (no record to show).
  std::optional<Origin> origin;
  std::string kind;  ///< as the earliest write that opened says; empty: none has
  std::optional<Origin> kind_origin;
  /// Opened contents of heads (and, until the row is saved, of what they dominate).
  std::map<std::pair<FieldTag, change::WriteRef>, FieldContent> contents;
  /// Heads whose content has been erased for good.
  std::set<std::pair<FieldTag, change::WriteRef>> erased_contents;

  /// Fields with appends.
  std::map<FieldTag, MergedText> texts;

  void apply(const AppliedWrite& write);
  void apply_transparent(const AppliedWrite& write);
  /// What is said there of its writes that are not here.
  void take_word(const Records::Anew& anew);

  bool erased() const { return state.life() == resolve::Life::kErased; }
  bool contested() const;
  bool unreadable() const;
  /// Whether that head's content is neither here nor erased.
  bool unreadable(const FieldTag& tag, const change::WriteRef& ref) const {
    return !contents.contains({tag, ref}) && !erased_contents.contains({tag, ref});
  }
  std::uint64_t updated() const;  ///< hybrid time of the newest head

  /// The `content` column: runs parallel to the heads of `state`.
  Bytes encode_content() const;
  /// Reads what encode_content wrote into a row whose `state` and `kind` are set; store_corrupt otherwise.
  Result<void> decode_content(ByteView bytes);

  bool contested(const FieldTag& tag, const resolve::FieldState& field) const;
  FieldView field_view(const FieldTag& tag, const resolve::FieldState& field) const;
  RecordView view() const;
};

}  // namespace samla::view
