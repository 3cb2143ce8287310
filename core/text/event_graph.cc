#include "core/text/event_graph.h"

#include <algorithm>

#include "core/text/row_search.h"

namespace samla::text {

namespace {

enum Side : std::uint8_t { kA = 1, kB = 2, kBoth = 3 };

}  // namespace

/// A heap of marks that knows how many of them are on one side alone.
class EventGraph::Marks {
 public:
  explicit Marks(std::vector<Mark>& heap) : heap_(heap) { heap_.clear(); }
  void push(EventNumber event, std::uint8_t side) {
    heap_.push_back({event, side});
    std::push_heap(heap_.begin(), heap_.end());
    if (side != kBoth) ++one_sided_;
  }
  bool settled() const { return one_sided_ == 0; }
  bool empty() const { return heap_.empty(); }
  const Mark& top() const { return heap_.front(); }
  Mark pop() {
    Mark mark = pop_one();
    while (!heap_.empty() && heap_.front().event == mark.event) mark.side |= pop_one().side;
    return mark;
  }

 private:
  Mark pop_one() {
    std::pop_heap(heap_.begin(), heap_.end());
    const Mark mark = heap_.back();
    heap_.pop_back();
    if (mark.side != kBoth) --one_sided_;
    return mark;
  }

  std::vector<Mark>& heap_;
  std::size_t one_sided_ = 0;
};

std::uint64_t EventGraph::units() const {
  return runs_.empty() ? 0 : runs_.back().unit + runs_.back().units_each * runs_.back().count;
}

std::size_t EventGraph::run_index(EventNumber event) const {
  return last_at_or_before(runs_, event, &EventRun::first);
}

std::uint64_t EventGraph::unit_of(EventNumber event) const {
  if (event >= size()) return units();
  const EventRun& run = run_of(event);
  return run.unit + run.units_each * (event - run.first);
}

EventNumber EventGraph::event_of_unit(std::uint64_t unit) const {
  // Of the rows with one unit the last is the one that has it: those before it have none.
  const EventRun& run = runs_[last_at_or_before(runs_, unit, &EventRun::unit)];
  return run.first + static_cast<EventNumber>((unit - run.unit) / run.units_each);
}

std::span<const EventNumber> EventGraph::parents_of(const EventRun& run) const {
  return std::span(parents_).subspan(run.parents_at, run.parents_count);
}

EventId EventGraph::id_of(EventNumber event) const {
  const EventRun& run = run_of(event);
  EventId id{writers_[run.writer], run.seq, run.index};
  const std::uint32_t offset = event - run.first;
  if (run.counts_index) {
    id.index += offset;
  } else {
    id.seq += offset;
  }
  return id;
}

std::optional<EventNumber> EventGraph::find_in(const EventRun& run, const EventId& id) const {
  const std::uint64_t offset = run.counts_index ? id.index - run.index : id.seq - run.seq;
  const bool aligned = run.counts_index ? id.seq == run.seq : id.index == run.index;
  if (!aligned || offset >= run.count) return std::nullopt;
  return run.first + static_cast<EventNumber>(offset);
}

std::optional<EventNumber> EventGraph::find(const EventId& id) const {
  const auto writer = writer_numbers_.find(id.writer);
  if (writer == writer_numbers_.end()) return std::nullopt;
  const Rows& rows = rows_[writer->second];
  auto row =
      std::upper_bound(rows.sorted.begin(), rows.sorted.end(), id, [](const EventId& wanted, const Row& r) {
        return std::pair(wanted.seq, wanted.index) < std::pair(r.seq, r.index);
      });
  while (row != rows.sorted.begin()) {
    const std::optional<EventNumber> found = find_in(runs_[(--row)->run], id);
    if (found || !rows.nested) return found;
  }
  return std::nullopt;
}

std::uint32_t EventGraph::writer_number(const WriterBytes& writer) {
  if (!runs_.empty() && writers_[runs_.back().writer] == writer) return runs_.back().writer;
  const auto [place, added] =
      writer_numbers_.try_emplace(writer, static_cast<std::uint32_t>(writers_.size()));
  if (added) {
    writers_.push_back(writer);
    rows_.emplace_back();
  }
  return place->second;
}

bool EventGraph::extends_last(const EventId& id, std::span<const EventNumber> parents, std::uint64_t units) {
  if (runs_.empty() || parents.size() != 1 || parents[0] + 1 != size()) return false;
  EventRun& run = runs_.back();
  if (run.units_each != units || writers_[run.writer] != id.writer) return false;
  const bool by_index = id.seq == run.seq && id.index == run.index + run.count;
  const bool by_seq = id.index == run.index && id.seq == run.seq + run.count;
  if (!(run.count == 1 ? by_index || by_seq : run.counts_index ? by_index : by_seq)) return false;
  // A run by seq passes over ids with other indices; it may not swallow one that is there already.
  if (rows_[run.writer].sorted.back().run != runs_.size() - 1) return false;
  run.counts_index = by_index;
  return true;
}

void EventGraph::add_row(const EventRun& run) {
  Rows& rows = rows_[run.writer];
  const Row row{run.seq, run.index, static_cast<std::uint32_t>(runs_.size())};
  const auto place = std::upper_bound(
      rows.sorted.begin(), rows.sorted.end(), row,
      [](const Row& a, const Row& b) { return std::pair(a.seq, a.index) < std::pair(b.seq, b.index); });
  if (place != rows.sorted.begin()) {
    const EventId last_before = id_of(runs_[(place - 1)->run].last() - 1);
    rows.nested =
        rows.nested || std::pair(run.seq, run.index) < std::pair(last_before.seq, last_before.index);
  }
  rows.sorted.insert(place, row);
}

bool EventGraph::append(const EventId& id, std::span<const EventNumber> parents, std::uint64_t units_of_event,
                        std::uint32_t length_before) {
  const EventNumber event = size();
  if (extends_last(id, parents, units_of_event)) {
    ++runs_.back().count;
    if (heads_.size() == 1 && heads_[0] == event - 1) {
      heads_[0] = event;
    } else {
      std::erase(heads_, event - 1);
      heads_.push_back(event);
    }
    return true;
  }
  EventRun run;
  run.count = 1;
  run.writer = writer_number(id.writer);
  run.seq = id.seq;
  run.index = id.index;
  run.units_each = units_of_event;
  run.length_before = length_before;
  restore(run, parents);
  return false;
}

void EventGraph::restore(EventRun run, std::span<const EventNumber> parents) {
  run.first = size();
  run.unit = units();
  run.parents_at = static_cast<std::uint32_t>(parents_.size());
  run.parents_count = static_cast<std::uint32_t>(parents.size());
  parents_.insert(parents_.end(), parents.begin(), parents.end());
  add_row(run);
  runs_.push_back(run);
  std::erase_if(heads_, [&](EventNumber head) { return std::ranges::binary_search(parents, head); });
  heads_.push_back(run.last() - 1);
}

void EventGraph::difference(std::span<const EventNumber> a, std::span<const EventNumber> b,
                            std::vector<EventRange>& only_a, std::vector<EventRange>& only_b) const {
  only_a.clear();
  only_b.clear();
  Marks marks(heap_);
  for (const EventNumber event : a) marks.push(event, kA);
  for (const EventNumber event : b) marks.push(event, kB);
  while (!marks.empty()) {
    Mark mark = marks.pop();
    // Taking the top may have settled the rest, but not this one.
    if (mark.side == kBoth && marks.settled()) return;
    const EventRun& run = run_of(mark.event);
    EventNumber last = mark.event + 1;
    // Marks further down in the same run divide it.
    while (!marks.empty() && marks.top().event >= run.first) {
      const Mark next = marks.pop();
      const EventRange range{next.event + 1, last};
      if (mark.side == kA) only_a.push_back(range);
      if (mark.side == kB) only_b.push_back(range);
      mark.side |= next.side;
      last = next.event + 1;
    }
    if (mark.side == kA) only_a.push_back({run.first, last});
    if (mark.side == kB) only_b.push_back({run.first, last});
    for (const EventNumber parent : parents_of(run)) marks.push(parent, mark.side);
  }
}

}  // namespace samla::text
