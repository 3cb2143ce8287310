// The bytes of field and record states (docs/formats/record_state.md). One form a state: lists sorted,
// writers in a table in the order of their first use, empty parts left out by a flag. A decoder holds its
// input to the invariants of Frontier, so that a state from a row or a heads pack is one that `apply`
// could have made.
#include <algorithm>
#include <set>

#include "core/base/codec.h"
#include "core/change/id_table.h"
#include "core/resolve/record_state.h"

namespace samla::resolve {

namespace {

constexpr const char* kOperation = "resolve.state";

// The flags that lead a frontier.
constexpr std::uint8_t kHasContext = 0x01;
constexpr std::uint8_t kHasTransparent = 0x02;
constexpr std::uint8_t kHasText = 0x04;  // of a field only: the text's frontier follows

using WritersOut = change::TableOut<WriterId>;
using WritersIn = change::TableIn<WriterId>;

struct Out {
  Writer bytes;
  WritersOut writers;

  void ref(const WriterId& writer, Slot slot) {
    bytes.varint(writers.use(writer));
    bytes.varint(slot.seq);
    bytes.varint(slot.index);
  }
  void context(const Context& context) {
    bytes.varint(context.size());
    for (const auto& [writer, slot] : context) ref(writer, slot);
  }
  void frontier(const Frontier& frontier, std::uint8_t flags);
  void field(const FieldState& state);
  Bytes finish() const;
};

void Out::frontier(const Frontier& frontier, std::uint8_t flags) {
  if (!frontier.context.empty()) flags |= kHasContext;
  if (!frontier.transparent.empty()) flags |= kHasTransparent;
  bytes.u8(flags);
  bytes.varint(frontier.heads.size());
  for (std::size_t i = 0; i < frontier.heads.size(); ++i) {
    const Head& head = frontier.heads[i];
    bytes.u8(static_cast<std::uint8_t>(head.type));
    ref(head.ref.writer, {head.ref.seq, head.ref.index});
    if (i == 0) {
      bytes.u64(head.time.value);
    } else {
      bytes.varint(frontier.heads[i - 1].time.value - head.time.value);
    }
  }
  if (!frontier.context.empty()) context(frontier.context);
  if (frontier.transparent.empty()) return;
  bytes.varint(frontier.transparent.size());
  for (const auto& [write, named] : frontier.transparent) {
    ref(write.writer, {write.seq, write.index});
    context(named);
  }
}

void Out::field(const FieldState& state) {
  frontier(state, state.text.empty() ? std::uint8_t{0} : kHasText);
  if (!state.text.empty()) frontier(state.text, 0);
}

Bytes Out::finish() const {
  Writer out;
  out.u8(kStateVersion);
  writers.write(out);
  out.raw(bytes.bytes());
  return out.bytes();
}

class In {
 public:
  explicit In(ByteView view) : bytes(view) {
    const std::uint8_t version = bytes.u8();
    if (!bytes.failed() && version != kStateVersion) bytes.refuse(ErrorCode::version_unknown);
    writers.read(bytes, view.size());
  }

  std::pair<WriterId, Slot> ref() {
    const WriterId writer = writers.use(bytes);
    Slot slot;
    slot.seq = bytes.varint();
    slot.index = static_cast<std::uint32_t>(bytes.varint(change::kWritesMax - 1));
    if (slot.seq == 0) bytes.refuse(ErrorCode::malformed);
    return {writer, slot};
  }
  /// `allowed`: flags that may be set beside those of every frontier. Gives the flags.
  std::uint8_t frontier(Frontier& out, std::uint8_t allowed);
  FieldState field();
  std::vector<change::SeenEntry> seen();
  Result<void> finish() {
    if (!writers.all_used()) bytes.refuse(ErrorCode::not_canonical);
    return bytes.finish(kOperation);
  }

  Reader bytes;

 private:
  Head head(const Head* before);
  Context context();
  void check(const Frontier& frontier);

  WritersIn writers;
};

Head In::head(const Head* before) {
  Head out;
  out.type = static_cast<WriteType>(bytes.u8());
  const auto [writer, slot] = ref();
  out.ref = {writer, slot.seq, slot.index};
  if (before == nullptr) {
    out.time = {bytes.u64()};
  } else {
    out.time = {before->time.value - bytes.varint(before->time.value)};
    if (!wins_over(*before, out)) bytes.refuse(ErrorCode::not_canonical);
  }
  return out;
}

Context In::context() {
  Context out;
  const std::size_t size = bytes.count(bytes.rest().size(), 3);
  if (size == 0) bytes.refuse(ErrorCode::not_canonical);
  for (std::size_t i = 0; i < size && !bytes.failed(); ++i) {
    const auto [writer, slot] = ref();
    if (!out.empty() && writer <= out.rbegin()->first) bytes.refuse(ErrorCode::not_canonical);
    out.emplace_hint(out.end(), writer, slot);
  }
  return out;
}

std::uint8_t In::frontier(Frontier& out, std::uint8_t allowed) {
  const std::uint8_t flags = bytes.u8();
  if ((flags & ~(kHasContext | kHasTransparent | allowed)) != 0) bytes.refuse(ErrorCode::malformed);
  const std::size_t heads = bytes.count(bytes.rest().size(), 5);
  for (std::size_t i = 0; i < heads && !bytes.failed(); ++i) {
    out.heads.push_back(head(i == 0 ? nullptr : &out.heads.back()));
  }
  if ((flags & kHasContext) != 0) out.context = context();
  if ((flags & kHasTransparent) != 0) {
    const std::size_t size = bytes.count(bytes.rest().size(), 7);
    if (size == 0) bytes.refuse(ErrorCode::not_canonical);
    for (std::size_t i = 0; i < size && !bytes.failed(); ++i) {
      const auto [writer, slot] = ref();
      const WriteRef write{writer, slot.seq, slot.index};
      if (!out.transparent.empty() && write <= out.transparent.rbegin()->first) {
        bytes.refuse(ErrorCode::not_canonical);
      }
      out.transparent.emplace_hint(out.transparent.end(), write, context());
    }
  }
  if (!bytes.failed()) check(out);
  return flags;
}

/// What `Frontier` promises of every state.
void In::check(const Frontier& frontier) {
  std::set<WriteRef> refs;
  for (const Head& head : frontier.heads) {
    if (covers(frontier.context, head.ref) || !refs.insert(head.ref).second) {
      bytes.refuse(ErrorCode::malformed);
    }
  }
  for (const auto& [write, named] : frontier.transparent) {
    if (covers(frontier.context, write)) bytes.refuse(ErrorCode::malformed);
    for (const auto& [writer, slot] : named) {
      if (covers(frontier.context, {writer, slot.seq, slot.index})) bytes.refuse(ErrorCode::malformed);
    }
  }
}

FieldState In::field() {
  const auto all_of_type = [](const Frontier& frontier, auto... types) {
    return std::ranges::all_of(frontier.heads,
                               [&](const Head& head) { return ((head.type == types) || ...); });
  };
  FieldState out;
  if ((frontier(out, kHasText) & kHasText) != 0 && !bytes.failed()) {
    frontier(out.text, 0);
    if (out.text.empty()) bytes.refuse(ErrorCode::not_canonical);
  }
  const bool types = all_of_type(out, WriteType::kInit, WriteType::kAssign) ||
                     (all_of_type(out, WriteType::kErase, WriteType::kRestore) && out.text.empty());
  if (!types || !all_of_type(out.text, WriteType::kAppend)) bytes.refuse(ErrorCode::malformed);
  return out;
}

std::vector<change::SeenEntry> In::seen() {
  std::vector<change::SeenEntry> out;
  const std::size_t size = bytes.count(change::kSeenMax, 2);
  for (std::size_t i = 0; i < size && !bytes.failed(); ++i) {
    const WriterId writer = writers.use(bytes);
    const std::uint64_t seq = bytes.varint();
    if (seq == 0) bytes.refuse(ErrorCode::malformed);
    if (!out.empty() && writer <= out.back().writer) bytes.refuse(ErrorCode::not_canonical);
    out.push_back({writer, seq});
  }
  return out;
}

/// The keys of RecordState::seen, as its fields give them.
std::set<WriteRef> erase_heads(const RecordState& state) {
  std::set<WriteRef> out;
  if (const FieldState* life = state.field(change::kLifeField)) {
    for (const Head& head : life->heads) {
      if (head.type == WriteType::kErase) out.insert(head.ref);
    }
  }
  return out;
}

/// Whether heads and text are such as the field of this tag can have.
bool belongs(const FieldState& state, const FieldTag& tag) {
  const bool life = tag == change::kLifeField;
  if (life && !state.text.empty()) return false;
  return state.heads.empty() || is_life(state.heads.front().type) == life;
}

}  // namespace

Bytes FieldState::encode() const {
  Out out;
  out.field(*this);
  return out.finish();
}

Result<FieldState> FieldState::decode(ByteView bytes) {
  In in(bytes);
  FieldState out = in.field();
  SAMLA_TRY(in.finish());
  return out;
}

Bytes RecordState::encode() const {
  Out out;
  out.bytes.varint(fields.size());
  for (const auto& [tag, state] : fields) {
    out.bytes.fixed(tag);
    out.field(state);
  }
  for (const auto& [ref, entries] : seen) {
    out.bytes.varint(entries.size());
    for (const change::SeenEntry& entry : entries) {
      out.bytes.varint(out.writers.use(entry.writer));
      out.bytes.varint(entry.seq);
    }
  }
  return out.finish();
}

Result<RecordState> RecordState::decode(ByteView bytes) {
  In in(bytes);
  RecordState out;
  const std::size_t size = in.bytes.count(bytes.size(), FieldTag::kSize + 2);
  for (std::size_t i = 0; i < size && !in.bytes.failed(); ++i) {
    const FieldTag tag = in.bytes.fixed<FieldTag>();
    if (!out.fields.empty() && tag <= out.fields.rbegin()->first) {
      in.bytes.refuse(ErrorCode::not_canonical);
    }
    FieldState state = in.field();
    if (state.empty() || !belongs(state, tag)) in.bytes.refuse(ErrorCode::malformed);
    out.fields.emplace_hint(out.fields.end(), tag, std::move(state));
  }
  SAMLA_TRY(in.bytes.status(kOperation));
  for (const WriteRef& ref : erase_heads(out)) out.seen.emplace(ref, in.seen());
  SAMLA_TRY(in.finish());
  return out;
}

sign::Hash RecordState::digest() const { return sign::hash("samla/resolve/record/1", encode()); }

}  // namespace samla::resolve
