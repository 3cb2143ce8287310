// Key slots: the file that holds the store key, sealed under a passphrase (docs/formats/key_slots.md).
// Invariants: the file has two slots, each whole in itself; both hold the store key or, while a rekey
// puts the new database in place, one holds the key before. It is replaced as a whole or not at all. A
// wrong passphrase never looks like damage, nor damage like a wrong passphrase.
// Functions may run on any thread; one writer a file at a time. Passphrases are bytes, as given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/vault/file_system.h"
#include "core/vault/store_key.h"

namespace samla::vault {

inline constexpr std::uint32_t kKeySlotsVersion = 1;  // docs/formats/key_slots.md

/// Argon2id's cost. Less than the default belongs into tests only.
struct KdfCost {
  std::uint64_t ops = 2;                                 ///< passes, 1 to 16
  std::uint64_t memory_bytes = std::uint64_t{64} << 20;  ///< 8 KiB to 256 MiB
};

/// Makes a new store key and the file for it. already_exists: the file is left alone.
Result<StoreKey> create_key_slots(const std::filesystem::path& slot_file, std::string_view passphrase,
                                  Random& random, const KdfCost& cost = {},
                                  FileSystem& files = posix_files());
/// The store key of `database`: after a cut rekey the file holds two, and the database says which is its
/// own. Without `database`, the newer.
/// Errors: store_missing, wrong_passphrase, store_corrupt if both slots are damaged, version_unknown, io.
Result<StoreKey> unlock(const std::filesystem::path& slot_file, std::string_view passphrase,
                        const std::filesystem::path& database = {}, FileSystem& files = posix_files());
/// The newer key, from the file's bytes.
Result<StoreKey> open_key_slots(ByteView bytes, std::string_view passphrase);
/// Seals the same keys under `new_passphrase`; the old one opens this file no more. On failure the file
/// is as it was, or already changed.
Result<void> change_passphrase(const std::filesystem::path& slot_file, std::string_view old_passphrase,
                               std::string_view new_passphrase, Random& random, const KdfCost& cost = {},
                               FileSystem& files = posix_files());
/// For rekey: both keys, the newer first; or, without `old_key`, the one key twice.
Result<void> replace_keys(const std::filesystem::path& slot_file, std::string_view passphrase,
                          const StoreKey& key, const StoreKey* old_key, Random& random, const KdfCost& cost,
                          FileSystem& files);

}  // namespace samla::vault
