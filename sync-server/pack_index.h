// What is kept of each record so that a heads pack costs what stands and not what was: which of its writes a
// newcomer needs (core/resolve/live_writes.h), and when it was touched last. Written with the heads
// (group.cc); made anew from the changesets where an older version wrote the database. Thread: the storage's.
#pragma once

#include <vector>

#include "core/resolve/live_writes.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

/// In storage until the index has been made.
inline constexpr std::string_view kUnindexedName = "unindexed";

/// One write into what is known of its record; in the order of the places.
void take_write(const change::WriteHeader& write, const change::WriteRef& ref, bool valid,
                resolve::RecordState& state, resolve::LiveWrites& live);

/// Does nothing where the index is there.
Result<void> index_records(Storage& storage, const std::vector<SpaceId>& spaces);

}  // namespace samla::server
