// The slot file: two copies of one slot. A copy is 160 bytes: what is needed to derive the passphrase's
// key, the store key sealed under it, and a hash that tells damage from a wrong passphrase.
#include "core/vault/key_slots.h"

#include <sodium.h>

#include <optional>

#include "core/base/codec.h"
#include "core/vault/atomic_file.h"

namespace samla::vault {
namespace {

constexpr std::string_view kMagic = "samlakey";
constexpr std::uint32_t kKindPassphrase = 1;  // persisted: do not renumber
constexpr std::size_t kSealedKeyBytes = StoreKey::kSize + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeaderBytes = 8 + 4 + 4 + 8 + 8 + 8 + crypto_pwhash_SALTBYTES;
constexpr std::size_t kCopyBytes = 160;
constexpr std::uint64_t kOpsMax = 16;
constexpr std::uint64_t kMemoryMax = std::uint64_t{256} << 20;

using Salt = FixedBytes<crypto_pwhash_SALTBYTES, struct SaltTag>;
using Nonce = FixedBytes<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, struct NonceTag>;
using SealedKey = FixedBytes<kSealedKeyBytes, struct SealedKeyTag>;
using Checksum = FixedBytes<32, struct ChecksumTag>;
static_assert(kHeaderBytes + Nonce::kSize + kSealedKeyBytes + Checksum::kSize == kCopyBytes);

struct Slot {
  std::uint64_t generation = 0;  // how often the file was written; the greater of two copies is newer
  KdfCost cost;
  Salt salt;
  Nonce nonce;
  SealedKey sealed_key;
};

struct Slots {
  std::optional<Slot> copies[2];  // absent: damaged
  bool newer_version = false;
};

bool is_allowed(const KdfCost& cost) {
  return cost.ops >= crypto_pwhash_argon2id_OPSLIMIT_MIN && cost.ops <= kOpsMax &&
         cost.memory_bytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN && cost.memory_bytes <= kMemoryMax;
}

Checksum checksum_of(ByteView bytes) {
  Checksum out;
  crypto_generichash(out.bytes.data(), Checksum::kSize, bytes.data(), bytes.size(), nullptr, 0);
  return out;
}

// What the sealed key is bound to.
Bytes header_of(const Slot& slot) {
  Writer writer;
  writer.raw(as_bytes(kMagic));
  writer.u32(kKeySlotsVersion);
  writer.u32(kKindPassphrase);
  writer.u64(slot.generation);
  writer.u64(slot.cost.ops);
  writer.u64(slot.cost.memory_bytes);
  writer.fixed(slot.salt);
  return writer.take();
}

Bytes encode(const Slot& slot) {
  Writer writer;
  writer.raw(header_of(slot));
  writer.fixed(slot.nonce);
  writer.fixed(slot.sealed_key);
  writer.fixed(checksum_of(writer.bytes()));
  return writer.take();
}

std::optional<Slot> decode(ByteView copy, bool& newer_version) {
  if (copy.size() < kCopyBytes) return {};
  Reader reader(copy.first(kCopyBytes));
  const ByteView magic = reader.raw(kMagic.size());
  const std::uint32_t version = reader.u32();
  const std::uint32_t kind = reader.u32();
  Slot slot;
  slot.generation = reader.u64();
  slot.cost.ops = reader.u64();
  slot.cost.memory_bytes = reader.u64();
  slot.salt = reader.fixed<Salt>();
  slot.nonce = reader.fixed<Nonce>();
  slot.sealed_key = reader.fixed<SealedKey>();
  const auto checksum = reader.fixed<Checksum>();
  if (!reader.finish("vault.slots").ok() || !equal(magic, as_bytes(kMagic))) return {};
  if (checksum != checksum_of(copy.first(kCopyBytes - Checksum::kSize))) return {};
  if (version != kKeySlotsVersion || kind != kKindPassphrase) {
    newer_version = true;
    return {};
  }
  // Whoever wrote the hash anew may have asked for all memory of the machine.
  if (!is_allowed(slot.cost)) return {};
  return slot;
}

Slots decode_all(ByteView bytes) {
  Slots slots;
  slots.copies[0] = decode(bytes, slots.newer_version);
  if (bytes.size() > kCopyBytes) slots.copies[1] = decode(bytes.subspan(kCopyBytes), slots.newer_version);
  auto& [first, second] = slots.copies;
  if (first && second && second->generation > first->generation) std::swap(first, second);
  return slots;
}

Result<Secret<32>> derive(std::string_view passphrase, const Salt& salt, const KdfCost& cost) {
  SAMLA_ASSERT(sodium_init() >= 0);
  Secret<32> key;
  const int bad = crypto_pwhash(key.writable().data(), Secret<32>::kSize, passphrase.data(),
                                passphrase.size(), salt.bytes.data(), cost.ops,
                                static_cast<std::size_t>(cost.memory_bytes), crypto_pwhash_ALG_ARGON2ID13);
  if (bad != 0) return fail(ErrorCode::internal, "vault.derive", "not enough memory");
  return key;
}

std::optional<StoreKey> open_slot(const Slot& slot, const Secret<32>& passphrase_key) {
  StoreKey key;
  const Bytes header = header_of(slot);
  const int bad = crypto_aead_xchacha20poly1305_ietf_decrypt(
      key.writable().data(), nullptr, nullptr, slot.sealed_key.bytes.data(), kSealedKeyBytes, header.data(),
      header.size(), slot.nonce.bytes.data(), passphrase_key.view().data());
  if (bad != 0) return {};
  return key;
}

Result<Bytes> seal_file(const StoreKey& key, std::string_view passphrase, std::uint64_t generation,
                        Random& random, const KdfCost& cost) {
  if (passphrase.empty() || !is_allowed(cost)) return fail(ErrorCode::invalid_argument, "vault.seal_slots");
  Slot slot;
  slot.generation = generation;
  slot.cost = cost;
  slot.salt = random.fixed<Salt>();
  SAMLA_ASSIGN(const Secret<32> passphrase_key, derive(passphrase, slot.salt, cost));
  const Bytes header = header_of(slot);
  Bytes file;
  for (int copy = 0; copy < 2; ++copy) {
    slot.nonce = random.fixed<Nonce>();
    crypto_aead_xchacha20poly1305_ietf_encrypt(slot.sealed_key.bytes.data(), nullptr, key.view().data(),
                                               StoreKey::kSize, header.data(), header.size(), nullptr,
                                               slot.nonce.bytes.data(), passphrase_key.view().data());
    append(file, encode(slot));
  }
  return file;
}

struct Opened {
  StoreKey key;
  std::uint64_t generation;
};

Result<Opened> open_copies(ByteView bytes, std::string_view passphrase) {
  const Slots slots = decode_all(bytes);
  const Slot* derived_for = nullptr;
  Secret<32> passphrase_key;
  for (const auto& slot : slots.copies) {
    if (!slot) continue;
    const bool same_key = derived_for != nullptr && derived_for->salt == slot->salt &&
                          derived_for->cost.ops == slot->cost.ops &&
                          derived_for->cost.memory_bytes == slot->cost.memory_bytes;
    if (!same_key) {
      SAMLA_ASSIGN(passphrase_key, derive(passphrase, slot->salt, slot->cost));
      derived_for = &*slot;
    }
    if (auto key = open_slot(*slot, passphrase_key)) return Opened{std::move(*key), slot->generation};
  }
  if (derived_for != nullptr) return fail(ErrorCode::wrong_passphrase, "vault.unlock");
  if (slots.newer_version) return fail(ErrorCode::version_unknown, "vault.unlock");
  return fail(ErrorCode::store_corrupt, "vault.unlock", "the key file is damaged");
}

}  // namespace

Result<StoreKey> create_key_slots(const std::filesystem::path& slot_file, std::string_view passphrase,
                                  Random& random, const KdfCost& cost) {
  std::error_code ignored;
  if (std::filesystem::exists(slot_file, ignored))
    return fail(ErrorCode::already_exists, "vault.create_slots");
  StoreKey key;
  random.fill(key.writable());
  SAMLA_ASSIGN(const Bytes file, seal_file(key, passphrase, 1, random, cost));
  SAMLA_TRY(replace_file(slot_file, file));
  return key;
}

Result<StoreKey> open_key_slots(ByteView bytes, std::string_view passphrase) {
  SAMLA_ASSIGN(Opened opened, open_copies(bytes, passphrase));
  return std::move(opened.key);
}

Result<StoreKey> unlock(const std::filesystem::path& slot_file, std::string_view passphrase) {
  SAMLA_ASSIGN(const Bytes bytes, read_file(slot_file, 2 * kCopyBytes));
  return open_key_slots(bytes, passphrase);
}

Result<void> change_passphrase(const std::filesystem::path& slot_file, std::string_view old_passphrase,
                               std::string_view new_passphrase, Random& random, const KdfCost& cost) {
  SAMLA_ASSIGN(const Bytes bytes, read_file(slot_file, 2 * kCopyBytes));
  SAMLA_ASSIGN(const Opened opened, open_copies(bytes, old_passphrase));
  SAMLA_ASSIGN(const Bytes file, seal_file(opened.key, new_passphrase, opened.generation + 1, random, cost));
  return replace_file(slot_file, file);
}

}  // namespace samla::vault
