// A server's new life: its storage lacks what devices have seen, since it comes from a backup or is empty.
// Who connects learns by the incarnation that it is another one, and brings back what it holds. Threads: the
// storage's.
#pragma once

#include "core/base/random.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

/// Within a transaction: the life's name, and that nobody has said yet how far the chains had come.
Result<Incarnation> renew(StorageTransaction& transaction, Random& random, std::uint64_t now_ms);

/// Of storage as an earlier moment has left it. How far the chains had come by now nobody here can know: a
/// device of an administrator says so.
Result<void> begin_new_life(Storage& storage, Random& random, std::uint64_t now_ms);
/// Of empty storage: the devices of `organisation` fill it.
Result<void> begin_emptied(Storage& storage, const OrganisationId& organisation, Random& random,
                           std::uint64_t now_ms);

}  // namespace samla::server
