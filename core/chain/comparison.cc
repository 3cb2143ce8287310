#include "core/chain/comparison.h"

#include <algorithm>

namespace samla::chain {

namespace {

/// Crockford's: without I, L, O and U.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr int kGroups = 3, kGroupSize = 4;

template <class State>
ChainView view_of(const State& state) {
  return {state.head(), [&state](std::uint64_t seq) { return state.hash_at(seq); }};
}

/// As it is written in the alphabet: what reads alike is alike.
std::string plain(std::string_view code) {
  std::string out;
  for (const char c : code) {
    if (c == '-' || c == ' ') continue;
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    out += upper == 'O' ? '0' : (upper == 'I' || upper == 'L') ? '1' : upper;
  }
  return out;
}

}  // namespace

ChainView ChainView::of(const IdentityState& state) { return view_of(state); }
ChainView ChainView::of(const SpaceState& state) { return view_of(state); }

Comparison compare(const ChainView& ours, const ChainView& offered) {
  const auto equal_at = [&](std::uint64_t seq) {
    const auto hash = [seq](const ChainView& view) {
      return seq == view.head.seq ? view.head.hash : view.hash_at(seq);
    };
    return seq == 0 || hash(ours) == hash(offered);
  };
  const std::uint64_t shorter = std::min(ours.head.seq, offered.head.seq);
  if (equal_at(shorter)) {
    if (ours.head.seq == offered.head.seq) return {ChainRelation::kSame, shorter};
    return {offered.head.seq < ours.head.seq ? ChainRelation::kBehind : ChainRelation::kAhead, shorter};
  }
  std::uint64_t same = 0, differs = shorter;
  while (differs - same > 1) {
    const std::uint64_t middle = same + (differs - same) / 2;
    (equal_at(middle) ? same : differs) = middle;
  }
  return {ChainRelation::kForked, same};
}

std::string comparison_code(const OrganisationId& organisation, const Head& identity,
                            std::span<const std::pair<SpaceId, Head>> spaces) {
  std::vector<std::pair<SpaceId, Head>> sorted(spaces.begin(), spaces.end());
  std::ranges::sort(sorted);
  sign::Hasher hasher("samla/chain/comparison/1");
  hasher.add(organisation).add_number(identity.seq).add(identity.hash);
  for (const auto& [space, head] : sorted) hasher.add(space).add_number(head.seq).add(head.hash);
  const sign::Hash hash = hasher.finish();
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | hash.bytes[i];
  std::string code;
  for (int i = 0; i < kGroups * kGroupSize; ++i) {
    if (i > 0 && i % kGroupSize == 0) code += '-';
    code += kAlphabet[bits >> 59];
    bits <<= 5;
  }
  return code;
}

bool same_code(std::string_view a, std::string_view b) {
  const std::string left = plain(a);
  return left.size() == kGroups * kGroupSize && left == plain(b);
}

}  // namespace samla::chain
