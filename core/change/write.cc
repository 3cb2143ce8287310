#include "core/change/write.h"

#include <algorithm>
#include <set>

namespace samla::change {

namespace {

bool tags_fit(const WriteHeader& header) {
  const auto& tags = header.tags;
  if (std::ranges::find(tags, kLifeTag) != tags.end()) return false;
  switch (header.type) {
    case WriteType::kInit:
      return !tags.empty() && tags.size() <= kInitTagsMax &&
             std::set<FieldTag>(tags.begin(), tags.end()).size() == tags.size();
    case WriteType::kAssign:
    case WriteType::kAppend:
    case WriteType::kSnapshot:
      return tags.size() == 1;
    case WriteType::kErase:
    case WriteType::kRestore:
      return tags.empty();
  }
  return false;
}

}  // namespace

bool is_well_formed(const WriteHeader& header) {
  const auto by_writer = [](const SeenEntry& a, const SeenEntry& b) { return a.writer >= b.writer; };
  return tags_fit(header) && header.prev.size() <= kPrevMax &&
         (header.type != WriteType::kInit || header.prev.empty()) &&
         std::ranges::adjacent_find(header.prev, std::greater_equal<>{}) == header.prev.end() &&
         (header.type == WriteType::kErase || header.seen.empty()) && header.seen.size() <= kSeenMax &&
         std::ranges::adjacent_find(header.seen, by_writer) == header.seen.end() &&
         header.ciphertext_size <= kCiphertextBytesMax;
}

void append_canonical(Writer& out, const WriteHeader& header) {
  out.u8(static_cast<std::uint8_t>(header.type));
  out.fixed(header.record);
  out.varint(header.tags.size());
  for (const FieldTag& tag : header.tags) out.fixed(tag);
  out.u64(header.time.value);
  out.varint(header.prev.size());
  for (const WriteRef& ref : header.prev) {
    out.fixed(ref.writer);
    out.varint(ref.seq);
    out.varint(ref.index);
  }
  out.varint(header.seen.size());
  for (const SeenEntry& entry : header.seen) {
    out.fixed(entry.writer);
    out.varint(entry.seq);
  }
  out.varint(header.ciphertext_size);
}

Bytes encode(const WriteHeader& header) {
  Writer out;
  append_canonical(out, header);
  return out.take();
}

Result<WriteHeader> decode_write_header(ByteView bytes) {
  Reader in(bytes);
  WriteHeader header;
  header.type = static_cast<WriteType>(in.u8());
  header.record = in.fixed<RecordId>();
  header.tags.resize(in.count(kInitTagsMax, FieldTag::kSize));
  for (FieldTag& tag : header.tags) tag = in.fixed<FieldTag>();
  header.time.value = in.u64();
  header.prev.resize(in.count(kPrevMax, 18));
  for (WriteRef& ref : header.prev) {
    ref.writer = in.fixed<WriterId>();
    ref.seq = in.varint();
    ref.index = static_cast<std::uint32_t>(in.varint(0xffffffff));
  }
  header.seen.resize(in.count(kSeenMax, 17));
  for (SeenEntry& entry : header.seen) {
    entry.writer = in.fixed<WriterId>();
    entry.seq = in.varint();
  }
  header.ciphertext_size = static_cast<std::uint32_t>(in.varint(kCiphertextBytesMax));
  SAMLA_TRY(in.finish("write"));
  if (!is_well_formed(header)) return fail(ErrorCode::malformed, "write");
  return header;
}

}  // namespace samla::change
