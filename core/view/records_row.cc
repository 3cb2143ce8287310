#include "core/view/records_row.h"

#include <tuple>

#include "core/view/value_codec.h"

namespace samla::view {
namespace {

/// How the row's kind is known. Persisted: do not renumber.
enum class KindFrom : std::uint8_t { kNowhere = 0, kOrigin = 1, kAnother = 2 };

/// What is known of a head's content: kHere for an element of a set, kRegister for another field (but in
/// version 1, which had kHere for both). Persisted: do not renumber.
enum class HeadContent : std::uint8_t { kAbsent = 0, kHere = 1, kErased = 2, kRegister = 3 };

/// Where the origin stands: of most records the first head is it. Persisted: do not renumber.
enum class OriginAt : std::uint8_t { kNowhere = 0, kHere = 1, kFirstHead = 2 };

void write_origin(Writer& writer, const Origin& origin) {
  writer.u8(origin.init ? 1 : 0);
  writer.u64(origin.time.value);
  writer.fixed(origin.ref.writer);
  writer.varint(origin.ref.seq);
  writer.varint(origin.ref.index);
}

Origin read_origin(Reader& reader) {
  Origin origin;
  origin.init = reader.u8() != 0;
  origin.time.value = reader.u64();
  origin.ref.writer = reader.fixed<WriterId>();
  origin.ref.seq = reader.varint();
  origin.ref.index = static_cast<std::uint32_t>(reader.varint(UINT32_MAX));
  return origin;
}

void write_ref(Writer& writer, const change::WriteRef& ref, HybridTime time) {
  writer.fixed(ref.writer);
  writer.varint(ref.seq);
  writer.varint(ref.index);
  writer.u64(time.value);
}

std::pair<change::WriteRef, HybridTime> read_ref(Reader& reader) {
  change::WriteRef ref;
  ref.writer = reader.fixed<WriterId>();
  ref.seq = reader.varint();
  ref.index = static_cast<std::uint32_t>(reader.varint(UINT32_MAX));
  return {ref, HybridTime{reader.u64()}};
}

void write_text(Writer& writer, const FieldTag& tag, const MergedText& merged) {
  writer.fixed(tag);
  writer.text(merged.field);
  writer.text(merged.text);
  writer.u8(merged.overlapping ? 1 : 0);
  writer.varint(merged.heads.size());
  for (const resolve::Head& head : merged.heads) write_ref(writer, head.ref, head.time);
  writer.varint(merged.waiting.size());
  for (const auto& [ref, time] : merged.waiting) write_ref(writer, ref, time);
}

MergedText read_text(Reader& reader) {
  constexpr std::size_t kListMax = 1 << 20;
  MergedText out;
  out.field = read_utf8(reader, kNameBytesMax);
  out.text = read_utf8(reader, kListMax * 64);
  out.overlapping = reader.u8() != 0;
  for (std::size_t left = reader.count(kListMax, 26); left > 0 && !reader.failed(); --left) {
    const auto [ref, time] = read_ref(reader);
    out.heads.push_back({ref, time, change::WriteType::kAppend});
  }
  for (std::size_t left = reader.count(kListMax, 26); left > 0 && !reader.failed(); --left) {
    out.waiting.insert(read_ref(reader));
  }
  return out;
}

/// Heads with contents: the registers' ones of all fields but the life field.
template <class Visit>
void for_each_head(const resolve::RecordState& state, Visit visit) {
  for (const auto& [tag, field] : state.fields()) {
    if (tag == change::kLifeTag) continue;
    for (const resolve::Head& head : field.heads()) visit(tag, head);
  }
}

/// The first of them as an origin; absent: there is none.
std::optional<Origin> first_head(const resolve::RecordState& state) {
  std::optional<Origin> out;
  for_each_head(state, [&](const FieldTag&, const resolve::Head& head) {
    if (!out) out = Origin{head.type == change::WriteType::kInit, head.time, head.ref};
  });
  return out;
}

/// What snapshots make of a text; of most texts there is nothing to say.
void write_snapshots(Writer& writer, const FieldTag& tag, const MergedText& merged) {
  writer.fixed(tag);
  writer.u8(merged.unchecked ? 1 : 0);
  writer.varint(merged.false_snapshots.size());
  for (const change::WriteRef& ref : merged.false_snapshots) write_ref(writer, ref, {});
  writer.varint(merged.unplaced_snapshots.size());
  for (const auto& [ref, missing] : merged.unplaced_snapshots) {
    write_ref(writer, ref, {});
    write_ref(writer, missing, {});
  }
}

bool has_snapshots(const MergedText& merged) {
  return merged.unchecked || !merged.false_snapshots.empty() || !merged.unplaced_snapshots.empty();
}

constexpr std::size_t kTextsMax = std::size_t{1} << 20;

/// Contents come from members who may be hostile: one that doesn't fit its header is as good as none.
bool fits(const Content& content, const change::WriteHeader& header) {
  return content.fields.size() == header.tags.size();
}

}  // namespace

bool Origin::before(const Origin& other) const {
  return std::tuple(!init, time, ref) < std::tuple(!other.init, other.time, other.ref);
}

void RecordRow::apply(const AppliedWrite& write) {
  state.apply(write.header, write.ref);
  const Origin here{write.header.type == change::WriteType::kInit, write.header.time, write.ref};
  if (!origin || here.before(*origin)) origin = here;
  // What the values of appends and snapshots say is for the text's own store, not for the row.
  const bool appends =
      write.header.type == change::WriteType::kAppend || write.header.type == change::WriteType::kSnapshot;
  if (write.erased) {
    for (const FieldTag& tag : write.header.tags) {
      contents.erase({tag, write.ref});
      erased_contents.emplace(tag, write.ref);
    }
    return;
  }
  if (!write.content || (!appends && !fits(*write.content, write.header))) return;
  if (!kind_origin || here.before(*kind_origin)) {
    kind_origin = here;
    kind = write.content->kind;
  }
  if (appends) return;
  for (std::size_t i = 0; i < write.header.tags.size(); ++i) {
    contents.insert_or_assign({write.header.tags[i], write.ref}, write.content->fields[i]);
  }
}

void RecordRow::apply_transparent(const AppliedWrite& write) {
  state.apply_transparent(write.header, write.ref);
}

void RecordRow::take_word(const Records::Anew& anew) {
  const auto packed = anew.packed.find(id);
  if (packed == anew.packed.end()) return;
  for (const auto& [tag, places] : packed->second.replaced) state.vouch(tag, places);
}

bool RecordRow::contested() const {
  const resolve::Life life = state.life();
  if (life != resolve::Life::kAlive) return life == resolve::Life::kContested;
  for (const auto& [tag, field] : state.fields()) {
    const bool several = field.heads().size() > 1 || texts.contains(tag);
    if (tag != change::kLifeTag && several && contested(tag, field)) return true;
  }
  return false;
}

bool RecordRow::unreadable() const {
  bool any = false;
  for_each_head(
      state, [&](const FieldTag& tag, const resolve::Head& head) { any = any || unreadable(tag, head.ref); });
  return any;
}

std::uint64_t RecordRow::updated() const {
  HybridTime newest;
  for (const auto& [tag, field] : state.fields()) {
    for (const resolve::Head& head : field.heads()) newest = std::max(newest, head.time);
  }
  for (const auto& [tag, merged] : texts) {
    for (const resolve::Head& head : merged.heads) newest = std::max(newest, head.time);
  }
  return newest.value;
}

Bytes RecordRow::encode_content() const {
  Writer writer;
  writer.u8(kRecordRowVersion);
  const OriginAt at = !origin                       ? OriginAt::kNowhere
                      : origin == first_head(state) ? OriginAt::kFirstHead
                                                    : OriginAt::kHere;
  writer.u8(static_cast<std::uint8_t>(at));
  if (at == OriginAt::kHere) write_origin(writer, *origin);
  const KindFrom from = !kind_origin            ? KindFrom::kNowhere
                        : kind_origin == origin ? KindFrom::kOrigin
                                                : KindFrom::kAnother;
  writer.u8(static_cast<std::uint8_t>(from));
  if (from == KindFrom::kAnother) write_origin(writer, *kind_origin);
  for_each_head(state, [&](const FieldTag& tag, const resolve::Head& head) {
    const auto content = contents.find({tag, head.ref});
    HeadContent there = HeadContent::kAbsent;
    if (content != contents.end()) {
      there = content->second.element.empty() ? HeadContent::kRegister : HeadContent::kHere;
    }
    if (erased_contents.contains({tag, head.ref})) there = HeadContent::kErased;
    writer.u8(static_cast<std::uint8_t>(there));
    if (there == HeadContent::kAbsent || there == HeadContent::kErased) return;
    writer.text(content->second.field);
    if (there != HeadContent::kRegister) writer.text(content->second.element);
    write_value(writer, content->second.value);
  });
  writer.varint(texts.size());
  for (const auto& [tag, merged] : texts) write_text(writer, tag, merged);
  for (const auto& [tag, merged] : texts) {
    if (has_snapshots(merged)) write_snapshots(writer, tag, merged);
  }
  return writer.take();
}

Result<void> RecordRow::decode_content(ByteView bytes) {
  Reader reader(bytes);
  const std::uint8_t version = reader.u8();
  if (version == 0 || version > kRecordRowVersion) reader.refuse(ErrorCode::store_corrupt);
  const auto at = static_cast<OriginAt>(reader.u8());
  if (at == OriginAt::kHere) origin = read_origin(reader);
  if (at == OriginAt::kFirstHead) origin = first_head(state);
  const auto from = static_cast<KindFrom>(reader.u8());
  if (from == KindFrom::kOrigin) kind_origin = origin;
  if (from == KindFrom::kAnother) kind_origin = read_origin(reader);
  for_each_head(state, [&](const FieldTag& tag, const resolve::Head& head) {
    if (reader.failed()) return;
    const auto there = static_cast<HeadContent>(reader.u8());
    if (there == HeadContent::kErased) erased_contents.emplace(tag, head.ref);
    if (there != HeadContent::kHere && there != HeadContent::kRegister) return;
    FieldContent content;
    content.field = read_utf8(reader, kNameBytesMax);
    if (there == HeadContent::kHere) content.element = read_utf8(reader, kNameBytesMax);
    content.value = read_value(reader);
    contents.insert_or_assign({tag, head.ref}, std::move(content));
  });
  // Any number: members may make up fields, and what was written must be read.
  for (std::size_t left = reader.count(kTextsMax, 12); left > 0 && !reader.failed(); --left) {
    const auto tag = reader.fixed<FieldTag>();
    texts.insert_or_assign(tag, read_text(reader));
  }
  while (!reader.at_end() && !reader.failed()) {
    MergedText& merged = texts[reader.fixed<FieldTag>()];
    merged.unchecked = reader.u8() != 0;
    for (std::size_t left = reader.count(kTextsMax, 26); left > 0 && !reader.failed(); --left) {
      merged.false_snapshots.insert(read_ref(reader).first);
    }
    for (std::size_t left = reader.count(kTextsMax, 52); left > 0 && !reader.failed(); --left) {
      const change::WriteRef ref = read_ref(reader).first;
      merged.unplaced_snapshots.emplace(ref, read_ref(reader).first);
    }
  }
  if (!reader.finish("record.read")) return fail(ErrorCode::store_corrupt, "record.read");
  return {};
}

}  // namespace samla::view
