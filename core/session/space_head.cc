#include "core/session/space_head.h"

#include "core/sign/hash.h"

namespace samla::session {

Hash running_head(const Hash& before, std::uint64_t seq, const Hash& changeset) {
  return sign::Hasher("samla/space/head/1").add(before).add_number(seq).add(changeset).finish();
}

}  // namespace samla::session
