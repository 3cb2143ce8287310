// Document: a text that many edit at once; the same events make the same text, in whatever order they come.
// Events whose parents are the whole frontier go straight into the text. Only when one comes that did
// not know of all others does a Walker play those since their last common point, to find its place.
// docs/formats/text.md has the rules. One thread at a time.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/text/event_graph.h"
#include "core/text/event_id.h"
#include "core/text/op_log.h"
#include "core/text/payload.h"
#include "core/text/rope.h"
#include "core/text/snapshot.h"
#include "core/text/walker.h"

namespace samla::text {

/// What became of an event. The last two kinds are kept and shown by `stranded`.
enum class Applied : std::uint8_t {
  done,     ///< it is in the text
  known,    ///< it had been applied, or kept, before
  waiting,  ///< a parent is not here
  refused,  ///< an edit is outside the text at its parents; the same on every replica, for good
};

/// An event that is not in the text.
struct Stranded {
  EventId id;
  std::vector<EventId> parents;
  Bytes payload;
  bool refused = false;
};

/// A part of the text and the event that wrote it; none where the history does not reach back.
struct AuthoredRange {
  std::uint32_t length = 0;
  std::optional<EventId> event;
  bool operator==(const AuthoredRange&) const = default;
};

enum class ChangeKind : std::uint8_t { kept, removed, added };
struct Change {
  ChangeKind kind = ChangeKind::kept;
  std::string text;
  bool operator==(const Change&) const = default;
};

class Document {
 public:
  Document();
  /// What `encode` gave. Refuses what cannot be read; the history is looked at only when it is
  /// first needed, and if it turns out damaged then the call that needed it says so (malformed).
  static Result<Document> load(ByteView bytes);
  /// A text without the history below `frontier` (ascending, at least one). It takes events that knew of the
  /// whole frontier; others wait, and their place is found from a document with history.
  static Document from_snapshot(std::vector<EventId> frontier, Snapshot snapshot);

  /// Errors: the payload is refused by decode_payload or there are too many parents (nothing is kept; the
  /// event is bad everywhere); too_large: the document is full; malformed: the loaded history is damaged.
  /// `parents` may stand in any order; none: the event knew of nothing. For the result no order of arrival
  /// matters; for the cost, long branches are better applied one after the other than in turns (each turn
  /// takes back the one and puts back the other).
  Result<Applied> apply(const EventId& id, std::span<const EventId> parents, ByteView payload);

  std::string text() const { return rope_.text(); }
  /// In code points.
  std::uint32_t length() const { return rope_.length(); }
  /// The events that nothing here follows, in order: the parents of a new edit.
  std::vector<EventId> frontier() const;
  Result<bool> holds(const EventId& id);
  /// Whether the event is in the text, and not by a snapshot's word alone.
  Result<bool> has(const EventId& id);
  /// Whether the event lies below the snapshot that this document was begun with: it is in the text, and
  /// nothing but the snapshot says so.
  bool below_floor(const EventId& id) const;
  bool on_floor() const { return !floor_.empty(); }
  /// Whether nothing waits, and nothing rests on a snapshot's word.
  bool whole() const { return floor_.empty() && stranded_waiting() == 0; }
  /// Events in the text, without those below the floor.
  Result<std::size_t> events();
  /// In the order of their ids.
  std::vector<Stranded> stranded() const;

  /// The text at a version: of the named events and all that they knew of. not_found: one isn't here.
  Result<std::string> text_at(std::span<const EventId> version);
  /// Of each writer the greatest event at a version, ascending. not_found as above.
  Result<std::vector<EventId>> seen_at(std::span<const EventId> version);
  /// Whether the snapshot is what the history here comes to at `frontier`. not_found: a part of that is not
  /// here, or lies below the floor.
  Result<bool> agrees(const std::vector<EventId>& frontier, const Snapshot& snapshot);
  /// What is at `to` and was not at `from`, and the other way round, in the order of the text.
  Result<std::vector<Change>> changes(std::span<const EventId> from, std::span<const EventId> to);
  /// Who wrote what stands in the text now, from its beginning to its end.
  Result<std::vector<AuthoredRange>> authors();

  /// Text, whole history and stranded events, compressed. Two replicas may get different bytes.
  Result<Bytes> encode();

 private:
  struct History {
    EventGraph graph;
    OpLog log;
  };
  /// Cuts [first, last]: each k is an event number such that event k - 1 knew of all before it and
  /// all from k on knew of it. 0 is always one.
  using Cuts = std::vector<EventRange>;

  Result<void> open_history();
  /// The numbers of `parents` into numbers_, in order; false: one is missing, which is then in missing_.
  bool find_parents(std::span<const EventId> parents);
  Result<Applied> integrate(const EventId& id);
  Result<Applied> integrate_late(const EventId& id);
  bool knew_all() const;
  bool fits(std::uint32_t length) const;
  void record(const EventId& id, std::uint32_t length);
  Walker* walker_from(EventNumber cut);
  /// The last cut that an event with these parents (in order) leaves standing.
  EventNumber cut_for(std::span<const EventNumber> parents) const;
  void cut_back(EventNumber cut);
  /// All event numbers in [first, last] are cuts now; they follow all others.
  void add_cuts(EventNumber first, EventNumber last);
  void find_cuts();
  std::uint32_t length_at(EventNumber cut) const;
  void strand(const EventId& id, std::span<const EventId> parents, ByteView payload, bool refused);
  Result<void> wake(const EventId& arrived);
  Result<std::vector<EventNumber>> numbers_of(std::span<const EventId> version) const;
  std::size_t stranded_waiting() const;
  Result<Walker> walk(std::span<const EventNumber> version) const;
  std::string text_of(const Item& item) const;

  std::unique_ptr<History> history_;
  std::unique_ptr<Walker> walker_;  // of history_; none unless events came late
  EventNumber played_ = 0;          // events that the walker has seen, from its cut
  Cuts cuts_;
  Rope rope_;

  /// What lies below the history: a snapshot's frontier (in order) and text.
  std::vector<EventId> floor_;
  std::vector<EventId> floor_seen_;  // of each writer the greatest event at or below it
  std::string floor_text_;
  std::uint32_t floor_length_ = 0;

  /// As loaded, until it is needed; with the frontier for that while.
  Bytes unopened_;
  std::vector<EventId> unopened_frontier_;
  bool damaged_ = false;

  std::map<EventId, Stranded> stranded_;
  std::multimap<EventId, EventId> waiting_for_;  // a missing parent, who waits
  std::optional<EventId> last_;                  // the event applied last

  // Memory that is used again by each event.
  Payload payload_;
  std::vector<EventNumber> numbers_;
  EventId missing_;
};

}  // namespace samla::text
