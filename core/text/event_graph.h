// EventGraph: which events a document holds and which of them knew of which.
// Events are numbered 0, 1, 2 … as they came, parents before children. A chain of events by one writer,
// each knowing just the one before, is a single row however long it is: linear typing costs nothing.
// Each event has a number of *units* (code points inserted or erased); the units of all events, in
// order, are what OpLog holds. One thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/text/event_id.h"

namespace samla::text {

using EventNumber = std::uint32_t;

/// [first, last).
struct EventRange {
  EventNumber first = 0;
  EventNumber last = 0;
  bool operator==(const EventRange&) const = default;
};

/// `count` events; the ids go up by one in the index, else in the seq (with one index).
struct EventRun {
  EventNumber first = 0;
  std::uint32_t count = 0;
  std::uint32_t writer = 0;  // in EventGraph::writers
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  bool counts_index = false;
  std::uint64_t unit = 0;
  std::uint64_t units_each = 0;
  std::uint32_t length_before = 0;  // of the text at the first event's parents, in code points
  std::uint32_t parents_at = 0;
  std::uint32_t parents_count = 0;

  EventNumber last() const { return first + count; }
};

class EventGraph {
 public:
  std::uint32_t size() const { return runs_.empty() ? 0 : runs_.back().last(); }
  std::uint64_t units() const;
  const std::vector<EventRun>& runs() const { return runs_; }
  const std::vector<WriterBytes>& writers() const { return writers_; }

  std::optional<EventNumber> find(const EventId& id) const;
  EventId id_of(EventNumber event) const;
  const EventRun& run_of(EventNumber event) const { return runs_[run_index(event)]; }
  /// The first unit of `event`; of the number of all events: the number of all units.
  std::uint64_t unit_of(EventNumber event) const;
  /// The event that `unit` belongs to; `unit` < units().
  EventNumber event_of_unit(std::uint64_t unit) const;
  /// The parents of the run's first event, in order.
  std::span<const EventNumber> parents_of(const EventRun& run) const;

  /// The events that no other event has as parent, in order.
  const std::vector<EventNumber>& heads() const { return heads_; }

  /// Adds an event whose id is new; `parents` are numbers of earlier events, in order, each once.
  /// True if it went on with the last row.
  bool append(const EventId& id, std::span<const EventNumber> parents, std::uint64_t units,
              std::uint32_t length_before);

  /// The writer's place in writers(), where it is put if it is new.
  std::uint32_t writer_number(const WriterBytes& writer);
  /// Adds a whole row, as it was: all but `first`, `unit` and the parents' place is taken from `run`.
  /// The parents are earlier events, in order, each once.
  void restore(EventRun run, std::span<const EventNumber> parents);

  /// The events that `a` (and what it knew of) has and `b` lacks, and the other way round; ranges in
  /// descending order, each within one run.
  void difference(std::span<const EventNumber> a, std::span<const EventNumber> b,
                  std::vector<EventRange>& only_a, std::vector<EventRange>& only_b) const;

 private:
  struct Row {
    std::uint64_t seq;
    std::uint32_t index;
    std::uint32_t run;
  };
  /// The runs of one writer by the (seq, index) that they begin with.
  struct Rows {
    std::vector<Row> sorted;
    /// Some run begins between two ids of another: no honest writer does that, so it may cost.
    bool nested = false;
  };

  struct Mark {
    EventNumber event;
    std::uint8_t side;
    bool operator<(const Mark& other) const { return event < other.event; }
  };
  class Marks;

  std::size_t run_index(EventNumber event) const;
  bool extends_last(const EventId& id, std::span<const EventNumber> parents, std::uint64_t units);
  void add_row(const EventRun& run);
  std::optional<EventNumber> find_in(const EventRun& run, const EventId& id) const;

  std::vector<EventRun> runs_;
  std::vector<EventNumber> parents_;
  std::vector<EventNumber> heads_;
  std::vector<WriterBytes> writers_;
  std::map<WriterBytes, std::uint32_t> writer_numbers_;
  std::vector<Rows> rows_;          // of each writer
  mutable std::vector<Mark> heap_;  // memory that `difference` uses again
};

}  // namespace samla::text
