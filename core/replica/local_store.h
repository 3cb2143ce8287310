// Everything of one opened profile that the replica's parts share: the folder, the vault, the tables, the
// keys and the chains. Two files: `keys` (key slots) and `store.db` (the vault).
// Invariant: what is in memory here is what the store holds as of its last commit.
// Thread: the replica's.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/hybrid_clock.h"
#include "core/base/random.h"
#include "core/custody/device_keys.h"
#include "core/custody/recovery.h"
#include "core/replica/account.h"
#include "core/replica/membership.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/transaction.h"
#include "core/store/store.h"
#include "core/vault/vault.h"
#include "core/view/records.h"

namespace samla::replica {

struct OpenOptions;

/// An open database for a store, and what it stands on.
struct Database {
  std::optional<vault::StoreKey> key;    ///< the vault's; absent: it is not in one
  std::unique_ptr<vault::VaultVfs> vfs;  ///< outlives the connection; null: it is not in a vault
  std::unique_ptr<sqlite::Connection> connection;
};

class LocalStore {
 public:
  /// Makes the folder (which must not be there, or be empty) with a new store.
  static Result<std::unique_ptr<LocalStore>> create(const OpenOptions& options, Account account,
                                                    custody::DeviceKeys keys,
                                                    std::optional<Secret<32>> invite_secret,
                                                    std::optional<Secret<32>> pairing_secret = {});
  /// store_missing, store_busy, wrong_passphrase, store_corrupt.
  static Result<std::unique_ptr<LocalStore>> open(const OpenOptions& options);
  /// As open, of a store whose key is at hand: spares the passphrase's derivation, 64 MiB and 90 ms of it.
  static Result<std::unique_ptr<LocalStore>> open(const OpenOptions& options, vault::StoreKey key);

  /// The first and the second over a database that is open already; of the options only clock, random, search
  /// fields and durability count.
  static Result<std::unique_ptr<LocalStore>> create(const OpenOptions& options, Database database,
                                                    Account account, custody::DeviceKeys keys,
                                                    std::optional<Secret<32>> invite_secret,
                                                    std::optional<Secret<32>> pairing_secret = {});
  static Result<std::unique_ptr<LocalStore>> open(const OpenOptions& options, Database database);

  /// Under which name this store writes: the device's first, or the one that it took later.
  WriterId writer() const { return instance.value_or(chain::writer_of_device(keys.device_id())); }
  /// What it commits, and every edit before it, survives a loss of power.
  Result<sqlite::Transaction> begin() { return begin_synced(true); }
  /// Of an edit: as OpenOptions::edits_survive_power_loss says.
  Result<sqlite::Transaction> begin_edit() { return begin_synced(edits_survive_power_loss_); }
  /// What the chains say, where opening the store would be slow without. An error leaves things as they were.
  Result<void> keep_chain_states();
  /// Within a transaction: the hybrid clock's last time, so that it never goes back. An edit need not: its
  /// times stand in the outbox until it is frozen.
  Result<void> save_clock();
  /// Within a transaction.
  Result<void> save_account();
  /// Within a transaction; set `instance` once it has committed.
  Result<void> save_instance(const WriterId& writer);

  const Clock& clock;
  Random& random;
  Account account;
  custody::DeviceKeys keys;
  std::optional<Secret<32>> invite_secret;
  /// Of the code by which this device joined; stays, as an invite's does.
  std::optional<Secret<32>> pairing_secret;
  /// While this device joins by recovery words. Never stored: they go back to their paper.
  std::optional<custody::PaperKeys> paper;
  /// Absent: the store was never copied or set back (store_instance.h).
  std::optional<WriterId> instance;
  /// An escrow's own pair, while its use is under way. Never stored: both holders are needed each time.
  struct OpenEscrow {
    chain::EscrowId id;
    seal::KeyPair pair;
  };
  std::optional<OpenEscrow> escrow;
  HybridClock time;
  std::unique_ptr<store::Store> tables;
  std::unique_ptr<view::Records> records;
  std::unique_ptr<Membership> membership;

  sqlite::Connection& connection() { return *connection_; }
  /// The vault's key, once: for whoever closes this store to open it again.
  std::optional<vault::StoreKey> take_key() { return std::exchange(key_, std::nullopt); }

 private:
  LocalStore(const OpenOptions& options, Database database, Account account, custody::DeviceKeys keys);
  static Result<Database> open_database(const OpenOptions& options, vault::StoreKey key, bool create);
  Result<void> attach(const OpenOptions& options);
  Result<void> load_clock();
  Result<sqlite::Transaction> begin_synced(bool synced);

  std::optional<vault::StoreKey> key_;
  bool edits_survive_power_loss_;
  bool synced_ = true;                    // whether a commit waits for the disk now
  std::unique_ptr<vault::VaultVfs> vfs_;  // outlives the connection
  std::unique_ptr<sqlite::Connection> connection_;
};

/// The system's where the options name none.
const Clock& clock_of(const OpenOptions& options);
Random& random_of(const OpenOptions& options);

/// Whether there is a store in `directory`.
bool store_exists(const std::filesystem::path& directory);
std::filesystem::path slots_file(const std::filesystem::path& directory);

}  // namespace samla::replica
