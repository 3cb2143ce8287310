#include "core/resolve/field_state.h"

#include <algorithm>

namespace samla::resolve {

namespace {

std::vector<WriteRef> name(const std::vector<Head>& heads, const WriterId& self) {
  std::vector<WriteRef> out;
  const auto take = [&](bool own) {
    for (const Head& head : heads) {
      if ((head.ref.writer == self) == own && out.size() < change::kPrevMax) out.push_back(head.ref);
    }
  };
  // One's own comes first, because heads must never outnumber writers; then the winner and downwards.
  take(true);
  take(false);
  std::ranges::sort(out);
  return out;
}

}  // namespace

bool FieldState::apply(const WriteRef& ref, HybridTime time, WriteType type, std::span<const WriteRef> prev) {
  if (type == WriteType::kSnapshot) return false;
  Frontier& frontier = type == WriteType::kAppend ? text : *this;
  return frontier.apply({ref, time, type}, prev);
}

void FieldState::apply_transparent(const WriteRef& ref, WriteType type, std::span<const WriteRef> prev) {
  if (type == WriteType::kSnapshot) return;
  Frontier& frontier = type == WriteType::kAppend ? text : *this;
  frontier.apply_transparent(ref, prev);
}

std::vector<WriteRef> prev_for_new_write(const FieldState& state, const WriterId& self) {
  return name(state.heads, self);
}

std::vector<WriteRef> prev_for_new_append(const FieldState& state, const WriterId& self) {
  return name(state.text.heads.empty() ? state.heads : state.text.heads, self);
}

}  // namespace samla::resolve
