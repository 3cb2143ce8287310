// Document's looks into the past: each plays the events it needs on a walker of its own.
#include <algorithm>

#include "core/text/code_points.h"
#include "core/text/document.h"

namespace samla::text {

namespace {

void add_range(std::vector<AuthoredRange>& ranges, std::uint32_t length,
               const std::optional<EventId>& event) {
  if (!ranges.empty() && ranges.back().event == event) {
    ranges.back().length += length;
  } else {
    ranges.push_back({length, event});
  }
}

}  // namespace

Result<std::vector<EventNumber>> Document::numbers_of(std::span<const EventId> version) const {
  std::vector<EventNumber> numbers;
  for (const EventId& id : version) {
    if (const auto number = history_->graph.find(id)) {
      numbers.push_back(*number);
    } else if (!std::ranges::binary_search(floor_, id)) {
      return fail(ErrorCode::not_found, "text.history");
    }
  }
  std::ranges::sort(numbers);
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

Result<Walker> Document::walk(std::span<const EventNumber> version) const {
  Walker walker(history_->graph, history_->log);
  walker.reset(0, floor_length_);
  if (!walker.play_version(version)) return fail(ErrorCode::malformed, "text.history");
  return walker;
}

std::string Document::text_of(const Item& item) const {
  if (!item.is_base()) return history_->log.inserted_text(item.id, item.count);
  std::string_view text = floor_text_;
  text.remove_prefix(byte_offset(text, item.id & ~kBaseBit));
  return std::string(text.substr(0, byte_offset(text, item.count)));
}

Result<std::string> Document::text_at(std::span<const EventId> version) {
  SAMLA_TRY(open_history());
  SAMLA_ASSIGN(const auto numbers, numbers_of(version));
  SAMLA_ASSIGN(const Walker walker, walk(numbers));
  const ItemTree& items = walker.items();
  std::string text;
  for (Cursor at = items.begin(); !items.at_end(at); at = items.after(at)) {
    if (!items.at(at).removed) text += text_of(items.at(at));
  }
  return text;
}

Result<std::vector<EventId>> Document::seen_at(std::span<const EventId> version) {
  SAMLA_TRY(open_history());
  SAMLA_ASSIGN(const auto numbers, numbers_of(version));
  std::vector<EventRange> below;
  std::vector<EventRange> above;
  history_->graph.difference(numbers, {}, below, above);
  std::vector<EventId> last;
  for (const EventRange& range : below) last.push_back(history_->graph.id_of(range.last - 1));
  return seen_with(floor_seen_, last);
}

Result<bool> Document::agrees(const std::vector<EventId>& frontier, const Snapshot& snapshot) {
  SAMLA_TRY(open_history());
  for (const EventId& id : frontier) {
    if (!history_->graph.find(id)) return fail(ErrorCode::not_found, "text.snapshot");
  }
  SAMLA_ASSIGN(const auto seen, seen_at(frontier));
  if (seen != seen_with(snapshot.seen, frontier)) return false;
  if (frontier == this->frontier()) return text() == snapshot.text;
  SAMLA_ASSIGN(const std::string then, text_at(frontier));
  return then == snapshot.text;
}

Result<std::vector<Change>> Document::changes(std::span<const EventId> from, std::span<const EventId> to) {
  SAMLA_TRY(open_history());
  SAMLA_ASSIGN(const auto before, numbers_of(from));
  SAMLA_ASSIGN(const auto after, numbers_of(to));
  std::vector<EventNumber> both;
  std::ranges::set_union(before, after, std::back_inserter(both));
  SAMLA_ASSIGN(Walker walker, walk(both));
  walker.move_to(before);
  walker.mark_shown();
  walker.move_to(after);
  const ItemTree& items = walker.items();
  std::vector<Change> changes;
  for (Cursor at = items.begin(); !items.at_end(at); at = items.after(at)) {
    const Item& item = items.at(at);
    const bool shown = item.state == 1;
    if (!shown && !item.marked) continue;
    const ChangeKind kind = !item.marked ? ChangeKind::added : shown ? ChangeKind::kept : ChangeKind::removed;
    if (changes.empty() || changes.back().kind != kind) changes.push_back({kind, {}});
    changes.back().text += text_of(item);
  }
  return changes;
}

Result<std::vector<AuthoredRange>> Document::authors() {
  SAMLA_TRY(open_history());
  const EventGraph& graph = history_->graph;
  const OpLog& log = history_->log;
  std::vector<EventNumber> heads = graph.heads();
  std::ranges::sort(heads);
  SAMLA_ASSIGN(const Walker walker, walk(heads));
  const ItemTree& items = walker.items();
  std::vector<AuthoredRange> ranges;
  for (Cursor at = items.begin(); !items.at_end(at); at = items.after(at)) {
    const Item& item = items.at(at);
    if (item.removed) continue;
    if (item.is_base()) add_range(ranges, item.count, std::nullopt);
    for (std::uint32_t done = 0; !item.is_base() && done < item.count;) {
      // An item may hold the inserts of several events that follow each other.
      const std::uint64_t unit = log.unit_of_insert(item.id + done);
      const EventNumber event = graph.event_of_unit(unit);
      const std::uint32_t end = log.inserts_before(graph.unit_of(event + 1)) - item.id;
      add_range(ranges, std::min(end, item.count) - done, graph.id_of(event));
      done = std::min(end, item.count);
    }
  }
  return ranges;
}

}  // namespace samla::text
