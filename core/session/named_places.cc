#include "core/session/named_places.h"

#include <algorithm>

namespace samla::session {

std::map<WriterId, std::uint64_t> named_places(const change::Changeset& changeset) {
  std::map<WriterId, std::uint64_t> out;
  const auto name = [&out](const WriterId& writer, std::uint64_t seq) {
    std::uint64_t& furthest = out[writer];
    furthest = std::max(furthest, seq);
  };
  for (const change::Leaf& leaf : changeset.leaves) {
    const change::WriteHeader* write = change::header_of(leaf);
    if (write == nullptr) continue;
    for (const change::WriteRef& ref : write->prev) name(ref.writer, ref.seq);
    for (const change::SeenEntry& entry : write->seen) name(entry.writer, entry.seq);
  }
  return out;
}

}  // namespace samla::session
