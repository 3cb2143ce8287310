// A member with real keys who signs what is not so: places that are not there or not of that field, times far
// off, tags and kinds of others' records, values of the wrong shape or of none, lists as long as they may be.
// Each lie is canonical and rightly signed, so it gets as far as the bytes can carry it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "core/change/changeset.h"
#include "core/seal/value.h"

namespace samla::sim {

/// What a liar has to work with.
struct LiarsView {
  change::Header header;  ///< of its next changeset, as it honestly would be
  const seal::SpaceKey* key = nullptr;
  const seal::TagKey* tag_key = nullptr;
  const sign::SigningKey* sign = nullptr;
  std::vector<RecordId> records;
  std::vector<change::WriteRef> writes;  ///< others' places, of whatever record
  bool names_what_is_not_there = false;  ///< also places that nobody has written to
  HybridTime now;
};

struct Lie {
  change::Changeset changeset;
  std::set<RecordId> records;  ///< that it speaks of
};
Lie make_lie(const LiarsView& view, SeededRandom& random);

}  // namespace samla::sim
