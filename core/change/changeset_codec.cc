#include "core/change/changeset_codec.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/base/zigzag.h"

namespace samla::change {

namespace {

// A leaf's first byte: type in bits 0-2, "its record is the table's next" in bit 3, the number of
// `prev` in bits 4-7, where 15 says that a varint follows. Do not renumber.
constexpr std::uint8_t kNextRecordBit = 0x08;
constexpr std::size_t kPrevInline = 15;
constexpr std::uint8_t kWhole = 0;
constexpr std::uint8_t kPartial = 1;

/// Ids mentioned by the writes, each once, in the order of first use. The changeset's own writer has
/// index 0 without standing in the table.
struct Tables {
  std::vector<WriterId> writers;
  std::vector<RecordId> records;
};

class TableMaker {
 public:
  explicit TableMaker(const WriterId& self) { writer_index_[self] = 0; }

  void add(const WriteHeader& write) {
    if (record_index_.try_emplace(write.record, record_index_.size()).second) {
      tables.records.push_back(write.record);
    }
    for (const WriteRef& ref : write.prev) add(ref.writer);
    for (const SeenEntry& entry : write.seen) add(entry.writer);
  }
  std::size_t index(const WriterId& id) const { return writer_index_.at(id); }
  std::size_t index(const RecordId& id) const { return record_index_.at(id); }

  Tables tables;

 private:
  void add(const WriterId& id) {
    if (writer_index_.try_emplace(id, writer_index_.size()).second) tables.writers.push_back(id);
  }
  std::map<WriterId, std::size_t> writer_index_;
  std::map<RecordId, std::size_t> record_index_;
};

// ---- leaves out

struct LeafWriter {
  Writer& out;
  const TableMaker& tables;
  HybridTime last_time;
  std::size_t records_used = 0;

  void write(const WriteHeader& write) {
    const std::size_t record = tables.index(write.record);
    const bool next = record == records_used;
    const std::size_t prev = std::min(write.prev.size(), kPrevInline);
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(write.type) | (next ? kNextRecordBit : 0u) |
                                     (prev << 4)));
    if (prev == kPrevInline) out.varint(write.prev.size());
    if (next) {
      ++records_used;
    } else {
      out.varint(record);
    }
    if (write.type == WriteType::kInit) out.varint(write.tags.size());
    for (const FieldTag& tag : write.tags) out.fixed(tag);
    out.varint(
        zigzag(static_cast<std::int64_t>(write.time.ms()) - static_cast<std::int64_t>(last_time.ms())));
    out.varint(write.time.counter());
    last_time = write.time;
    for (const WriteRef& ref : write.prev) {
      out.varint(tables.index(ref.writer));
      out.varint(ref.seq);
      out.varint(ref.index);
    }
    if (write.type == WriteType::kErase) {
      out.varint(write.seen.size());
      for (const SeenEntry& entry : write.seen) {
        out.varint(tables.index(entry.writer));
        out.varint(entry.seq);
      }
    }
    out.varint(write.ciphertext_size);
  }
};

// ---- leaves in

struct LeafReader {
  Reader& in;
  const WriterId& self;
  const Tables& tables;
  HybridTime last_time;
  std::size_t records_used = 0;

  WriterId writer() {
    const std::uint64_t index = in.varint(tables.writers.size());
    return index == 0 || in.failed() ? self : tables.writers[static_cast<std::size_t>(index - 1)];
  }

  RecordId record(bool next) {
    const std::uint64_t index = next ? records_used++ : in.varint();
    if (index >= tables.records.size() || index >= records_used) in.refuse(ErrorCode::malformed);
    return in.failed() ? RecordId{} : tables.records[static_cast<std::size_t>(index)];
  }

  HybridTime time() {
    const std::int64_t delta = unzigzag(in.varint());
    const std::uint64_t counter = in.varint(0xffff);
    // Wraps in unsigned arithmetic, then must lie in 48 bits: nothing here can overflow.
    const std::uint64_t ms = last_time.ms() + static_cast<std::uint64_t>(delta);
    if (ms >> 48 != 0) in.refuse(ErrorCode::malformed);
    last_time = HybridTime::from(ms & 0xffffffffffff, static_cast<std::uint16_t>(counter));
    return last_time;
  }

  WriteHeader read() {
    WriteHeader write;
    const std::uint8_t first = in.u8();
    write.type = static_cast<WriteType>(first & 0x07);
    std::size_t prev_count = first >> 4;
    if (prev_count == kPrevInline) {
      prev_count = in.count(kPrevMax, 3);
      if (prev_count < kPrevInline) in.refuse(ErrorCode::not_canonical);
    }
    write.record = record((first & kNextRecordBit) != 0);
    const bool life = write.type == WriteType::kErase || write.type == WriteType::kRestore;
    const std::size_t tags =
        write.type == WriteType::kInit ? in.count(kInitTagsMax, FieldTag::kSize) : (life ? 0u : 1u);
    for (std::size_t i = 0; i < tags; ++i) write.tags.push_back(in.fixed<FieldTag>());
    write.time = time();
    for (std::size_t i = 0; i < prev_count && !in.failed(); ++i) {
      const WriterId ref_writer = writer();
      const std::uint64_t seq = in.varint();
      write.prev.push_back({ref_writer, seq, static_cast<std::uint32_t>(in.varint(kWritesMax - 1))});
    }
    if (write.type == WriteType::kErase) {
      const std::size_t seen = in.count(kSeenMax, 2);
      for (std::size_t i = 0; i < seen && !in.failed(); ++i) {
        const WriterId seen_writer = writer();
        write.seen.push_back({seen_writer, in.varint()});
      }
    }
    write.ciphertext_size = static_cast<std::uint32_t>(in.varint(kCiphertextBytesMax));
    if (!in.failed() && !is_well_formed(write)) in.refuse(ErrorCode::malformed);
    return write;
  }
};

Leaf read_leaf(Reader& in, LeafReader& leaves, bool partial) {
  // In a partial each leaf begins with its state: the index in the variant. Do not renumber.
  const std::uint8_t state = partial ? in.u8() : std::uint8_t{0};
  if (state == 2) return AbsentLeaf{};
  if (state > 2) in.refuse(ErrorCode::malformed);
  WriteHeader write = leaves.read();
  if (state == 1) return BareLeaf{std::move(write), in.fixed<sign::Hash>()};
  Bytes ciphertext = to_bytes(in.raw(write.ciphertext_size));
  return FullLeaf{std::move(write), std::move(ciphertext)};
}

Changeset read_parts(Reader& in) {
  Changeset out;
  out.header = read_header(in);
  out.signature = in.fixed<Signature>();
  const std::uint8_t form = in.u8();
  if (form > kPartial) in.refuse(ErrorCode::malformed);
  Tables tables;
  const std::size_t writers = in.count(kWritesMax * kPrevMax, WriterId::kSize);
  for (std::size_t i = 0; i < writers; ++i) tables.writers.push_back(in.fixed<WriterId>());
  const std::size_t records = in.count(kWritesMax, RecordId::kSize);
  for (std::size_t i = 0; i < records; ++i) tables.records.push_back(in.fixed<RecordId>());
  LeafReader leaves{in, out.header.writer, tables, out.header.base_time};
  for (std::uint32_t i = 0; i < out.header.count && !in.failed(); ++i) {
    out.leaves.push_back(read_leaf(in, leaves, form == kPartial));
  }
  const std::size_t proof = form == kPartial ? in.count(kWritesMax, sign::Hash::kSize) : 0;
  for (std::size_t i = 0; i < proof; ++i) out.proof.push_back(in.fixed<sign::Hash>());
  return out;
}

}  // namespace

void append_header_without_root(Writer& out, const Header& header) {
  out.u8(header.version);
  out.fixed(header.organisation);
  out.fixed(header.space);
  out.fixed(header.writer);
  out.varint(header.seq);
  out.fixed(header.prev);
  out.fixed(header.identity_head);
  out.fixed(header.space_head);
  out.fixed(header.position.incarnation);
  out.varint(header.position.seq);
  out.fixed(header.position.head);
  out.varint(header.epoch);
  out.fixed(header.nonce_base);
  out.u64(header.base_time.value);
  out.varint(header.count);
}

Bytes encode_header(const Header& header) {
  Writer out;
  append_header_without_root(out, header);
  out.fixed(header.root);
  return out.take();
}

Header read_header(Reader& in) {
  Header header;
  header.version = in.u8();
  if (!in.failed() && header.version != kChangesetVersion) in.refuse(ErrorCode::version_unknown);
  header.organisation = in.fixed<OrganisationId>();
  header.space = in.fixed<SpaceId>();
  header.writer = in.fixed<WriterId>();
  header.seq = in.varint();
  header.prev = in.fixed<sign::Hash>();
  header.identity_head = in.fixed<sign::Hash>();
  header.space_head = in.fixed<sign::Hash>();
  header.position.incarnation = in.fixed<Incarnation>();
  header.position.seq = in.varint();
  header.position.head = in.fixed<sign::Hash>();
  header.epoch = static_cast<std::uint32_t>(in.varint(0xffffffff));
  header.nonce_base = in.fixed<NonceBase>();
  header.base_time.value = in.u64();
  header.count = static_cast<std::uint32_t>(in.varint(kWritesMax));
  header.root = in.fixed<sign::Hash>();
  // The chain begins at 1, and its first changeset follows none.
  const bool chained = header.seq >= 1 && (header.seq == 1) == header.prev.is_zero();
  if (!in.failed() && (!chained || header.count == 0)) in.refuse(ErrorCode::malformed);
  return header;
}

Bytes encode_parts(const Changeset& changeset) {
  Writer out;
  out.raw(encode_header(changeset.header));
  out.fixed(changeset.signature);
  const bool partial = !changeset.complete();
  out.u8(partial ? kPartial : kWhole);
  TableMaker tables(changeset.header.writer);
  for (const Leaf& leaf : changeset.leaves) {
    if (const WriteHeader* write = header_of(leaf)) tables.add(*write);
  }
  out.varint(tables.tables.writers.size());
  for (const WriterId& id : tables.tables.writers) out.fixed(id);
  out.varint(tables.tables.records.size());
  for (const RecordId& id : tables.tables.records) out.fixed(id);
  LeafWriter leaves{out, tables, changeset.header.base_time};
  for (const Leaf& leaf : changeset.leaves) {
    if (partial) out.u8(static_cast<std::uint8_t>(leaf.index()));
    if (const WriteHeader* write = header_of(leaf)) leaves.write(*write);
    if (const auto* full = std::get_if<FullLeaf>(&leaf)) out.raw(full->ciphertext);
    if (const auto* bare = std::get_if<BareLeaf>(&leaf)) out.fixed(bare->ciphertext_hash);
  }
  if (partial) {
    out.varint(changeset.proof.size());
    for (const sign::Hash& hash : changeset.proof) out.fixed(hash);
  }
  return out.take();
}

Result<Changeset> decode_parts(ByteView bytes) {
  if (bytes.size() > kChangesetBytesMax) return fail(ErrorCode::too_large, "changeset");
  Reader in(bytes);
  Changeset changeset = read_parts(in);
  SAMLA_TRY(in.finish("changeset"));
  // Tables in another order, an unused entry, a partial form without need: all of it shows here.
  if (!equal(encode_parts(changeset), bytes)) return fail(ErrorCode::not_canonical, "changeset");
  return changeset;
}

}  // namespace samla::change
