// The slot file: two slots of 160 bytes. A slot is what is needed to derive the passphrase's key, a store
// key sealed under it, and a hash that tells damage from a wrong passphrase.
#include "core/vault/key_slots.h"

#include <sodium.h>

#include <optional>

#include "core/base/codec.h"
#include "core/vault/page_sealer.h"

namespace samla::vault {
namespace {

constexpr std::string_view kMagic = "samlakey";
constexpr std::uint32_t kKindPassphrase = 1;  // persisted: do not renumber
constexpr std::size_t kSealedKeyBytes = StoreKey::kSize + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kHeaderBytes = 8 + 4 + 4 + 8 + 8 + 8 + crypto_pwhash_SALTBYTES;
constexpr std::size_t kSlotBytes = 160;
constexpr std::uint64_t kOpsMax = 16;
constexpr std::uint64_t kMemoryMax = std::uint64_t{256} << 20;

using Salt = FixedBytes<crypto_pwhash_SALTBYTES, struct SaltTag>;
using Nonce = FixedBytes<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, struct NonceTag>;
using SealedKey = FixedBytes<kSealedKeyBytes, struct SealedKeyTag>;
using Checksum = FixedBytes<32, struct ChecksumTag>;
static_assert(kHeaderBytes + Nonce::kSize + kSealedKeyBytes + Checksum::kSize == kSlotBytes);

struct Slot {
  std::uint64_t generation = 0;  // the greater of two is newer; equal: one key, twice
  KdfCost cost;
  Salt salt;
  Nonce nonce;
  SealedKey sealed_key;
};

struct Slots {
  std::optional<Slot> each[2];  // newer first; absent: damaged
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
  if (copy.size() < kSlotBytes) return {};
  Reader reader(copy.first(kSlotBytes));
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
  if (checksum != checksum_of(copy.first(kSlotBytes - Checksum::kSize))) return {};
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
  slots.each[0] = decode(bytes, slots.newer_version);
  if (bytes.size() > kSlotBytes) slots.each[1] = decode(bytes.subspan(kSlotBytes), slots.newer_version);
  auto& [first, second] = slots.each;
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

// Newer first. Two with one generation are one key.
struct Opened {
  StoreKey key;
  std::optional<StoreKey> old_key;
  std::uint64_t generation = 0;
};

// One run of Argon2id for the file: both slots have one salt, and each a nonce of its own.
Result<Bytes> seal_file(const Opened& keys, std::string_view passphrase, Random& random,
                        const KdfCost& cost) {
  if (passphrase.empty() || !is_allowed(cost)) return fail(ErrorCode::invalid_argument, "vault.seal_slots");
  Slot slot;
  slot.cost = cost;
  slot.salt = random.fixed<Salt>();
  SAMLA_ASSIGN(const Secret<32> passphrase_key, derive(passphrase, slot.salt, cost));
  Bytes file;
  for (const bool second : {false, true}) {
    const bool is_old = second && keys.old_key.has_value();
    slot.generation = keys.generation - (is_old ? 1 : 0);
    slot.nonce = random.fixed<Nonce>();
    const StoreKey& key = is_old ? *keys.old_key : keys.key;
    const Bytes header = header_of(slot);
    crypto_aead_xchacha20poly1305_ietf_encrypt(slot.sealed_key.bytes.data(), nullptr, key.view().data(),
                                               StoreKey::kSize, header.data(), header.size(), nullptr,
                                               slot.nonce.bytes.data(), passphrase_key.view().data());
    append(file, encode(slot));
  }
  return file;
}

Result<Opened> open_file(ByteView bytes, std::string_view passphrase) {
  const Slots slots = decode_all(bytes);
  std::optional<Opened> opened;
  const Slot* derived_for = nullptr;
  Secret<32> passphrase_key;
  for (const auto& slot : slots.each) {
    if (!slot || (opened && opened->generation == slot->generation)) continue;
    const bool same_key = derived_for != nullptr && derived_for->salt == slot->salt &&
                          derived_for->cost.ops == slot->cost.ops &&
                          derived_for->cost.memory_bytes == slot->cost.memory_bytes;
    if (!same_key) {
      SAMLA_ASSIGN(passphrase_key, derive(passphrase, slot->salt, slot->cost));
      derived_for = &*slot;
    }
    auto key = open_slot(*slot, passphrase_key);
    if (!key) continue;
    if (opened) {
      opened->old_key = std::move(key);
    } else {
      opened.emplace(Opened{std::move(*key), {}, slot->generation});
    }
  }
  if (opened) return std::move(*opened);
  // A newer version's slot may be the one that the passphrase is for.
  if (slots.newer_version) return fail(ErrorCode::version_unknown, "vault.unlock");
  if (derived_for != nullptr) return fail(ErrorCode::wrong_passphrase, "vault.unlock");
  return fail(ErrorCode::store_corrupt, "vault.unlock", "the key file is damaged");
}

// Whether page 1 of the database, or a frame of it in the log, was sealed under `key`.
bool opens_database(const StoreKey& key, const std::filesystem::path& database, FileSystem& files) {
  constexpr std::size_t kWalBytesMax = std::size_t{64} << 20;
  SystemRandom unused;
  const PageSealer sealer(key, unused);
  std::array<std::uint8_t, kFrameBytes> plain;
  const auto page = files.read(database, kPageBytes);
  bool opens = false;
  if (page.ok() && page->size() == kPageBytes) {
    const auto id = DatabaseId::from(ByteView(*page).first(DatabaseId::kSize));
    opens = sealer.open_page(1, id, PageView(*page), PageSpan(plain.data(), kPageBytes));
  }
  const auto log = files.read(database.string() + "-wal", kWalBytesMax);
  for (std::size_t from = kWalHeaderBytes; !opens && log.ok() && from + kFrameBytes <= log->size();
       from += kFrameBytes) {
    const auto frame = ByteView(*log).subspan(from).first<kFrameBytes>();
    const auto id = DatabaseId::from(frame.subspan(kFrameHeaderBytes, DatabaseId::kSize));
    opens = frame_page_number(frame) == 1 && sealer.open_frame(id, frame, plain);
  }
  wipe(plain);
  return opens;
}

Result<Opened> read_slots(const std::filesystem::path& slot_file, std::string_view passphrase,
                          FileSystem& files) {
  SAMLA_ASSIGN(const Bytes bytes, files.read(slot_file, 2 * kSlotBytes));
  return open_file(bytes, passphrase);
}

}  // namespace

Result<StoreKey> create_key_slots(const std::filesystem::path& slot_file, std::string_view passphrase,
                                  Random& random, const KdfCost& cost, FileSystem& files) {
  if (files.exists(slot_file)) return fail(ErrorCode::already_exists, "vault.create_slots");
  Opened made;
  made.generation = 1;
  random.fill(made.key.writable());
  SAMLA_ASSIGN(const Bytes file, seal_file(made, passphrase, random, cost));
  SAMLA_TRY(replace_file(files, slot_file, file));
  return std::move(made.key);
}

Result<StoreKey> open_key_slots(ByteView bytes, std::string_view passphrase) {
  SAMLA_ASSIGN(Opened opened, open_file(bytes, passphrase));
  return std::move(opened.key);
}

Result<StoreKey> unlock(const std::filesystem::path& slot_file, std::string_view passphrase,
                        const std::filesystem::path& database, FileSystem& files) {
  SAMLA_ASSIGN(Opened opened, read_slots(slot_file, passphrase, files));
  const bool is_old = opened.old_key && !database.empty() && !opens_database(opened.key, database, files) &&
                      opens_database(*opened.old_key, database, files);
  return std::move(is_old ? *opened.old_key : opened.key);
}

Result<void> change_passphrase(const std::filesystem::path& slot_file, std::string_view old_passphrase,
                               std::string_view new_passphrase, Random& random, const KdfCost& cost,
                               FileSystem& files) {
  SAMLA_ASSIGN(Opened opened, read_slots(slot_file, old_passphrase, files));
  opened.generation += 2;
  SAMLA_ASSIGN(const Bytes file, seal_file(opened, new_passphrase, random, cost));
  return replace_file(files, slot_file, file);
}

Result<void> replace_keys(const std::filesystem::path& slot_file, std::string_view passphrase,
                          const StoreKey& key, const StoreKey* old_key, Random& random, const KdfCost& cost,
                          FileSystem& files) {
  SAMLA_ASSIGN(const Opened present, read_slots(slot_file, passphrase, files));
  Opened keys{key.duplicate(), {}, present.generation + 2};
  if (old_key != nullptr) keys.old_key = old_key->duplicate();
  SAMLA_ASSIGN(const Bytes file, seal_file(keys, passphrase, random, cost));
  return replace_file(files, slot_file, file);
}

}  // namespace samla::vault
