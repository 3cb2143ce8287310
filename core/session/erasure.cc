#include "core/session/erasure.h"

namespace samla::session {

using chain::ChangesetPlace;
using chain::Erased;
using chain::IdentityState;

namespace {

ChangesetPlace place_of(const change::Header& header) { return {header.space, header.writer, header.seq}; }

}  // namespace

bool drop_erased(change::Changeset& changeset, const IdentityState& identity) {
  const ChangesetPlace place = place_of(changeset.header);
  if (!identity.erasures().contains(place)) return false;
  bool any = false;
  for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
    if (!std::holds_alternative<change::FullLeaf>(changeset.leaves[i])) continue;
    if (identity.erased(place, static_cast<std::uint32_t>(i)) != Erased::kYes) continue;
    changeset.drop_ciphertext(i);
    any = true;
  }
  return any;
}

bool complete_but_for_erased(const change::Changeset& changeset, const IdentityState& identity) {
  if (changeset.complete()) return true;
  const ChangesetPlace place = place_of(changeset.header);
  for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
    if (std::holds_alternative<change::FullLeaf>(changeset.leaves[i])) continue;
    if (std::holds_alternative<change::AbsentLeaf>(changeset.leaves[i])) return false;
    if (identity.erased(place, static_cast<std::uint32_t>(i)) == Erased::kNo) return false;
  }
  return true;
}

std::vector<ChangesetPlace> places_to_erase(std::span<const Bytes> entries, const IdentityState& identity) {
  std::vector<ChangesetPlace> out;
  for (const Bytes& bytes : entries) {
    const auto entry = chain::Entry::decode(bytes);
    if (!entry.ok()) continue;
    if (std::holds_alternative<chain::HoldRelease>(entry->body)) return erased_places(identity);
    const auto* erasure = std::get_if<chain::Erasure>(&entry->body);
    if (erasure == nullptr) continue;
    for (const chain::ErasedChangeset& each : erasure->changesets) {
      if (!identity.held(each.space)) out.push_back({each.space, each.writer, each.seq});
    }
  }
  return out;
}

std::vector<ChangesetPlace> erased_places(const IdentityState& identity) {
  std::vector<ChangesetPlace> out;
  for (const auto& [place, writes] : identity.erasures()) {
    if (!identity.held(place.space)) out.push_back(place);
  }
  return out;
}

}  // namespace samla::session
