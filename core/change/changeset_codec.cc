// The bytes of a changeset (docs/formats/changeset.md). Ids of records and writers stand once, in
// tables in the order of their first use; times are differences to the header's; the root is left out
// because the writes and the proof give it.
#include "core/base/codec.h"
#include "core/change/changeset.h"
#include "core/change/id_table.h"
#include "core/change/tree.h"

namespace samla::change {

namespace {

constexpr const char* kOperation = "changeset.decode";

// The lead byte of a write: type in bits 0-2, then two flags, then the number of prev.
constexpr std::uint8_t kTypeMask = 0x07;
constexpr std::uint8_t kDropped = 0x08;     // the ciphertext's hash stands in its place
constexpr std::uint8_t kHasCounter = 0x10;  // the time's counter is not zero
constexpr unsigned kPrevShift = 5;
constexpr std::size_t kPrevInLead = 7;  // this many or more: the excess follows as a varint

constexpr std::uint64_t kMsMax = (std::uint64_t{1} << 48) - 1;

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

struct TablesOut {
  TableOut<RecordId> records;
  TableOut<WriterId> writers;
};
struct TablesIn {
  TableIn<RecordId> records;
  TableIn<WriterId> writers;
};

void write_leaf(Writer& out, const Leaf& leaf, HybridTime base, TablesOut& tables) {
  const WriteHeader& write = leaf.write;
  const bool dropped = leaf.state == LeafState::kHeaderOnly;
  const std::size_t prev_in_lead = std::min(write.prev.size(), kPrevInLead);
  out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(write.type) | (dropped ? kDropped : 0u) |
                                   (write.time.counter() != 0 ? kHasCounter : 0u) |
                                   (prev_in_lead << kPrevShift)));
  out.varint(tables.records.use(write.record));
  if (write.type == WriteType::kInit) out.varint(write.tags.size());
  for (const FieldTag& tag : write.tags) out.fixed(tag);
  out.varint(zigzag(static_cast<std::int64_t>(write.time.ms()) - static_cast<std::int64_t>(base.ms())));
  if (write.time.counter() != 0) out.varint(write.time.counter());
  if (prev_in_lead == kPrevInLead) out.varint(write.prev.size() - kPrevInLead);
  for (const WriteRef& ref : write.prev) {
    out.varint(tables.writers.use(ref.writer));
    out.varint(ref.seq);
    out.varint(ref.index);
  }
  if (write.type == WriteType::kErase) {
    out.varint(write.seen.size());
    for (const SeenEntry& entry : write.seen) {
      out.varint(tables.writers.use(entry.writer));
      out.varint(entry.seq);
    }
  }
  out.varint(write.ciphertext_size);
  if (dropped) {
    out.fixed(leaf.ciphertext_hash);
  } else {
    out.raw(leaf.ciphertext);
  }
}

std::size_t read_tag_count(Reader& in, WriteType type) {
  switch (type) {
    case WriteType::kInit:
      return in.count(kInitTagsMax, FieldTag::kSize);
    case WriteType::kErase:
    case WriteType::kRestore:
      return 0;
    default:
      return 1;
  }
}

HybridTime read_time(Reader& in, HybridTime base, bool has_counter) {
  const std::uint64_t coded = in.varint(2 * kMsMax + 1);
  const std::int64_t ms = static_cast<std::int64_t>(base.ms()) + unzigzag(coded);
  if (ms < 0 || ms > static_cast<std::int64_t>(kMsMax)) {
    in.refuse(ErrorCode::malformed);
    return {};
  }
  const std::uint64_t counter = has_counter ? in.varint(0xffff) : 0;
  if (has_counter && counter == 0) in.refuse(ErrorCode::not_canonical);
  return HybridTime::from(static_cast<std::uint64_t>(ms), static_cast<std::uint16_t>(counter));
}

Leaf read_leaf(Reader& in, HybridTime base, TablesIn& tables) {
  Leaf leaf;
  WriteHeader& write = leaf.write;
  const std::uint8_t lead = in.u8();
  write.type = static_cast<WriteType>(lead & kTypeMask);
  leaf.state = (lead & kDropped) != 0 ? LeafState::kHeaderOnly : LeafState::kFull;
  write.record = tables.records.use(in);
  write.tags.resize(read_tag_count(in, write.type));
  for (FieldTag& tag : write.tags) tag = in.fixed<FieldTag>();
  write.time = read_time(in, base, (lead & kHasCounter) != 0);
  std::size_t prev = lead >> kPrevShift;
  if (prev == kPrevInLead) prev += static_cast<std::size_t>(in.varint(kPrevMax - kPrevInLead));
  for (std::size_t i = 0; i < prev && !in.failed(); ++i) {
    WriteRef ref;
    ref.writer = tables.writers.use(in);
    ref.seq = in.varint();
    ref.index = static_cast<std::uint32_t>(in.varint(kWritesMax - 1));
    write.prev.push_back(ref);
  }
  if (write.type == WriteType::kErase) {
    write.seen.resize(in.count(kSeenMax, 2));
    for (SeenEntry& entry : write.seen) {
      entry.writer = tables.writers.use(in);
      entry.seq = in.varint();
    }
  }
  write.ciphertext_size = static_cast<std::uint32_t>(in.varint(kCiphertextBytesMax));
  if (leaf.state == LeafState::kHeaderOnly) {
    leaf.ciphertext_hash = in.fixed<sign::Hash>();
  } else {
    leaf.ciphertext = to_bytes(in.raw(write.ciphertext_size));
  }
  return leaf;
}

/// Lengths of alternating runs of known and absent writes, the first of known ones (and the only one
/// that may be zero), until they make up `leaves.size()`.
void write_runs(Writer& out, const std::vector<Leaf>& leaves) {
  bool present = true;
  for (std::size_t begin = 0; begin < leaves.size(); present = !present) {
    std::size_t end = begin;
    while (end < leaves.size() && (leaves[end].state != LeafState::kAbsent) == present) ++end;
    out.varint(end - begin);
    begin = end;
  }
}

std::vector<bool> read_runs(Reader& in, std::size_t count) {
  std::vector<bool> out;
  for (bool present = true; out.size() < count && !in.failed(); present = !present) {
    const std::uint64_t run = in.varint(count - out.size());
    const bool first = present && out.empty();
    if (run == 0 && !first) in.refuse(ErrorCode::not_canonical);
    out.insert(out.end(), static_cast<std::size_t>(run), present);
  }
  return out;
}

}  // namespace

Bytes Changeset::encode() const {
  SAMLA_ASSERT(leaves.size() == header.count);
  TablesOut tables;
  tables.writers.imply(header.writer);
  Writer writes;
  for (const Leaf& leaf : leaves) {
    if (leaf.state != LeafState::kAbsent) write_leaf(writes, leaf, header.base_time, tables);
  }
  Writer out;
  write_header_without_root(out, header);
  out.fixed(signature);
  write_runs(out, leaves);
  tables.records.write(out);
  tables.writers.write(out);
  out.raw(writes.bytes());
  for (const sign::Hash& hash : proof) out.fixed(hash);
  return out.take();
}

Result<Changeset> Changeset::decode(ByteView bytes) {
  if (bytes.size() > kChangesetBytesMax) return fail(ErrorCode::too_large, kOperation);
  Reader in(bytes);
  Changeset out;
  out.header = read_header_without_root(in);
  SAMLA_TRY(in.status(kOperation));
  SAMLA_TRY(check(out.header));
  out.signature = in.fixed<sign::Signature>();
  const std::vector<bool> present = read_runs(in, out.header.count);
  TablesIn tables;
  tables.writers.imply(out.header.writer);
  tables.records.read(in, kWritesMax);
  tables.writers.read(in, kChangesetBytesMax);
  SAMLA_TRY(in.status(kOperation));
  out.leaves.resize(out.header.count);
  for (std::uint32_t i = 0; i < out.header.count; ++i) {
    if (!present[i]) continue;
    out.leaves[i] = read_leaf(in, out.header.base_time, tables);
    SAMLA_TRY(in.status(kOperation));
    SAMLA_TRY(check(out.leaves[i].write));
    SAMLA_TRY(check_in_place(out.header, i, out.leaves[i].write));
  }
  if (!tables.records.all_used() || !tables.writers.all_used()) {
    return fail(ErrorCode::not_canonical, kOperation);
  }
  out.proof.resize(proof_size(present));
  for (sign::Hash& hash : out.proof) hash = in.fixed<sign::Hash>();
  SAMLA_TRY(in.finish(kOperation));
  SAMLA_ASSIGN(out.header.root, out.compute_root());
  return out;
}

}  // namespace samla::change
