// Key slots: the file that holds the store key, sealed under a passphrase (docs/formats/key_slots.md).
// Invariants: the file holds the slot twice, each copy whole in itself; it is replaced as a whole or not
// at all; a wrong passphrase never looks like damage, nor damage like a wrong passphrase.
// Functions may run on any thread; one writer a file at a time. Passphrases are bytes, as given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/base/random.h"
#include "core/base/result.h"
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
                                  Random& random, const KdfCost& cost = {});
/// The store key. Errors: store_missing, wrong_passphrase, store_corrupt if both copies are damaged,
/// version_unknown, io.
Result<StoreKey> unlock(const std::filesystem::path& slot_file, std::string_view passphrase);
/// As unlock, from the file's bytes.
Result<StoreKey> open_key_slots(ByteView bytes, std::string_view passphrase);
/// Seals the same store key under `new_passphrase`; the old one opens this file no more. On failure
/// the file is as it was.
Result<void> change_passphrase(const std::filesystem::path& slot_file, std::string_view old_passphrase,
                               std::string_view new_passphrase, Random& random, const KdfCost& cost = {});

}  // namespace samla::vault
