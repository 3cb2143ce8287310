// What an erasure takes from this store: ciphertexts, plaintexts and index rows of the writes that it
// names. Headers and hashes stay, so that chains of changesets verify as before. Thread: the replica's.
#pragma once

#include <set>
#include <span>

#include "core/replica/local_store.h"

namespace samla::replica {

/// After these entries of the identity chain have been taken; within the same transaction. The records
/// that are not as they were.
Result<std::set<RecordId>> apply_erasures(LocalStore& local, std::span<const Bytes> entries);

/// After that transaction: what the store's log still has of it goes too. Best effort: the next checkpoint
/// does the same.
void forget_log(LocalStore& local);

}  // namespace samla::replica
