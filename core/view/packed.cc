#include "core/view/packed.h"

namespace samla::view {

namespace {

constexpr std::size_t kPackedListMax = 1 << 20;

void put_ref(Writer& out, const change::WriteRef& ref) {
  out.fixed(ref.writer);
  out.varint(ref.seq);
  out.varint(ref.index);
}

change::WriteRef take_ref(Reader& in) {
  change::WriteRef ref;
  ref.writer = in.fixed<WriterId>();
  ref.seq = in.varint();
  ref.index = static_cast<std::uint32_t>(in.varint(0xffffffff));
  return ref;
}

}  // namespace

bool Packed::is_replaced(const FieldTag& tag, const change::WriteRef& ref) const {
  const auto field = replaced.find(tag);
  if (field == replaced.end()) return false;
  const auto writer = field->second.find(ref.writer);
  return writer != field->second.end() && resolve::FieldState::Place(ref.seq, ref.index) <= writer->second;
}

Bytes Packed::encode() const {
  Writer out;
  out.u8(kPackedVersion);
  out.varint(replaced.size());
  for (const auto& [tag, places] : replaced) {
    out.fixed(tag);
    out.varint(places.size());
    for (const auto& [writer, at] : places) put_ref(out, {writer, at.first, at.second});
  }
  out.varint(texts.size());
  for (const auto& [tag, roots] : texts) {
    out.fixed(tag);
    out.varint(roots.size());
    for (const change::WriteRef& root : roots) put_ref(out, root);
  }
  return out.take();
}

Result<Packed> Packed::decode(ByteView bytes) {
  Reader in(bytes);
  Packed out;
  if (in.u8() != kPackedVersion) in.refuse(ErrorCode::version_unknown);
  for (std::size_t left = in.count(kPackedListMax, FieldTag::kSize + 1); left > 0 && !in.failed(); --left) {
    auto& places = out.replaced[in.fixed<FieldTag>()];
    for (std::size_t each = in.count(kPackedListMax, 18); each > 0 && !in.failed(); --each) {
      const change::WriteRef ref = take_ref(in);
      places[ref.writer] = {ref.seq, ref.index};
    }
  }
  for (std::size_t left = in.count(kPackedListMax, FieldTag::kSize + 1); left > 0 && !in.failed(); --left) {
    auto& roots = out.texts[in.fixed<FieldTag>()];
    for (std::size_t each = in.count(kPackedListMax, 18); each > 0 && !in.failed(); --each) {
      roots.insert(take_ref(in));
    }
  }
  SAMLA_TRY(in.finish("record.packed"));
  if (!equal(out.encode(), bytes)) return fail(ErrorCode::not_canonical, "record.packed");
  return out;
}

}  // namespace samla::view
