#include "core/text/history_codec.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/base/zigzag.h"
#include "core/text/code_points.h"
#include "core/text/compression.h"
#include "core/text/limits.h"

namespace samla::text {

namespace {

constexpr std::size_t kColumnBytesMax = std::size_t{1} << 30;

/// Where editing mostly goes on after a run.
std::int64_t expected_after(OpKind kind, std::uint32_t position, std::uint32_t count) {
  if (kind == OpKind::insert) return std::int64_t{position} + count;
  if (kind == OpKind::erase_backward) return std::int64_t{position} - count + 1;
  return position;
}

void write_runs(Writer& out, const EventGraph& graph) {
  out.varint(graph.writers().size());
  for (const WriterBytes& writer : graph.writers()) out.fixed(writer);
  out.varint(graph.runs().size());
  // A writer's seq mostly goes on from its last row.
  std::vector<std::uint64_t> next_seq(graph.writers().size(), 0);
  for (const EventRun& run : graph.runs()) {
    out.varint(run.writer);
    out.varint(zigzag(static_cast<std::int64_t>(run.seq - next_seq[run.writer])));
    out.varint(run.index);
    out.varint((std::uint64_t{run.count} << 1) | (run.counts_index ? 1 : 0));
    out.varint(run.units_each);
    next_seq[run.writer] = run.seq + (run.counts_index ? 1 : run.count);
    const auto parents = graph.parents_of(run);
    out.varint(parents.size());
    for (const EventNumber parent : parents) out.varint(run.first - parent);
    // Only a walker can tell the length of merged texts.
    if (parents.size() > 1) out.varint(run.length_before);
  }
}

struct OpColumns {
  Writer counts;
  Writer positions;
};

void write_ops(OpColumns& out, const OpLog& log) {
  std::int64_t expected = 0;
  for (const OpRun& run : log.runs()) {
    out.counts.varint((std::uint64_t{run.count} << 2) | static_cast<std::uint64_t>(run.kind));
    out.positions.varint(zigzag(run.position - expected));
    expected = expected_after(run.kind, run.position, run.count);
  }
}

/// Reads all columns side by side: each event row takes the operations that it has the units for.
class HistoryReader {
 public:
  HistoryReader(Reader& runs, Reader& counts, Reader& positions, std::string_view content, EventGraph& graph,
                OpLog& log, std::uint32_t floor_length)
      : runs_(runs),
        counts_(counts),
        positions_(positions),
        content_(content),
        graph_(graph),
        log_(log),
        floor_length_(floor_length) {}

  void read() {
    const std::size_t writers = runs_.count(1u << 20, WriterBytes::kSize);
    for (std::size_t i = 0; i < writers; ++i) {
      if (graph_.writer_number(runs_.fixed<WriterBytes>()) != i) refuse();
    }
    next_seq_.assign(writers, 0);
    const std::size_t count = runs_.count(UINT32_MAX, 6);
    for (std::size_t i = 0; i < count && ok(); ++i) read_run();
    if (ok() && !(runs_.at_end() && counts_.at_end() && positions_.at_end() && content_.empty())) refuse();
  }
  bool ok() const { return !runs_.failed() && !counts_.failed() && !positions_.failed(); }

 private:
  void refuse() { runs_.refuse(ErrorCode::malformed); }

  void read_run() {
    EventRun run;
    run.writer = static_cast<std::uint32_t>(runs_.varint(UINT32_MAX));
    if (run.writer >= next_seq_.size()) return refuse();
    run.seq = next_seq_[run.writer] + static_cast<std::uint64_t>(unzigzag(runs_.varint()));
    run.index = static_cast<std::uint32_t>(runs_.varint(UINT32_MAX));
    const std::uint64_t count = runs_.varint((std::uint64_t{UINT32_MAX} << 1) | 1);
    run.count = static_cast<std::uint32_t>(count >> 1);
    run.counts_index = (count & 1) != 0;
    run.units_each = runs_.varint(kUnitsMax);
    if (run.count == 0 || run.count > UINT32_MAX - 2 - graph_.size()) return refuse();
    next_seq_[run.writer] = run.seq + (run.counts_index ? 1 : run.count);
    if (!read_parents(run) || !ok()) return refuse();
    graph_.restore(run, parents_);
    read_ops(run.units_each, run.count, run.length_before);
  }

  bool read_parents(EventRun& run) {
    parents_.resize(runs_.count(kParentsMax));
    for (EventNumber& parent : parents_) {
      const std::uint64_t back = runs_.varint(graph_.size());
      if (back == 0) return false;
      parent = graph_.size() - static_cast<EventNumber>(back);
    }
    if (!std::ranges::is_sorted(parents_, std::less_equal<>())) return false;
    if (parents_.size() > 1) {
      run.length_before = static_cast<std::uint32_t>(runs_.varint(kInsertsMax));
    } else {
      run.length_before = parents_.empty() ? floor_length_ : length_after(parents_[0]);
    }
    return true;
  }

  std::uint32_t length_after(EventNumber event) const {
    const EventRun& run = graph_.run_of(event);
    return run.units_each == 0 ? run.length_before : log_.length_after(graph_.unit_of(event + 1) - 1);
  }

  void read_ops(std::uint64_t units_each, std::uint64_t events, std::uint32_t length) {
    // Any number of rows costs input; a product that is too large fails when the operations end.
    for (std::uint64_t event = 0; units_each > 0 && event < events;) {
      const std::uint64_t count = counts_.varint((std::uint64_t{UINT32_MAX} << 2) | 3);
      const auto units = static_cast<std::uint32_t>(count >> 2);
      left_over_ += units;
      event += left_over_ / units_each;
      left_over_ %= units_each;
      if (units == 0 || event > events || (event == events && left_over_ > 0)) return refuse();
      if (!read_op(static_cast<std::uint8_t>(count & 3), units, length)) return refuse();
    }
  }

  bool read_op(std::uint8_t code, std::uint32_t units, std::uint32_t& length) {
    const std::int64_t position = expected_ + unzigzag(positions_.varint());
    if (!ok() || code > 2 || position < 0 || position > length) return false;
    const auto kind = static_cast<OpKind>(code);
    const auto at = static_cast<std::uint32_t>(position);
    const std::uint32_t before = length;
    std::string_view inserted;
    if (kind == OpKind::insert) {
      const std::size_t bytes = byte_offset(content_, units);
      inserted = content_.substr(0, bytes);
      content_.remove_prefix(bytes);
      if (units > kInsertsMax - log_.inserts() || count_code_points(inserted) != units) return false;
      length += units;
    } else {
      const bool inside =
          kind == OpKind::erase_onward ? units <= length - at : at < length && units <= at + 1;
      if (!inside) return false;
      length -= units;
    }
    log_.restore(kind, at, units, before, inserted);
    expected_ = expected_after(kind, at, units);
    return true;
  }

  static constexpr std::uint64_t kUnitsMax = std::uint64_t{1} << 48;

  Reader& runs_;
  Reader& counts_;
  Reader& positions_;
  std::string_view content_;
  EventGraph& graph_;
  OpLog& log_;
  std::uint32_t floor_length_;
  std::vector<std::uint64_t> next_seq_;
  std::vector<EventNumber> parents_;
  std::uint64_t left_over_ = 0;
  std::int64_t expected_ = 0;
};

}  // namespace

void write_history(Writer& out, const EventGraph& graph, const OpLog& log, std::string_view text) {
  Writer runs;
  write_runs(runs, graph);
  OpColumns ops;
  write_ops(ops, log);
  write_compressed(out, as_text(runs.bytes()));
  write_compressed(out, as_text(ops.counts.bytes()));
  write_compressed(out, as_text(ops.positions.bytes()));
  write_compressed(out, log.content(), text);
}

void read_history(Reader& in, EventGraph& graph, OpLog& log, std::string_view text,
                  std::uint32_t floor_length) {
  const std::string run_bytes = read_compressed(in, kColumnBytesMax);
  const std::string count_bytes = read_compressed(in, kColumnBytesMax);
  const std::string position_bytes = read_compressed(in, kColumnBytesMax);
  const std::string content = read_compressed(in, kColumnBytesMax, text);
  if (in.failed()) return;
  if (!is_utf8(content)) return in.refuse(ErrorCode::malformed);
  Reader runs(as_bytes(run_bytes));
  Reader counts(as_bytes(count_bytes));
  Reader positions(as_bytes(position_bytes));
  HistoryReader history(runs, counts, positions, content, graph, log, floor_length);
  history.read();
  if (!history.ok()) in.refuse(ErrorCode::malformed);
}

}  // namespace samla::text
