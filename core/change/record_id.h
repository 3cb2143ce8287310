// Record ids, which are bound to their space: the last bytes follow from the space and the first ones, so a
// member of two spaces can give no record of the one the id of a record of the other.
// docs/decisions/ids-of-one-space.md. Pure.
#pragma once

#include "core/base/id.h"
#include "core/base/random.h"

namespace samla::change {

/// What distinguishes a space's ids from each other.
using RecordIdHead = FixedBytes<12, struct RecordIdHeadTag>;

RecordId record_id(const SpaceId& space, const RecordIdHead& head);
/// A new one: begins with the time in seconds, so that an index by id grows at its end.
RecordId make_record_id(Random& random, const SpaceId& space, std::uint64_t now_ms);
/// Whether the id was made for that space.
bool is_of_space(const RecordId& id, const SpaceId& space);

}  // namespace samla::change
