// Erasures in the server's storage: ciphertexts go, hashes and places stay. Placed with the entry that asks
// for them, in one commit (group.h); replayed when a database is opened or restored, so that what another
// hand put back is gone before anybody is served. Thread: the storage's.
#pragma once

#include "core/chain/identity_state.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

/// Whether there was anything to drop. A changeset that is not here is none: it is cut when it comes.
Result<bool> erase_at(StorageReader& storage, StorageTransaction& transaction,
                      const chain::IdentityState& identity, const chain::ChangesetPlace& place);

/// All that `identity` says, in a transaction of its own. How many changesets lost something.
Result<std::uint64_t> replay_erasures(Storage& storage, const chain::IdentityState& identity);

}  // namespace samla::server
