#include "core/text/walker.h"

#include <algorithm>
#include <limits>

namespace samla::text {

void Walker::reset(EventNumber cut, std::uint32_t length) {
  cut_ = cut;
  tree_.reset(length, log_.inserts_before(graph_.unit_of(cut)));
  version_.clear();
  if (cut > 0) version_.push_back(cut - 1);
  erased_.clear();
}

void Walker::move_to(std::span<const EventNumber> parents) {
  if (std::ranges::equal(version_, parents)) return;
  graph_.difference(version_, parents, back_, onward_);
  for (const EventRange& range : back_) shift(range, false);
  std::ranges::reverse(onward_);
  for (const EventRange& range : onward_) shift(range, true);
  version_.assign(parents.begin(), parents.end());
}

bool Walker::play(EventRange range, Rope* text) {
  const EventRun& run = graph_.run_of(range.first);
  if (range.first == run.first) {
    // What is known to all by way of the cut stands for parents before it.
    const std::span<const EventNumber> parents = graph_.parents_of(run);
    if (parents.empty() && cut_ > 0) return false;
    move_to(parents);
  } else {
    const EventNumber before = range.first - 1;
    move_to({&before, 1});
  }
  version_.assign(1, range.last - 1);
  const std::uint64_t end = graph_.unit_of(range.last);
  std::uint64_t unit = graph_.unit_of(range.first);
  for (std::size_t op = unit < end ? log_.run_index(unit) : 0; unit < end; ++op) {
    const OpRun& whole = log_.runs()[op];
    const std::uint64_t last = std::min(end, whole.unit + whole.count);
    const OpPiece piece = log_.piece(op, unit, last, text != nullptr);
    if (!(piece.kind == OpKind::insert ? insert(piece, text) : erase(piece, text))) return false;
    unit = last;
  }
  return true;
}

bool Walker::play_version(std::span<const EventNumber> version) {
  std::vector<EventRange> none;
  std::vector<EventRange> ranges;
  graph_.difference(version, version_, ranges, none);
  std::ranges::reverse(ranges);
  for (const EventRange& range : ranges) {
    if (!play(range, nullptr)) return false;
  }
  return true;
}

void Walker::mark_shown() {
  for (Cursor at = tree_.begin(); !tree_.at_end(at); at = tree_.after(at)) {
    if (tree_.at(at).state == 1) tree_.mark(at);
  }
}

bool Walker::smaller_id(CodePointId a, CodePointId b) const {
  const auto event = [this](CodePointId id) {
    return graph_.id_of(graph_.event_of_unit(log_.unit_of_insert(id)));
  };
  return event(a) < event(b);
}

std::int64_t Walker::order(CodePointId id) const {
  if (id == kTextStart) return -1;
  if (id == kTextEnd) return std::numeric_limits<std::int64_t>::max();
  return tree_.before(tree_.of(id)).all;
}

CodePointId Walker::seen_from(Cursor cursor) const {
  // Mostly it is the next item or so; past many others only the tree knows a short way.
  for (int i = 0; i < 4; ++i) {
    if (tree_.at_end(cursor)) return kTextEnd;
    const Item& item = tree_.at(cursor);
    if (item.state > 0) return item.id + cursor.offset;
    cursor = tree_.after(cursor);
  }
  if (tree_.at_end(cursor)) return kTextEnd;
  const std::uint32_t seen = tree_.before(cursor).seen;
  if (seen == tree_.totals().seen) return kTextEnd;
  const Cursor next = tree_.seen(seen);
  return tree_.at(next).id + next.offset;
}

Cursor Walker::integrate(Cursor from, CodePointId left, CodePointId right, CodePointId id) const {
  const std::int64_t left_order = order(left);
  const std::int64_t right_order = order(right);
  Cursor place = from;
  bool stays = false;  // `place` is held while those passed may yet turn out to stand behind us
  for (Cursor at = from; !tree_.at_end(at) && tree_.at(at).state == 0;) {
    const Item& other = tree_.at(at);
    if (other.left != left) {
      if (order(other.left) < left_order) break;
    } else if (other.right == right) {
      if (smaller_id(id, other.id)) break;
      stays = false;
    } else {
      stays = order(other.right) < right_order;
    }
    at = tree_.after(at);
    if (!stays) place = at;
  }
  return place;
}

bool Walker::insert(const OpPiece& piece, Rope* text) {
  if (piece.position > length()) return false;
  Item item;
  item.id = piece.insert_number;
  item.count = piece.count;
  Cursor place = tree_.begin();
  Cursor before;
  if (piece.position > 0) {
    before = tree_.shown(piece.position - 1);
    item.left = tree_.at(before).id + before.offset;
    place = {before.leaf, before.index, before.offset + 1};
    if (place.offset == tree_.at(before).count) place = tree_.after(before);
  }
  item.right = seen_from(place);
  const bool contended = place.offset == 0 && !tree_.at_end(place) && tree_.at(place).state == 0;
  const Cursor fitting = contended ? integrate(place, item.left, item.right, item.id) : place;
  const bool moved = fitting.leaf != place.leaf || fitting.index != place.index;
  place = fitting;
  std::uint32_t present = 0;
  const Item* const last = piece.position > 0 ? &tree_.at(before) : nullptr;
  // Typing on: the item that we stand behind grows.
  if (!moved && last != nullptr && place.offset == 0 && last->id + last->count == item.id &&
      !last->is_base() && last->right == item.right && !last->removed) {
    if (text != nullptr) present = tree_.before(before).present + 1;
    tree_.extend(before, piece.count);
  } else {
    if (text != nullptr) present = tree_.before(place).present;
    tree_.insert(place, item);
  }
  return text == nullptr || text->insert(present, piece.inserted, piece.count);
}

bool Walker::erase(const OpPiece& piece, Rope* text) {
  const bool backward = piece.kind == OpKind::erase_backward;
  if (backward && piece.position + 1 < piece.count) return false;
  const std::uint32_t position = backward ? piece.position + 1 - piece.count : piece.position;
  if (position > length() || piece.count > length() - position) return false;
  found_.clear();
  for (std::uint32_t rest = piece.count; rest > 0;) {
    const Cursor at = tree_.isolate(tree_.shown(position), rest);
    const Item item = tree_.at(at);
    const std::uint32_t present = item.removed || text == nullptr ? 0 : tree_.before(at).present;
    tree_.set_state(at, item.state + 1);
    if (!item.removed) tree_.set_removed(at);
    if (!item.removed && text != nullptr && !text->erase(present, item.count)) return false;
    found_.push_back({0, item.count, item.id, backward});
    rest -= item.count;
  }
  // Units count from the last code point down if they went backward.
  if (backward) std::ranges::reverse(found_);
  std::uint64_t unit = piece.unit;
  for (Erased& erased : found_) {
    erased.unit = unit;
    unit += erased.count;
    erased_.push_back(erased);
  }
  return true;
}

void Walker::shift(EventRange range, bool forward) {
  const std::uint64_t first = graph_.unit_of(range.first);
  const std::uint64_t last = graph_.unit_of(range.last);
  if (first == last) return;
  // An event's own inserts may be erased by it again: back goes from the last op to the first.
  const std::size_t first_op = log_.run_index(first);
  const std::size_t last_op = log_.run_index(last - 1);
  for (std::size_t i = 0; i <= last_op - first_op; ++i) {
    const std::size_t op = forward ? first_op + i : last_op - i;
    const OpRun& run = log_.runs()[op];
    const std::uint64_t from = std::max(first, run.unit);
    const std::uint64_t to = std::min(last, run.unit + run.count);
    if (run.kind == OpKind::insert) {
      shift_inserted(run.inserts_before + static_cast<std::uint32_t>(from - run.unit),
                     static_cast<std::uint32_t>(to - from), forward);
    } else {
      shift_erased(from, to, forward);
    }
  }
}

void Walker::shift_inserted(CodePointId id, std::uint32_t count, bool forward) {
  while (count > 0) {
    const Cursor at = tree_.isolate(tree_.of(id), count);
    const std::uint32_t here = tree_.at(at).count;
    tree_.set_state(at, forward ? 1 : 0);
    id += here;
    count -= here;
  }
}

void Walker::shift_erased(std::uint64_t first, std::uint64_t last, bool forward) {
  auto row = std::upper_bound(erased_.begin(), erased_.end(), first,
                              [](std::uint64_t unit, const Erased& erased) { return unit < erased.unit; });
  for (--row; row != erased_.end() && row->unit < last; ++row) {
    const std::uint64_t from = std::max(first, row->unit) - row->unit;
    const std::uint64_t to = std::min(last, row->unit + row->count) - row->unit;
    auto count = static_cast<std::uint32_t>(to - from);
    CodePointId id = row->id + static_cast<CodePointId>(row->backward ? row->count - to : from);
    while (count > 0) {
      const Cursor at = tree_.isolate(tree_.of(id), count);
      const Item& item = tree_.at(at);
      const std::uint32_t here = item.count;
      tree_.set_state(at, forward ? item.state + 1 : item.state - 1);
      id += here;
      count -= here;
    }
  }
}

}  // namespace samla::text
