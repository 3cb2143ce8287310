// The ids of Samla: random 16-byte strings, told apart by type. A record's id begins with its time.
#pragma once

#include "core/base/bytes.h"

namespace samla {

using OrganisationId = FixedBytes<16, struct OrganisationIdTag>;
using UserId = FixedBytes<16, struct UserIdTag>;
/// One installation with keys of its own. Its store writes as the `WriterId` of the store instance.
using DeviceId = FixedBytes<16, struct DeviceIdTag>;
/// A device's store instance: whoever has it signs one chain of changesets a space.
using WriterId = FixedBytes<16, struct WriterIdTag>;
using SpaceId = FixedBytes<16, struct SpaceIdTag>;
using RecordId = FixedBytes<16, struct RecordIdTag>;
using InviteId = FixedBytes<16, struct InviteIdTag>;
/// One life of a server's storage: a restored or emptied server takes a new one.
using Incarnation = FixedBytes<16, struct IncarnationTag>;
/// Keyed 64-bit name of a field within a record (security.md, sync.md); zero is the life field.
using FieldTag = FixedBytes<8, struct FieldTagTag>;

}  // namespace samla
