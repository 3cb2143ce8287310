#include "core/resolve/live_writes.h"

#include <algorithm>
#include <tuple>

namespace samla::resolve {

using change::WriteRef;
using change::WriteType;

namespace {

constexpr std::size_t kListMax = 1 << 20;

bool is_below(const LiveText& text, const WriteRef& ref) {
  const auto found = text.below.find(ref.writer);
  return found != text.below.end() && FieldState::Place(ref.seq, ref.index) <= found->second;
}

bool is_known(const LiveText& text, const WriteRef& ref) {
  return text.events.contains(ref) || text.roots.contains(ref) || is_below(text, ref);
}

bool is_beside(const LiveText& text, const std::vector<WriteRef>& named) {
  if (!text.snapshot) return false;
  bool above = false;
  for (const WriteRef& ref : named) {
    if (text.beside.contains(ref)) return true;
    if (text.events.contains(ref)) {
      above = true;
    } else if (!std::ranges::binary_search(text.frontier, ref)) {
      return true;
    }
  }
  return !above && named != text.frontier;
}

/// What `frontier` knew of, itself included, as far down as the snapshot before it; absent: it names what is
/// neither here nor below.
std::optional<std::set<WriteRef>> past_of(const LiveText& text, const std::vector<WriteRef>& frontier) {
  std::set<WriteRef> past;
  std::vector<WriteRef> unvisited = frontier;
  while (!unvisited.empty()) {
    const WriteRef ref = unvisited.back();
    unvisited.pop_back();
    if (!is_known(text, ref)) return {};
    if (!past.insert(ref).second) continue;
    if (const auto event = text.events.find(ref); event != text.events.end()) {
      unvisited.insert(unvisited.end(), event->second.begin(), event->second.end());
    }
  }
  return past;
}

}  // namespace

void LiveWrites::apply(const change::WriteHeader& write, const WriteRef& ref, const RecordState& state) {
  ++writes_;
  const Origin here{write.type == WriteType::kInit, write.time, ref};
  const auto order = [](const Origin& origin) { return std::tuple(!origin.init, origin.time, origin.ref); };
  if (!origin_ || order(here) < order(*origin_)) origin_ = here;
  for (const FieldTag& tag : write.tags) {
    if (tangled_.contains(tag)) continue;
    if (write.type == WriteType::kSnapshot) {
      take_snapshot(write, ref, tag);
    } else if (write.type == WriteType::kAppend || texts_.contains(tag)) {
      take_event(write, ref, tag, state);
    }
  }
}

/// From the first edit on a field is a text; what stands in it then is what the text begins with.
void LiveWrites::take_event(const change::WriteHeader& write, const WriteRef& ref, const FieldTag& tag,
                            const RecordState& state) {
  const auto [found, first] = texts_.try_emplace(tag);
  LiveText& text = found->second;
  if (first) {
    if (const FieldState* field = state.field(tag)) {
      for (const Head& head : field->heads()) text.roots.insert(head.ref);
    }
  }
  const auto hangs = [&](const WriteRef& named) { return is_known(text, named); };
  // A whole value that knew of nothing, come late, would begin the text anew.
  const bool begins = write.prev.empty() && write.type != WriteType::kAppend;
  if (!std::ranges::all_of(write.prev, hangs) || begins || text.events.size() >= kLiveEditsMax) {
    return give_up(tag);
  }
  if (is_beside(text, write.prev)) text.beside.insert(ref);
  text.events.emplace(ref, write.prev);
}

/// It is taken where it stands for all that is here: a text that begins with it can place nothing beside it.
void LiveWrites::take_snapshot(const change::WriteHeader& write, const WriteRef& ref, const FieldTag& tag) {
  const auto found = texts_.find(tag);
  if (found == texts_.end() || write.prev.empty()) return;
  LiveText& text = found->second;
  const auto past = past_of(text, write.prev);
  if (!past) return;
  const auto in_past = [&](const auto& each) { return past->contains(each); };
  if (!std::ranges::all_of(text.frontier, in_past) || !std::ranges::all_of(text.roots, in_past)) return;
  for (const auto& [event, named] : text.events) {
    if (!in_past(event)) return;
  }
  for (const WriteRef& each : *past) {
    FieldState::Place& last = text.below[each.writer];
    last = std::max(last, FieldState::Place(each.seq, each.index));
  }
  text = LiveText{{}, ref, write.prev, std::move(text.below), {}, {}};
}

void LiveWrites::give_up(const FieldTag& tag) {
  texts_.erase(tag);
  tangled_.insert(tag);
}

NeededWrites LiveWrites::needed(const RecordState& state) const {
  NeededWrites out;
  out.whole = !tangled_.empty() ||
              std::ranges::any_of(texts_, [](const auto& text) { return !text.second.beside.empty(); });
  if (out.whole) return out;
  if (origin_) out.writes.insert(origin_->ref);
  for (const auto& [tag, field] : state.fields()) {
    for (const Head& head : field.heads()) out.writes.insert(head.ref);
    for (const auto& [ref, named] : field.transparent()) out.writes.insert(ref);
  }
  std::set<std::pair<WriterId, std::uint64_t>> edits;
  for (const auto& [tag, text] : texts_) {
    out.writes.insert(text.roots.begin(), text.roots.end());
    if (text.snapshot) out.writes.insert(*text.snapshot);
    for (const auto& [ref, named] : text.events) {
      out.writes.insert(ref);
      edits.emplace(ref.writer, ref.seq);
    }
  }
  for (const auto& last : state.last_edits()) {
    if (!edits.contains(last)) out.last_edits.insert(last);
  }
  return out;
}

// ---- bytes

namespace {

/// Writers are named by their place in a table: a text has many edits by few.
struct WriterTable {
  std::vector<WriterId> writers;

  std::uint64_t index_of(const WriterId& writer) {
    const auto found = std::ranges::find(writers, writer);
    if (found != writers.end()) return static_cast<std::uint64_t>(found - writers.begin());
    writers.push_back(writer);
    return writers.size() - 1;
  }
};

void put_ref(Writer& out, WriterTable& table, const WriteRef& ref) {
  out.varint(table.index_of(ref.writer));
  out.varint(ref.seq);
  out.varint(ref.index);
}

template <class Refs>
void put_refs(Writer& out, WriterTable& table, const Refs& refs) {
  out.varint(refs.size());
  for (const WriteRef& ref : refs) put_ref(out, table, ref);
}

WriteRef take_ref(Reader& in, const WriterTable& table) {
  WriteRef out;
  const std::uint64_t index = in.varint();
  if (index >= table.writers.size()) {
    in.refuse(ErrorCode::malformed);
  } else {
    out.writer = table.writers[static_cast<std::size_t>(index)];
  }
  out.seq = in.varint();
  out.index = static_cast<std::uint32_t>(in.varint(0xffffffff));
  return out;
}

std::vector<WriteRef> take_refs(Reader& in, const WriterTable& table) {
  std::vector<WriteRef> out;
  for (std::size_t left = in.count(kListMax, 3); left > 0 && !in.failed(); --left) {
    out.push_back(take_ref(in, table));
  }
  return out;
}

}  // namespace

Bytes LiveWrites::encode() const {
  WriterTable table;
  Writer body;
  body.varint(writes_);
  body.u8(origin_ ? 1 : 0);
  if (origin_) {
    body.u8(origin_->init ? 1 : 0);
    body.u64(origin_->time.value);
    put_ref(body, table, origin_->ref);
  }
  body.varint(tangled_.size());
  for (const FieldTag& tag : tangled_) body.fixed(tag);
  body.varint(texts_.size());
  for (const auto& [tag, text] : texts_) {
    body.fixed(tag);
    put_refs(body, table, text.roots);
    body.u8(text.snapshot ? 1 : 0);
    if (text.snapshot) put_ref(body, table, *text.snapshot);
    put_refs(body, table, text.frontier);
    body.varint(text.below.size());
    for (const auto& [writer, at] : text.below) put_ref(body, table, {writer, at.first, at.second});
    body.varint(text.events.size());
    for (const auto& [ref, named] : text.events) {
      put_ref(body, table, ref);
      put_refs(body, table, named);
    }
    put_refs(body, table, text.beside);
  }
  Writer out;
  out.u8(kLiveWritesVersion);
  out.varint(table.writers.size());
  for (const WriterId& writer : table.writers) out.fixed(writer);
  out.raw(body.bytes());
  return out.take();
}

Result<LiveWrites> LiveWrites::decode(ByteView bytes) {
  Reader in(bytes);
  LiveWrites out;
  if (in.u8() != kLiveWritesVersion) in.refuse(ErrorCode::version_unknown);
  WriterTable table;
  for (std::size_t left = in.count(kListMax, WriterId::kSize); left > 0 && !in.failed(); --left) {
    table.writers.push_back(in.fixed<WriterId>());
  }
  out.writes_ = in.varint();
  if (in.varint(1) != 0) {
    Origin origin;
    origin.init = in.varint(1) != 0;
    origin.time.value = in.u64();
    origin.ref = take_ref(in, table);
    out.origin_ = origin;
  }
  for (std::size_t left = in.count(kListMax, FieldTag::kSize); left > 0 && !in.failed(); --left) {
    out.tangled_.insert(in.fixed<FieldTag>());
  }
  for (std::size_t left = in.count(kListMax, FieldTag::kSize + 6); left > 0 && !in.failed(); --left) {
    LiveText& text = out.texts_[in.fixed<FieldTag>()];
    for (const WriteRef& root : take_refs(in, table)) text.roots.insert(root);
    if (in.varint(1) != 0) text.snapshot = take_ref(in, table);
    text.frontier = take_refs(in, table);
    for (const WriteRef& last : take_refs(in, table)) text.below[last.writer] = {last.seq, last.index};
    for (std::size_t events = in.count(kListMax, 4); events > 0 && !in.failed(); --events) {
      const WriteRef ref = take_ref(in, table);
      text.events[ref] = take_refs(in, table);
    }
    for (const WriteRef& ref : take_refs(in, table)) text.beside.insert(ref);
  }
  SAMLA_TRY(in.finish("live_writes"));
  // Another order, a repeated entry, an unused writer: all of it shows here.
  if (!equal(out.encode(), bytes)) return fail(ErrorCode::not_canonical, "live_writes");
  return out;
}

}  // namespace samla::resolve
