// Walker: plays events on the items of a text, each at the version that its author saw, and so finds
// where its edits belong in the text of all events. It begins at a *cut*: an event that all later ones
// knew of, whose text is taken as it stands; what came before need not be played. docs/formats/text.md
// tells the order of concurrent inserts. One thread at a time; invariant: `version()` is what `state`
// of the items shows, and everything played is what `removed` does.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/text/event_graph.h"
#include "core/text/item_tree.h"
#include "core/text/op_log.h"
#include "core/text/rope.h"

namespace samla::text {

class Walker {
 public:
  /// Both outlive the walker, which sees what is added to them.
  Walker(const EventGraph& graph, const OpLog& log) : graph_(graph), log_(log) {}

  /// Begins anew: all events before `cut` make a text of `length` code points. If `cut` is not 0,
  /// event cut - 1 knew of all before it.
  void reset(EventNumber cut, std::uint32_t length);
  EventNumber cut() const { return cut_; }

  /// Goes to the version of `parents`; all of them have been played or are before the cut.
  void move_to(std::span<const EventNumber> parents);
  /// The length of the text at the version.
  std::uint32_t length() const { return tree_.totals().shown; }

  /// Plays events [range), of one run, on top of their parents, and does to `text`, if there is one,
  /// what it does to the text of all played events. False: a position is outside (a damaged log);
  /// then the walker is of no more use.
  [[nodiscard]] bool play(EventRange range, Rope* text);
  /// Plays all that `version` knows of from the cut on.
  [[nodiscard]] bool play_version(std::span<const EventNumber> version);

  const ItemTree& items() const { return tree_; }
  /// Marks what the version shows.
  void mark_shown();

 private:
  /// The units from `unit` on took these code points, one by one.
  struct Erased {
    std::uint64_t unit;
    std::uint32_t count;
    CodePointId id;
    bool backward;  // unit + i took the (count - 1 - i)-th
  };

  bool insert(const OpPiece& piece, Rope* text);
  bool erase(const OpPiece& piece, Rope* text);
  CodePointId seen_from(Cursor cursor) const;
  /// Where an item behind `left` and in front of `right` stands among those not inserted yet at the version.
  Cursor integrate(Cursor from, CodePointId left, CodePointId right, CodePointId id) const;
  std::int64_t order(CodePointId id) const;
  bool smaller_id(CodePointId a, CodePointId b) const;
  void shift(EventRange range, bool forward);
  void shift_inserted(CodePointId first, std::uint32_t count, bool forward);
  void shift_erased(std::uint64_t first, std::uint64_t last, bool forward);

  const EventGraph& graph_;
  const OpLog& log_;
  ItemTree tree_;
  EventNumber cut_ = 0;
  std::vector<EventNumber> version_;
  std::vector<Erased> erased_;  // by unit
  std::vector<EventRange> back_;
  std::vector<EventRange> onward_;
  std::vector<Erased> found_;
};

}  // namespace samla::text
