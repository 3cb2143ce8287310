#include "tests/sim/liar.h"

#include <algorithm>
#include <map>

#include "core/view/content.h"

namespace samla::sim {

using change::WriteHeader;
using change::WriteRef;
using change::WriteType;

namespace {

const std::vector<std::string> kFields = {"title", "state", "owner", "labels", "body", "nobody knows it"};

class Composer {
 public:
  Composer(const LiarsView& view, SeededRandom& random) : view_(view), random_(random) {}

  Lie compose() {
    Lie out;
    std::vector<change::FullLeaf> leaves;
    for (std::uint64_t count = 1 + random_.below(6); count > 0; --count) {
      change::FullLeaf leaf{write(), {}};
      if (!change::is_well_formed(leaf.header)) continue;
      out.records.insert(leaf.header.record);
      leaves.push_back(std::move(leaf));
    }
    if (leaves.empty()) leaves.push_back({restore(out.records), {}});
    change::Header header = header_of_lie();
    header.count = static_cast<std::uint32_t>(leaves.size());
    header.base_time = leaves.front().header.time;
    for (std::size_t i = 0; i < leaves.size(); ++i) seal(header, static_cast<std::uint32_t>(i), leaves[i]);
    auto made = change::sign_changeset(header, std::move(leaves), *view_.sign);
    SAMLA_ASSERT(made.ok());
    out.changeset = std::move(*made);
    return out;
  }

 private:
  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }

  change::Header header_of_lie() {
    change::Header out = view_.header;
    if (chance(8)) out.position = {random_.fixed<Incarnation>(), random_.next() >> 1, random_.fixed<Hash>()};
    if (chance(20)) out.space_head = random_.fixed<Hash>();
    if (chance(20)) out.identity_head = {};
    if (chance(20)) out.epoch += 1 + static_cast<std::uint32_t>(random_.below(1000));
    return out;
  }

  HybridTime time() {
    if (chance(4)) return HybridTime{random_.next()};
    if (chance(8)) return HybridTime{0};
    if (chance(8)) return HybridTime{~std::uint64_t{0}};
    return view_.now;
  }

  RecordId record() {
    if (view_.records.empty() || chance(6)) return random_.fixed<RecordId>();
    return view_.records[random_.below(view_.records.size())];
  }

  FieldTag tag(const RecordId& record) {
    if (chance(6)) return random_.fixed<FieldTag>();
    const RecordId of = chance(5) ? this->record() : record;
    const std::string element = chance(4) ? "merke " + std::to_string(random_.below(3)) : std::string();
    return seal::field_tag(*view_.tag_key, of, kFields[random_.below(kFields.size())], as_bytes(element));
  }

  std::vector<WriteRef> places() {
    std::set<WriteRef> out;
    std::uint64_t count = chance(6) ? change::kPrevMax : random_.below(4);
    if (!view_.names_what_is_not_there) {
      for (; count > 0 && !view_.writes.empty(); --count) {
        out.insert(view_.writes[random_.below(view_.writes.size())]);
      }
      return {out.begin(), out.end()};
    }
    while (out.size() < count) {
      WriteRef ref{random_.fixed<WriterId>(), 1 + random_.below(100),
                   static_cast<std::uint32_t>(random_.below(9))};
      if (!view_.writes.empty() && !chance(6)) ref = view_.writes[random_.below(view_.writes.size())];
      if (chance(4)) ref.seq += random_.below(1000);
      if (chance(8)) ref.index += static_cast<std::uint32_t>(random_.below(100));
      if (chance(16)) ref.seq = ~std::uint64_t{0} >> 1;
      out.insert(ref);
    }
    return {out.begin(), out.end()};
  }

  std::vector<change::SeenEntry> seen() {
    std::map<WriterId, std::uint64_t> out;
    for (const WriteRef& ref : places()) out[ref.writer] = ref.seq;
    const bool many = view_.names_what_is_not_there && chance(8);
    for (std::uint64_t more = many ? 2000 : 0; more > 0; --more) out[random_.fixed<WriterId>()] = more;
    std::vector<change::SeenEntry> entries;
    for (const auto& [writer, seq] : out) entries.push_back({writer, seq});
    return entries;
  }

  WriteHeader write() {
    WriteHeader out;
    out.type = static_cast<WriteType>(1 + random_.below(6));
    out.record = record();
    out.time = time();
    if (out.type == WriteType::kInit) {
      std::set<FieldTag> tags;
      const std::uint64_t count = chance(10) ? change::kInitTagsMax : 1 + random_.below(4);
      while (tags.size() < count) tags.insert(count > 4 ? random_.fixed<FieldTag>() : tag(out.record));
      out.tags.assign(tags.begin(), tags.end());
      return out;
    }
    if (out.type != WriteType::kErase && out.type != WriteType::kRestore) out.tags = {tag(out.record)};
    if (out.type == WriteType::kErase) out.seen = seen();
    out.prev = places();
    return out;
  }

  WriteHeader restore(std::set<RecordId>& records) {
    WriteHeader out;
    out.type = WriteType::kRestore;
    out.record = record();
    out.time = view_.now;
    records.insert(out.record);
    return out;
  }

  view::Value value() {
    switch (random_.below(5)) {
      case 0:
        return std::string(random_.below(2000), 'x');
      case 1:
        return static_cast<std::int64_t>(random_.next());
      case 2:
        return chance(2);
      case 3: {
        Bytes payload(random_.below(60));
        random_.fill(payload);
        return view::TextEdits{std::move(payload)};
      }
      default:
        return view::Value{};
    }
  }

  Bytes content(const WriteHeader& header) {
    view::Content out;
    out.kind = chance(3) ? "nobody knows it" : "note";
    std::size_t count = header.tags.size();
    if (chance(6)) count += random_.below(3);
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 8); ++i) {
      const std::string element = chance(4) ? "merke " + std::to_string(random_.below(3)) : std::string();
      out.fields.push_back({kFields[random_.below(kFields.size())], element, value()});
    }
    Bytes bytes = view::encode(out);
    if (chance(5) && !bytes.empty()) random_.fill(bytes);
    return bytes;
  }

  void seal(const change::Header& header, std::uint32_t index, change::FullLeaf& leaf) {
    if (chance(6)) {
      leaf.ciphertext.resize(1 + random_.below(300));
      random_.fill(leaf.ciphertext);
      leaf.header.ciphertext_size = static_cast<std::uint32_t>(leaf.ciphertext.size());
      return;
    }
    const auto packed = seal::PackedValue::pack(content(leaf.header));
    SAMLA_ASSERT(packed.ok());
    leaf.header.ciphertext_size = packed->sealed_size();
    const Bytes bound = change::associated_data(header, index, leaf.header);
    leaf.ciphertext = seal::seal_value(*view_.key, header.nonce_base.view(), index, bound, *packed);
  }

  const LiarsView& view_;
  SeededRandom& random_;
};

}  // namespace

Lie make_lie(const LiarsView& view, SeededRandom& random) { return Composer(view, random).compose(); }

}  // namespace samla::sim
