#include "core/resolve/record_state.h"

#include <algorithm>

namespace samla::resolve {

namespace {

bool is_head(const Frontier& frontier, const WriteRef& ref) {
  return std::ranges::any_of(frontier.heads, [&](const Head& head) { return head.ref == ref; });
}

using Seen = std::map<WriterId, std::uint64_t>;

bool all_seen(const Frontier& frontier, const Seen& seen) {
  return std::ranges::all_of(frontier.heads, [&](const Head& head) {
    const auto at = seen.find(head.ref.writer);
    return at != seen.end() && head.ref.seq <= at->second;
  });
}

}  // namespace

bool RecordState::apply(const change::WriteHeader& write, const WriteRef& ref) {
  if (is_life(write.type)) {
    FieldState& state = fields[change::kLifeField];
    const bool became_head = state.apply(ref, write.time, write.type, write.prev);
    if (became_head && write.type == WriteType::kErase) seen[ref] = write.seen;
    forget_dominated_erases();
    return became_head;
  }
  if (write.type == WriteType::kSnapshot) return false;
  bool became_head = false;
  for (const FieldTag& tag : write.tags) {
    became_head |= fields[tag].apply(ref, write.time, write.type, write.prev);
  }
  return became_head;
}

void RecordState::apply_transparent(const change::WriteHeader& write, const WriteRef& ref) {
  const auto pass = [&](const FieldTag& tag) {
    FieldState& state = fields[tag];
    state.apply_transparent(ref, write.type, write.prev);
    if (state.empty()) fields.erase(tag);
  };
  if (is_life(write.type)) {
    pass(change::kLifeField);
    forget_dominated_erases();
  } else {
    std::ranges::for_each(write.tags, pass);
  }
}

void RecordState::forget_dominated_erases() {
  const FieldState* life_field = field(change::kLifeField);
  std::erase_if(seen, [&](const auto& entry) { return !life_field || !is_head(*life_field, entry.first); });
}

Life RecordState::life() const {
  if (seen.empty()) return Life::kAlive;  // no erase is a head
  const FieldState* life_field = field(change::kLifeField);
  if (life_field == nullptr || life_field->heads.size() != seen.size()) return Life::kContested;
  Seen united;
  for (const auto& [ref, entries] : seen) {
    for (const change::SeenEntry& entry : entries) {
      std::uint64_t& seq = united[entry.writer];
      seq = std::max(seq, entry.seq);
    }
  }
  const bool covered = std::ranges::all_of(fields, [&](const auto& entry) {
    const auto& [tag, state] = entry;
    return tag == change::kLifeField || (all_seen(state, united) && all_seen(state.text, united));
  });
  return covered ? Life::kErased : Life::kContested;
}

const FieldState* RecordState::field(const FieldTag& tag) const {
  const auto at = fields.find(tag);
  return at == fields.end() ? nullptr : &at->second;
}

}  // namespace samla::resolve
