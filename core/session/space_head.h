// The running hash of a space's history, as the server chains it and every device follows it.
#pragma once

#include <cstdint>

#include "core/base/position.h"

namespace samla::session {

/// After `seq` changesets, the last with the hash `changeset`, on top of `before` (zero for the first).
Hash running_head(const Hash& before, std::uint64_t seq, const Hash& changeset);

}  // namespace samla::session
