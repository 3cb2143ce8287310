#include "core/resolve/record_state.h"

#include <algorithm>

#include "core/base/planted_bug.h"

namespace samla::resolve {

std::vector<FieldTag> fields_of(const change::WriteHeader& write) {
  return write.tags.empty() ? std::vector<FieldTag>{change::kLifeTag} : write.tags;
}

void RecordState::apply(const change::WriteHeader& write, const change::WriteRef& ref) {
  for (const FieldTag& tag : fields_of(write)) {
    fields_[tag].apply({ref, write.time, write.type}, write.prev);
  }
  if (write.type == change::WriteType::kAppend) {
    std::uint64_t& last = appends_[ref.writer];
    last = std::max(last, ref.seq);
  }
  if (write.type == change::WriteType::kErase) erases_[ref] = write.seen;
  if (const FieldState* life = field(change::kLifeTag)) {
    std::erase_if(erases_, [&](const auto& erase) { return life->dominated(erase.first); });
  }
}

void RecordState::apply_transparent(const change::WriteHeader& write, const change::WriteRef& ref) {
  for (const FieldTag& tag : fields_of(write)) fields_[tag].apply_transparent(ref, write.prev);
}

void RecordState::vouch(const FieldTag& tag, const std::map<WriterId, FieldState::Place>& places) {
  FieldState& field = fields_[tag];
  field.vouch(places);
  if (tag != change::kLifeTag) return;
  std::erase_if(erases_, [&](const auto& erase) { return field.dominated(erase.first); });
}

const FieldState* RecordState::field(const FieldTag& tag) const {
  const auto found = fields_.find(tag);
  return found == fields_.end() ? nullptr : &found->second;
}

Life RecordState::life() const {
  const FieldState* life = field(change::kLifeTag);
  if (life == nullptr) return Life::kAlive;
  const auto is_erase = [](const Head& head) { return head.type == change::WriteType::kErase; };
  if (std::ranges::none_of(life->heads(), is_erase)) return Life::kAlive;
  if (SAMLA_PLANTED_BUG(forget_an_erase) && life->heads().size() > 1) return Life::kAlive;
  if (!std::ranges::all_of(life->heads(), is_erase)) return Life::kContested;
  const auto covered = [&](const WriterId& writer, std::uint64_t seq) {
    return std::ranges::any_of(erases_, [&](const auto& erase) {
      return std::ranges::any_of(erase.second, [&](const change::SeenEntry& entry) {
        return entry.writer == writer && seq <= entry.seq;
      });
    });
  };
  for (const auto& [writer, seq] : appends_) {
    if (!covered(writer, seq)) return Life::kContested;
  }
  for (const auto& [tag, state] : fields_) {
    if (tag == change::kLifeTag) continue;
    for (const Head& head : state.heads()) {
      if (!covered(head.ref.writer, head.ref.seq)) return Life::kContested;
    }
  }
  return Life::kErased;
}

std::vector<change::SeenEntry> RecordState::seen() const {
  std::map<WriterId, std::uint64_t> greatest;
  const auto note = [&](const WriterId& writer, std::uint64_t seq) {
    greatest[writer] = std::max(greatest[writer], seq);
  };
  for (const auto& [tag, state] : fields_) {
    for (const Head& head : state.heads()) note(head.ref.writer, head.ref.seq);
    for (const auto& [writer, at] : state.context()) note(writer, at.first);
  }
  for (const auto& [writer, seq] : appends_) note(writer, seq);
  std::vector<change::SeenEntry> out;
  for (const auto& [writer, seq] : greatest) {
    out.push_back({writer, SAMLA_PLANTED_BUG(erase_sees_too_much) ? seq + 1 : seq});
  }
  if (out.size() > change::kSeenMax) out.resize(change::kSeenMax);
  return out;
}

Bytes RecordState::encode() const {
  StateWriter state;
  Writer& out = state.out();
  // Version 1 begins with the count of fields, and none of it says 0 and then 2.
  out.u8(0);
  out.u8(static_cast<std::uint8_t>(StateVersion::kTwo));
  out.varint(fields_.size());
  for (const auto& [tag, field] : fields_) {
    out.fixed(tag);
    field.encode(state);
  }
  out.varint(erases_.size());
  for (const auto& [ref, seen] : erases_) {
    state.ref(ref);
    out.varint(seen.size());
    for (const change::SeenEntry& entry : seen) {
      state.writer(entry.writer);
      out.varint(entry.seq);
    }
  }
  out.varint(appends_.size());
  for (const auto& [writer, seq] : appends_) {
    state.writer(writer);
    out.varint(seq);
  }
  return out.take();
}

Result<RecordState> RecordState::decode(ByteView bytes) {
  constexpr std::size_t kMax = 1 << 20;
  constexpr std::uint8_t kVersionTwo[] = {0, static_cast<std::uint8_t>(StateVersion::kTwo)};
  const bool two = bytes.size() >= 2 && equal(bytes.first(2), kVersionTwo);
  StateReader state(two ? bytes.subspan(2) : bytes, two ? StateVersion::kTwo : StateVersion::kOne);
  Reader& in = state.in();
  RecordState out;
  for (std::size_t left = in.count(kMax, 9); left > 0 && !in.failed(); --left) {
    const auto tag = in.fixed<FieldTag>();
    if (!out.fields_.empty() && out.fields_.rbegin()->first >= tag) in.refuse(ErrorCode::not_canonical);
    out.fields_.emplace(tag, FieldState::decode(state));
  }
  for (std::size_t left = in.count(kMax, 4); left > 0 && !in.failed(); --left) {
    const change::WriteRef ref = state.ref();
    std::vector<change::SeenEntry> seen(in.count(change::kSeenMax, 2));
    for (change::SeenEntry& entry : seen) {
      entry.writer = state.writer();
      entry.seq = in.varint();
    }
    if (!out.erases_.empty() && out.erases_.rbegin()->first >= ref) in.refuse(ErrorCode::not_canonical);
    out.erases_.emplace(ref, std::move(seen));
  }
  for (std::size_t left = in.count(kMax, 2); left > 0 && !in.failed(); --left) {
    const WriterId writer = state.writer();
    if (!out.appends_.empty() && out.appends_.rbegin()->first >= writer) in.refuse(ErrorCode::not_canonical);
    out.appends_.emplace(writer, in.varint());
  }
  SAMLA_TRY(in.finish("record_state"));
  return out;
}

sign::Hash RecordState::digest() const { return sign::hash("samla/record_state/1", encode()); }

}  // namespace samla::resolve
