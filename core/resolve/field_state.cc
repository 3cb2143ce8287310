#include "core/resolve/field_state.h"

#include <algorithm>
#include <tuple>

#include "core/base/planted_bug.h"

namespace samla::resolve {

namespace {

constexpr std::size_t kHeadsMax = 1 << 20;

FieldState::Place place(const change::WriteRef& ref) { return {ref.seq, ref.index}; }

}  // namespace

bool wins(const Head& a, const Head& b) {
  if (SAMLA_PLANTED_BUG(older_time_wins)) return std::tie(a.time, a.ref) < std::tie(b.time, b.ref);
  return std::tie(a.time, a.ref) > std::tie(b.time, b.ref);
}

bool FieldState::dominated(const change::WriteRef& ref) const {
  const auto found = context_.find(ref.writer);
  return found != context_.end() && place(ref) <= found->second;
}

// A writer's own writes to a field are a chain by `prev`, so dominating one dominates all before it;
// that is what lets one place a writer stand for all of them.
void FieldState::dominate(const change::WriteRef& first) {
  // A list and not a recursion: a hostile writer may name its void writes in a chain of any length.
  std::vector<change::WriteRef> unvisited = {first};
  while (!unvisited.empty()) {
    const change::WriteRef ref = unvisited.back();
    unvisited.pop_back();
    auto [known, added] = context_.try_emplace(ref.writer, place(ref));
    if (!added) {
      if (place(ref) <= known->second || SAMLA_PLANTED_BUG(skip_a_context_entry)) continue;
      known->second = place(ref);
    }
    std::erase_if(heads_, [&](const Head& head) { return dominated(head.ref); });
    // Seeing through this writer's that are dominated now; each goes once, so this ends.
    auto it = transparent_.lower_bound({ref.writer, 0, 0});
    while (it != transparent_.end() && it->first <= ref) {
      unvisited.insert(unvisited.end(), it->second.begin(), it->second.end());
      it = transparent_.erase(it);
    }
  }
}

bool FieldState::apply(const Head& write, std::span<const change::WriteRef> prev) {
  if (write.type == change::WriteType::kAppend || write.type == change::WriteType::kSnapshot) return false;
  const auto same = [&](const Head& head) { return head.ref == write.ref; };
  if (!dominated(write.ref) && std::ranges::none_of(heads_, same)) {
    heads_.insert(std::ranges::upper_bound(heads_, write, wins), write);
    if (SAMLA_PLANTED_BUG(drop_a_head) && heads_.size() > 1) heads_.pop_back();
    if (SAMLA_PLANTED_BUG(dominate_by_clock)) {
      std::erase_if(heads_, [&](const Head& head) { return head.time < write.time; });
    }
  }
  for (const change::WriteRef& ref : prev) {
    if (ref != write.ref) dominate(ref);
  }
  return std::ranges::any_of(heads_, same);
}

void FieldState::apply_transparent(const change::WriteRef& ref, std::span<const change::WriteRef> prev) {
  if (dominated(ref)) {
    for (const change::WriteRef& named : prev) dominate(named);
  } else {
    transparent_.emplace(ref, std::vector(prev.begin(), prev.end()));
  }
}

void FieldState::vouch(const std::map<WriterId, Place>& places) {
  for (const auto& [writer, at] : places) dominate({writer, at.first, at.second});
}

std::vector<change::WriteRef> FieldState::prev_for_new_write() const {
  std::vector<change::WriteRef> out;
  for (const Head& head : heads_) {
    if (out.size() == change::kPrevMax) break;
    out.push_back(head.ref);
  }
  std::ranges::sort(out);
  return out;
}

// Nearly every field has one head and nothing else, so one number says that: the count of heads, and whether
// the two lists that are mostly empty are there.
void FieldState::encode(StateWriter& out) const {
  constexpr std::uint64_t kContext = 1;
  constexpr std::uint64_t kTransparent = 2;
  out.out().varint(std::uint64_t{heads_.size()} << 2 | (context_.empty() ? 0 : kContext) |
                   (transparent_.empty() ? 0 : kTransparent));
  for (const Head& head : heads_) out.head(head);
  if (!context_.empty()) out.out().varint(context_.size());
  for (const auto& [writer, at] : context_) out.ref({writer, at.first, at.second});
  if (!transparent_.empty()) out.out().varint(transparent_.size());
  for (const auto& [ref, named] : transparent_) {
    out.ref(ref);
    out.out().varint(named.size());
    for (const change::WriteRef& further : named) out.ref(further);
  }
}

FieldState::Shape FieldState::read_shape(StateReader& in) {
  if (!in.compact()) return {kHeadsMax, true, true};
  const std::uint64_t shape = in.in().varint(std::uint64_t{kHeadsMax} << 2 | 3);
  return {static_cast<std::size_t>(shape >> 2), (shape & 1) != 0, (shape & 2) != 0};
}

/// A list that is there and empty is not how it would have been written.
std::size_t FieldState::read_count(StateReader& in, std::size_t bytes_each) {
  const std::size_t count = in.in().count(kHeadsMax, in.compact() ? bytes_each : 18);
  if (count == 0 && in.compact()) in.in().refuse(ErrorCode::not_canonical);
  return count;
}

FieldState FieldState::decode(StateReader& in) {
  FieldState out;
  const Shape shape = read_shape(in);
  std::size_t heads = in.compact() ? shape.heads : in.in().count(kHeadsMax, 27);
  for (; heads > 0 && !in.in().failed(); --heads) {
    const Head head = in.head();
    if (!out.heads_.empty() && !wins(out.heads_.back(), head)) in.in().refuse(ErrorCode::not_canonical);
    out.heads_.push_back(head);
  }
  for (std::size_t left = shape.context ? read_count(in, 3) : 0; left > 0 && !in.in().failed(); --left) {
    const change::WriteRef ref = in.ref();
    if (!out.context_.empty() && out.context_.rbegin()->first >= ref.writer)
      in.in().refuse(ErrorCode::not_canonical);
    out.context_.emplace(ref.writer, place(ref));
  }
  for (std::size_t left = shape.transparent ? read_count(in, 4) : 0; left > 0 && !in.in().failed(); --left) {
    const change::WriteRef ref = in.ref();
    std::vector<change::WriteRef> named(in.in().count(change::kPrevMax, in.compact() ? 3 : 18));
    for (change::WriteRef& further : named) further = in.ref();
    if (!out.transparent_.empty() && out.transparent_.rbegin()->first >= ref)
      in.in().refuse(ErrorCode::not_canonical);
    out.transparent_.emplace(ref, std::move(named));
  }
  return out;
}

}  // namespace samla::resolve
