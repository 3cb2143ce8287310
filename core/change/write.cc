#include "core/change/write.h"

#include <algorithm>

#include "core/base/codec.h"

namespace samla::change {

namespace {

constexpr const char* kOperation = "changeset.write";

Error malformed() { return fail(ErrorCode::malformed, kOperation); }

/// Ascending by `key`, each once.
template <class List, class Key>
bool strictly_ascending(const List& list, Key key) {
  return std::adjacent_find(list.begin(), list.end(),
                            [key](const auto& a, const auto& b) { return !(key(a) < key(b)); }) == list.end();
}

Result<void> check_tags(const WriteHeader& header) {
  const std::size_t tags = header.tags.size();
  switch (header.type) {
    case WriteType::kInit:
      if (tags < 1) return malformed();
      if (tags > kInitTagsMax) return fail(ErrorCode::too_large, kOperation);
      break;
    case WriteType::kAssign:
    case WriteType::kAppend:
    case WriteType::kSnapshot:
      if (tags != 1) return malformed();
      break;
    case WriteType::kErase:
    case WriteType::kRestore:
      if (tags != 0) return malformed();
      break;
    default:
      return malformed();
  }
  if (tags > 0 && header.tags.front() == kLifeField) return malformed();
  if (!strictly_ascending(header.tags, [](const FieldTag& tag) { return tag; })) return malformed();
  return {};
}

bool is_ref(const WriteRef& ref) { return ref.seq > 0 && ref.index < kWritesMax; }

}  // namespace

Result<void> check(const WriteHeader& header) {
  SAMLA_TRY(check_tags(header));
  if (header.prev.size() > kPrevMax || header.seen.size() > kSeenMax ||
      header.ciphertext_size > kCiphertextBytesMax) {
    return fail(ErrorCode::too_large, kOperation);
  }
  if (header.ciphertext_size < kCiphertextBytesMin) return malformed();
  if (header.type == WriteType::kInit && !header.prev.empty()) return malformed();
  if (!std::ranges::all_of(header.prev, is_ref)) return malformed();
  if (!strictly_ascending(header.prev, [](const WriteRef& ref) { return ref; })) return malformed();
  if (header.type != WriteType::kErase && !header.seen.empty()) return malformed();
  if (!std::ranges::all_of(header.seen, [](const SeenEntry& entry) { return entry.seq > 0; })) {
    return malformed();
  }
  if (!strictly_ascending(header.seen, [](const SeenEntry& entry) { return entry.writer; })) {
    return malformed();
  }
  return {};
}

Bytes encode(const WriteHeader& header) {
  Writer out;
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
  return out.take();
}

Result<WriteHeader> decode_write_header(ByteView bytes) {
  Reader in(bytes);
  WriteHeader header;
  header.type = static_cast<WriteType>(in.u8());  // `check` refuses unknown ones
  header.record = in.fixed<RecordId>();
  header.tags.resize(in.count(kInitTagsMax, FieldTag::kSize));
  for (FieldTag& tag : header.tags) tag = in.fixed<FieldTag>();
  header.time = {in.u64()};
  header.prev.resize(in.count(kPrevMax, WriterId::kSize + 2));
  for (WriteRef& ref : header.prev) {
    ref.writer = in.fixed<WriterId>();
    ref.seq = in.varint();
    ref.index = static_cast<std::uint32_t>(in.varint(kWritesMax - 1));
  }
  header.seen.resize(in.count(kSeenMax, WriterId::kSize + 1));
  for (SeenEntry& entry : header.seen) {
    entry.writer = in.fixed<WriterId>();
    entry.seq = in.varint();
  }
  header.ciphertext_size = static_cast<std::uint32_t>(in.varint(kCiphertextBytesMax));
  SAMLA_TRY(in.finish(kOperation));
  SAMLA_TRY(check(header));
  return header;
}

std::size_t encoded_size_max(const WriteHeader& header) {
  // Lead byte, record's index, run lengths and table counts, time and counter; then what each list holds
  // with its own table entries.
  constexpr std::size_t kFixed = 1 + 2 + 4 + 8 + 3 + 3 + 3;
  constexpr std::size_t kWriter = WriterId::kSize + 3;
  return kFixed + RecordId::kSize + header.tags.size() * FieldTag::kSize +
         header.prev.size() * (kWriter + kVarintBytesMax + 2) +
         header.seen.size() * (kWriter + kVarintBytesMax) + header.ciphertext_size;
}

}  // namespace samla::change
