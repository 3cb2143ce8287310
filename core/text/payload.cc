#include "core/text/payload.h"

#include "core/base/codec.h"
#include "core/base/encoding.h"
#include "core/base/zigzag.h"
#include "core/text/code_points.h"

namespace samla::text {

namespace {

constexpr std::string_view kOperation = "text.payload";

std::string_view read_inserted(Reader& in) {
  const std::string_view text = as_text(in.blob(kPayloadBytesMax));
  if (!is_utf8(text)) in.refuse(ErrorCode::malformed);
  return text;
}

void read_edit(Reader& in, std::int64_t& expected, Payload& payload) {
  // Edits follow each other closely: a position is stored as the way from the end of the edit before.
  const std::int64_t position = expected + unzigzag(in.varint(0xffffffff));
  Edit edit;
  edit.erased = static_cast<std::uint32_t>(in.varint(kTextLengthMax));
  edit.inserted = read_inserted(in);
  if (in.failed()) return;
  if (position < 0 || position > kTextLengthMax) return in.refuse(ErrorCode::malformed);
  if (edit.erased == 0 && edit.inserted.empty()) return in.refuse(ErrorCode::not_canonical);
  edit.position = static_cast<std::uint32_t>(position);
  edit.length = count_code_points(edit.inserted);
  expected = position + edit.length;
  payload.edits.push_back(edit);
}

/// One short edit of plain ASCII, which is what typing makes: the same as below without a Reader's calls.
/// False: it is something else, or ill-formed, and has to go the long way.
bool decode_typing(ByteView bytes, Payload& payload) {
  constexpr std::size_t kPositionAt = 3;
  if (bytes.size() < kPositionAt + 3 || bytes[0] != kPayloadVersion || bytes[2] != 1 ||
      bytes[1] != static_cast<std::uint8_t>(PayloadKind::edits)) {
    return false;
  }
  std::size_t at = kPositionAt;
  std::uint32_t way = bytes[at] & 0x7fu;
  for (int shift = 7; (bytes[at] & 0x80) != 0; shift += 7) {
    ++at;
    if (shift > 21 || at + 2 >= bytes.size() || bytes[at] == 0) return false;
    way |= (bytes[at] & 0x7fu) << shift;
  }
  const std::uint8_t erased = bytes[at + 1];
  const std::uint8_t length = bytes[at + 2];
  if ((way & 1) != 0 || (way >> 1) > kTextLengthMax || erased >= 0x80 || (erased == 0 && length == 0))
    return false;
  const std::string_view inserted = as_text(bytes.subspan(at + 3));
  if (length >= 0x80 || inserted.size() != length) return false;
  for (const char byte : inserted) {
    if (static_cast<unsigned char>(byte) >= 0x80) return false;
  }
  payload.kind = PayloadKind::edits;
  payload.edits.push_back({way >> 1, erased, inserted, length});
  return true;
}

}  // namespace

Edit make_edit(std::uint32_t position, std::uint32_t erased, std::string_view inserted) {
  return {position, erased, inserted, count_code_points(inserted)};
}

Bytes encode_edits(const std::vector<Edit>& edits) {
  SAMLA_ASSERT(!edits.empty());
  Writer out;
  out.u8(kPayloadVersion);
  out.u8(static_cast<std::uint8_t>(PayloadKind::edits));
  out.varint(edits.size());
  std::int64_t expected = 0;
  for (const Edit& edit : edits) {
    SAMLA_ASSERT(edit.erased > 0 || edit.length > 0);
    out.varint(zigzag(static_cast<std::int64_t>(edit.position) - expected));
    out.varint(edit.erased);
    out.text(edit.inserted);
    expected = static_cast<std::int64_t>(edit.position) + edit.length;
  }
  return out.take();
}

Bytes encode_whole(std::string_view text) {
  Writer out;
  out.u8(kPayloadVersion);
  out.u8(static_cast<std::uint8_t>(PayloadKind::whole));
  out.text(text);
  return out.take();
}

Result<void> decode_payload(ByteView bytes, Payload& payload) {
  payload.edits.clear();
  if (decode_typing(bytes, payload)) return {};
  if (bytes.size() > kPayloadBytesMax) return fail(ErrorCode::too_large, std::string(kOperation));
  Reader in(bytes);
  const std::uint8_t version = in.u8();
  if (version > kPayloadVersion) in.refuse(ErrorCode::version_unknown);
  if (version == 0) in.refuse(ErrorCode::malformed);
  const std::uint8_t kind = in.u8();
  if (kind == static_cast<std::uint8_t>(PayloadKind::whole)) {
    payload.kind = PayloadKind::whole;
    const std::string_view text = read_inserted(in);
    if (!in.failed()) payload.edits.push_back(make_edit(0, 0, text));
    return in.finish(kOperation);
  }
  if (kind != static_cast<std::uint8_t>(PayloadKind::edits)) in.refuse(ErrorCode::malformed);
  payload.kind = PayloadKind::edits;
  const std::size_t count = in.count(kEditsMax, 3);
  if (count == 0) in.refuse(ErrorCode::not_canonical);
  std::int64_t expected = 0;
  for (std::size_t i = 0; i < count && !in.failed(); ++i) read_edit(in, expected, payload);
  return in.finish(kOperation);
}

std::string inserted_text(ByteView bytes) {
  Payload payload;
  std::string text;
  if (!decode_payload(bytes, payload).ok()) return text;
  for (const Edit& edit : payload.edits) text += edit.inserted;
  return text;
}

}  // namespace samla::text
