// W5: public editing traces, one event a transaction, applied one by one. Reading the trace is outside the
// clock; payloads are decoded inside it.
#include <benchmark/benchmark.h>

#include "core/text/document.h"
#include "core/text/local_edit.h"
#include "core/text/snapshot.h"
#include "tests/support/editing_trace.h"

namespace {

using samla::Bytes;
using samla::test::EditingTrace;
using samla::text::decode_snapshot;
using samla::text::Document;
using samla::text::encode_snapshot;

const EditingTrace* trace_of(benchmark::State& state, const std::string& name) {
  static std::map<std::string, std::optional<EditingTrace>> loaded;
  if (!loaded.contains(name)) loaded[name] = samla::test::load_trace(name);
  if (!loaded[name]) {
    state.SkipWithError("the trace is not on this machine; set SAMLA_VECTORS to its folder");
    return nullptr;
  }
  return &*loaded[name];
}

bool replay(const EditingTrace& trace, Document& document) {
  for (const auto& event : trace.transactions) {
    if (!document.apply(event.id, event.parents, event.payload).ok()) return false;
  }
  return true;
}

void apply_trace(benchmark::State& state, const std::string& name) {
  const EditingTrace* const trace = trace_of(state, name);
  if (trace == nullptr) return;
  for (auto _ : state) {
    Document document;
    if (!replay(*trace, document)) state.SkipWithError("an event was not taken");
    benchmark::DoNotOptimize(document.length());
    state.PauseTiming();
    if (document.text() != trace->end_content) state.SkipWithError("it ends in another text");
    state.ResumeTiming();
  }
  state.counters["events"] = static_cast<double>(trace->transactions.size());
}

Bytes encoded(const EditingTrace& trace) {
  Document document;
  if (!replay(trace, document)) return {};
  auto bytes = document.encode();
  return bytes.ok() ? *bytes : Bytes{};
}

void encode_trace(benchmark::State& state, const std::string& name) {
  const EditingTrace* const trace = trace_of(state, name);
  if (trace == nullptr) return;
  Document document;
  if (!replay(*trace, document)) state.SkipWithError("an event was not taken");
  std::size_t size = 0;
  for (auto _ : state) size = document.encode()->size();
  state.counters["bytes"] = static_cast<double>(size);
  state.counters["snapshot_bytes"] =
      static_cast<double>(encode_snapshot({*document.seen_at(document.frontier()), document.text()}).size());
}

void load_to_text(benchmark::State& state, const std::string& name) {
  const EditingTrace* const trace = trace_of(state, name);
  if (trace == nullptr) return;
  const Bytes bytes = encoded(*trace);
  for (auto _ : state) benchmark::DoNotOptimize(Document::load(bytes)->text());
}

/// What a device does that was given a snapshot and not the log below it.
void begin_with_snapshot(benchmark::State& state, const std::string& name) {
  const EditingTrace* const trace = trace_of(state, name);
  if (trace == nullptr) return;
  Document document;
  if (!replay(*trace, document)) state.SkipWithError("an event was not taken");
  const auto frontier = document.frontier();
  const Bytes bytes = encode_snapshot({*document.seen_at(frontier), document.text()});
  for (auto _ : state) {
    auto snapshot = decode_snapshot(bytes);
    benchmark::DoNotOptimize(Document::from_snapshot(frontier, std::move(*snapshot)).text());
  }
}

/// What the first edit after loading costs: the history is read.
void load_to_edit(benchmark::State& state, const std::string& name) {
  const EditingTrace* const trace = trace_of(state, name);
  if (trace == nullptr) return;
  const Bytes bytes = encoded(*trace);
  for (auto _ : state) {
    auto document = Document::load(bytes);
    benchmark::DoNotOptimize(document->holds({}).ok());
  }
}

/// All events at once on a walker, from the first on: what looking into the past costs.
void walk_history(benchmark::State& state, const std::string& name) {
  const EditingTrace* const trace = trace_of(state, name);
  if (trace == nullptr) return;
  Document document;
  if (!replay(*trace, document)) state.SkipWithError("an event was not taken");
  const auto frontier = document.frontier();
  for (auto _ : state) benchmark::DoNotOptimize(document.text_at(frontier).ok());
}

samla::text::EventId branch_id(std::uint8_t writer, std::uint64_t seq) {
  samla::text::EventId made;
  made.writer.bytes[0] = writer;
  made.seq = seq;
  return made;
}

/// Two long branches that meet, offline work of a day each: an edit every few code points all over a text.
/// They come in turns of so many events: all of one and then all of the other, or changeset by changeset.
void merge_branches(benchmark::State& state) {
  const auto edits = static_cast<std::uint32_t>(state.range(0));
  const auto turn = static_cast<std::uint32_t>(state.range(1));
  const std::string base(edits * 4, 'x');
  for (auto _ : state) {
    Document document;
    bool fine = document.apply(branch_id(1, 1), {}, samla::text::encode_whole(base)).ok();
    for (std::uint32_t i = 0; i < 2 * edits; ++i) {
      const std::uint32_t at = i / (2 * turn) * turn + i % turn;
      const auto writer = static_cast<std::uint8_t>(2 + i / turn % 2);
      const std::vector<samla::text::EventId> parents = {at == 0 ? branch_id(1, 1) : branch_id(writer, at)};
      const auto edit = samla::text::make_edit((at * 7919u) % (edits * 4), 1, "yy");
      const auto payload = samla::text::encode_edits({edit});
      fine = fine && document.apply(branch_id(writer, at + 1), parents, payload).ok();
    }
    if (!fine || document.frontier().size() != 2) state.SkipWithError("an event was not taken");
  }
}

void diff_one_word(benchmark::State& state) {
  std::string before;
  for (int i = 0; i < 20'000; ++i) before += "ord" + std::to_string(i) + (i % 12 == 0 ? "\n" : " ");
  std::string after = before;
  after.replace(before.size() / 2, 3, "blåbær");
  for (auto _ : state) benchmark::DoNotOptimize(samla::text::payloads_between(before, after).ok());
}

}  // namespace

BENCHMARK_CAPTURE(apply_trace, automerge_paper, "automerge-paper")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(apply_trace, friendsforever, "friendsforever")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_trace, automerge_paper, "automerge-paper")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(encode_trace, friendsforever, "friendsforever")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(load_to_text, automerge_paper, "automerge-paper")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(load_to_text, friendsforever, "friendsforever")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(begin_with_snapshot, automerge_paper, "automerge-paper")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(load_to_edit, automerge_paper, "automerge-paper")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(walk_history, automerge_paper, "automerge-paper")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(walk_history, friendsforever, "friendsforever")->Unit(benchmark::kMillisecond);
BENCHMARK(merge_branches)
    ->Args({1000, 1000})
    ->Args({10'000, 10'000})
    ->Args({10'000, 250})
    ->Args({1000, 1})
    ->Unit(benchmark::kMillisecond);
BENCHMARK(diff_one_word)->Unit(benchmark::kMillisecond);
