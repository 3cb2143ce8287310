// What a space's chain knows of each thing that it names. Numbers are entry numbers of the chain.
#pragma once

#include "core/chain/bodies.h"

namespace samla::chain {

struct HeadFacts {
  sign::Hash hash;
  std::uint64_t identity_seq = 0;  ///< the identity chain's entry on which this one relied
};

struct EpochFacts {
  std::uint64_t at = 0;
  Epoch entry;  ///< without recipients, once there is a later epoch
};

/// A user's right from an entry on.
struct RightFacts {
  std::uint64_t at = 0;
  Right right = Right::kNone;
};

/// What is sealed to one recipient: since when, and the newest.
struct GrantFacts {
  RecipientKind kind = RecipientKind::kDevice;
  std::uint64_t since = 0;
  std::uint32_t epoch = 0;
  sign::Hash grant;
};

}  // namespace samla::chain
