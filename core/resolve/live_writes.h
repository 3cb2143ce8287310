// Which writes of a record a device needs that has none of them: what stands, what a text's edits rest on,
// and where the record is from. The rest is history. Metadata only: what a snapshot says of a text nobody
// here can read, so a text whose edits don't hang together by what they name is told as "all writes".
//
//   heads, and writes that don't count but may still be seen through   (RecordState has them)
//   the record's origin: its kind, author and time
//   of each text the newest snapshot that stands for all that there was, and the edits above it
//
// Kept by the server beside the record's state; one pass over the record's writes in the order of their
// places. Bounded by what stands and by how often texts get snapshots. Pure.
// docs/formats/live_writes.md.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "core/resolve/record_state.h"

namespace samla::resolve {

inline constexpr std::uint8_t kLiveWritesVersion = 1;
/// A text with more edits that no snapshot stands for is sent whole.
inline constexpr std::size_t kLiveEditsMax = 4096;

/// A field with text edits.
struct LiveText {
  /// Whole values with which the text begins here: those that stood when its first edit came.
  std::set<change::WriteRef> roots;
  /// The snapshot that stands for all below; absent: nothing lies below.
  std::optional<change::WriteRef> snapshot;
  std::vector<change::WriteRef> frontier;  ///< of the snapshot, ascending
  /// Of each writer the last event that lies below. Its own are a chain: those before it do too.
  std::map<WriterId, FieldState::Place> below;
  /// Edits and whole values that the snapshot does not stand for, with what each names.
  std::map<change::WriteRef, std::vector<change::WriteRef>> events;
  /// Of those the ones that did not know of all that the snapshot stands for: their place can't be found
  /// without what lies below.
  std::set<change::WriteRef> beside;

  bool operator==(const LiveText&) const = default;
};

/// The answer.
struct NeededWrites {
  /// Every write of the record, and nothing below.
  bool whole = false;
  std::set<change::WriteRef> writes;
  /// Of each writer the last changeset with a text edit, where that edit is none of `writes`: an erase is
  /// measured by it. Its metadata is enough.
  std::map<WriterId, std::uint64_t> last_edits;
};

class LiveWrites {
 public:
  /// Each write once, in the order of the places; `state` has not taken it yet.
  void apply(const change::WriteHeader& write, const change::WriteRef& ref, const RecordState& state);
  /// A void or quarantined write.
  void apply_transparent() { ++writes_; }

  NeededWrites needed(const RecordState& state) const;
  /// All writes that there were.
  std::uint64_t writes() const { return writes_; }
  /// Texts that are not told as "all writes".
  const std::map<FieldTag, LiveText>& texts() const { return texts_; }

  Bytes encode() const;
  static Result<LiveWrites> decode(ByteView bytes);

  bool operator==(const LiveWrites&) const = default;

 private:
  struct Origin {
    bool init = false;
    HybridTime time;
    change::WriteRef ref;
    bool operator==(const Origin&) const = default;
  };
  void take_event(const change::WriteHeader& write, const change::WriteRef& ref, const FieldTag& tag,
                  const RecordState& state);
  void take_snapshot(const change::WriteHeader& write, const change::WriteRef& ref, const FieldTag& tag);
  void give_up(const FieldTag& tag);

  std::uint64_t writes_ = 0;
  std::optional<Origin> origin_;
  std::map<FieldTag, LiveText> texts_;
  std::set<FieldTag> tangled_;  ///< texts whose edits name what is neither here nor under a snapshot
};

}  // namespace samla::resolve
