// A changeset on its way in. Within the way in alone.
#pragma once

#include "core/replica/inbound.h"
#include "core/session/validity.h"

namespace samla::replica {

struct Inbound::Arrived {
  change::Changeset changeset;
  Hash hash;
  Bytes bytes;  ///< as they came; empty for one that is here already
  bool own = false;
  std::uint64_t server_seq = 0;
  change::Validity validity = change::Validity::kValid;
  session::NamedHeads heads;
};

}  // namespace samla::replica
