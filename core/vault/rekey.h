// A new store key for a database: the answer to a key that may have leaked, where a new passphrase is
// not enough.
#pragma once

#include "core/vault/vault.h"

namespace samla::vault {

struct StorePaths {
  std::filesystem::path database;
  std::filesystem::path slots;
};

/// What is beneath the store; other than the machine's in tests.
struct Beneath {
  std::string base_vfs = "unix-excl";
  FileSystem& files = posix_files();
};

/// Copies the database under a new key and a new id (VACUUM INTO), verifies the copy, puts it in place of
/// the database and leaves the new key alone in the slots. The store must be closed. After a failure or a
/// crash the database is the old one or the new one, and unlock() with its path gives the key for it.
/// Needs free space of the database's size. Gives the new key.
/// Errors: as unlock and prepare_connection; store_corrupt if the database or its copy does not verify.
Result<StoreKey> rekey(const StorePaths& store, std::string_view passphrase, Random& random,
                       const KdfCost& cost = {}, const Beneath& beneath = {});

}  // namespace samla::vault
