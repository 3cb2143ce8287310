#include "core/replica/local_store.h"

#include <system_error>

#include "core/base/planted_bug.h"
#include "core/replica/replica.h"
#include "core/replica/store_instance.h"

namespace samla::replica {

namespace {

constexpr std::string_view kAccountKey = "account";
constexpr std::string_view kDeviceKeysKey = "device_keys";
constexpr std::string_view kInviteSecretKey = "invite_secret";
constexpr std::string_view kPairingSecretKey = "pairing_secret";
constexpr std::string_view kClockKey = "clock";
constexpr std::string_view kInstanceKey = "instance";
/// 16 MiB of log. An edit writes the same few pages again and again, and a checkpoint writes each once: the
/// longer the log, the less a page is written twice. What was not checkpointed is read again after a crash.
constexpr int kCheckpointPages = 4096;

std::filesystem::path database_file(const std::filesystem::path& directory) { return directory / "store.db"; }

Result<Bytes> required(const store::Meta& meta, std::string_view key) {
  SAMLA_ASSIGN(auto value, meta.get(key));
  if (!value) return fail(ErrorCode::store_corrupt, "store.open", "the store names no " + std::string(key));
  return std::move(*value);
}

/// Database and vault of a profile, before anything of ours is read.
Result<void> make_folder(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail(ErrorCode::io, "store.create", directory.string() + ": " + error.message());
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
  if (error) return fail(ErrorCode::io, "store.create", directory.string() + ": " + error.message());
  return {};
}

}  // namespace

const Clock& clock_of(const OpenOptions& options) {
  static const SystemClock system;
  return options.clock != nullptr ? *options.clock : system;
}

Random& random_of(const OpenOptions& options) {
  static SystemRandom system;
  return options.random != nullptr ? *options.random : system;
}

bool store_exists(const std::filesystem::path& directory) {
  std::error_code error;
  return std::filesystem::exists(slots_file(directory), error);
}

std::filesystem::path slots_file(const std::filesystem::path& directory) { return directory / "keys"; }

LocalStore::LocalStore(const OpenOptions& options, Database database, Account account_of_it,
                       custody::DeviceKeys keys_of_it)
    : clock(clock_of(options)),
      random(random_of(options)),
      account(std::move(account_of_it)),
      keys(std::move(keys_of_it)),
      time(clock),
      key_(std::move(database.key)),
      edits_survive_power_loss_(options.edits_survive_power_loss),
      vfs_(std::move(database.vfs)),
      connection_(std::move(database.connection)) {}

Result<Database> LocalStore::open_database(const OpenOptions& options, vault::StoreKey key, bool create) {
  Database out;
  SAMLA_ASSIGN(vault::VaultVfs vfs, vault::VaultVfs::create(key, random_of(options)));
  out.vfs = std::make_unique<vault::VaultVfs>(std::move(vfs));
  if (create) SAMLA_TRY(vault::create_database(database_file(options.directory), out.vfs->name()));
  sqlite::OpenFlags flags;
  flags.create = false;  // so that a database cut to nothing is not taken for a new one
  flags.auto_checkpoint_pages = kCheckpointPages;
  flags.prepare = vault::prepare_connection;
  SAMLA_ASSIGN(sqlite::Connection connection,
               sqlite::Connection::open(database_file(options.directory), out.vfs->name(), flags));
  out.connection = std::make_unique<sqlite::Connection>(std::move(connection));
  out.key = std::move(key);
  return out;
}

Result<std::unique_ptr<LocalStore>> LocalStore::create(const OpenOptions& options, Account account,
                                                       custody::DeviceKeys keys,
                                                       std::optional<Secret<32>> invite_secret,
                                                       std::optional<Secret<32>> pairing_secret) {
  if (store_exists(options.directory)) {
    return fail(ErrorCode::already_exists, "store.create",
                "there is a profile in " + options.directory.string());
  }
  SAMLA_TRY(make_folder(options.directory));
  SAMLA_ASSIGN(vault::StoreKey key, vault::create_key_slots(slots_file(options.directory), options.passphrase,
                                                            random_of(options)));
  SAMLA_ASSIGN(Database database, open_database(options, std::move(key), true));
  SAMLA_ASSIGN(auto local, create(options, std::move(database), std::move(account), std::move(keys),
                                  std::move(invite_secret), std::move(pairing_secret)));
  SAMLA_ASSIGN([[maybe_unused]] const bool marked, is_where_it_was(*local, options.directory));
  return local;
}

Result<std::unique_ptr<LocalStore>> LocalStore::create(const OpenOptions& options, Database database,
                                                       Account account, custody::DeviceKeys keys,
                                                       std::optional<Secret<32>> invite_secret,
                                                       std::optional<Secret<32>> pairing_secret) {
  std::unique_ptr<LocalStore> local(
      new LocalStore(options, std::move(database), std::move(account), std::move(keys)));
  local->invite_secret = std::move(invite_secret);
  local->pairing_secret = std::move(pairing_secret);
  SAMLA_TRY(local->attach(options));
  SAMLA_ASSIGN(auto transaction, local->begin());
  SAMLA_TRY(local->save_account());
  Bytes encoded = local->keys.encode();
  SAMLA_TRY(local->tables->meta.put(kDeviceKeysKey, encoded));
  wipe(encoded);
  if (local->invite_secret) {
    SAMLA_TRY(local->tables->meta.put(kInviteSecretKey, local->invite_secret->view()));
  }
  if (local->pairing_secret) {
    SAMLA_TRY(local->tables->meta.put(kPairingSecretKey, local->pairing_secret->view()));
  }
  SAMLA_TRY(local->membership->save_keys());
  SAMLA_TRY(local->save_clock());
  SAMLA_TRY(transaction.commit());
  return local;
}

Result<std::unique_ptr<LocalStore>> LocalStore::open(const OpenOptions& options) {
  if (!store_exists(options.directory)) {
    return fail(ErrorCode::store_missing, "store.open",
                "no profile in " + options.directory.string() + ": join with an invite first");
  }
  SAMLA_ASSIGN(vault::StoreKey key, vault::unlock(slots_file(options.directory), options.passphrase,
                                                  database_file(options.directory)));
  return open(options, std::move(key));
}

Result<std::unique_ptr<LocalStore>> LocalStore::open(const OpenOptions& options, vault::StoreKey key) {
  SAMLA_ASSIGN(Database database, open_database(options, std::move(key), false));
  SAMLA_ASSIGN(auto local, open(options, std::move(database)));
  SAMLA_ASSIGN(const bool same, is_where_it_was(*local, options.directory));
  if (!same) SAMLA_TRY(take_new_instance(*local, options.directory));
  return local;
}

Result<std::unique_ptr<LocalStore>> LocalStore::open(const OpenOptions& options, Database database) {
  const store::Meta meta(*database.connection);
  SAMLA_TRY(store::prepare_schema(*database.connection));
  SAMLA_ASSIGN(const Bytes account_bytes, required(meta, kAccountKey));
  SAMLA_ASSIGN(Account account, Account::decode(account_bytes));
  SAMLA_ASSIGN(Bytes key_bytes, required(meta, kDeviceKeysKey));
  SAMLA_ASSIGN(custody::DeviceKeys keys, custody::DeviceKeys::decode(key_bytes));
  wipe(key_bytes);
  std::unique_ptr<LocalStore> local(
      new LocalStore(options, std::move(database), std::move(account), std::move(keys)));
  SAMLA_TRY(local->attach(options));
  return local;
}

/// The tables, the records, the chains, and what of the store's own values is there already.
Result<void> LocalStore::attach(const OpenOptions& options) {
  SAMLA_ASSIGN(store::Store opened, store::Store::open(*connection_));
  tables = std::make_unique<store::Store>(std::move(opened));
  SAMLA_ASSIGN(view::Records opened_records, view::Records::open(*connection_, options.search_fields));
  records = std::make_unique<view::Records>(std::move(opened_records));
  membership = std::make_unique<Membership>(*tables, account.organisation);
  SAMLA_TRY(membership->load());
  SAMLA_TRY(load_clock());
  SAMLA_ASSIGN(const auto name, tables->meta.get(kInstanceKey));
  if (name && name->size() == WriterId::kSize) instance = WriterId::from(*name);
  SAMLA_ASSIGN(auto secret, tables->meta.get(kInviteSecretKey));
  if (secret && secret->size() == 32) {
    invite_secret = Secret<32>::from(*secret);
    wipe(*secret);
  }
  SAMLA_ASSIGN(auto pairing, tables->meta.get(kPairingSecretKey));
  if (pairing && pairing->size() == 32) {
    pairing_secret = Secret<32>::from(*pairing);
    wipe(*pairing);
  }
  (void)keep_chain_states();  // on a full disk it opens all the same
  return {};
}

Result<void> LocalStore::keep_chain_states() {
  if (!membership->has_unkept()) return {};
  SAMLA_ASSIGN(auto transaction, begin());
  SAMLA_TRY(membership->keep_states());
  return transaction.commit();
}

/// A commit that waits for the disk syncs the log whole: what was frozen follows the edits that it is of,
/// and nothing that has left for the server can be formed anew.
Result<sqlite::Transaction> LocalStore::begin_synced(bool synced) {
  if (SAMLA_PLANTED_BUG(edit_unsynced)) synced = false;
  if (synced != synced_) {
    SAMLA_TRY(connection_->execute(synced ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL"));
    synced_ = synced;
  }
  return sqlite::Transaction::begin(*connection_);
}

Result<void> LocalStore::load_clock() {
  SAMLA_ASSIGN(HybridTime last, tables->outbox.last_time());
  SAMLA_ASSIGN(const auto saved, tables->meta.get(kClockKey));
  if (saved) {
    Reader in(*saved);
    last = std::max(last, HybridTime{in.u64()});
    SAMLA_TRY(in.finish("store.clock"));
  }
  time = HybridClock(clock, last);
  return {};
}

Result<void> LocalStore::save_clock() {
  Writer out;
  out.u64(time.last().value);
  return tables->meta.put(kClockKey, out.bytes());
}

Result<void> LocalStore::save_instance(const WriterId& writer) {
  return tables->meta.put(kInstanceKey, writer.view());
}

Result<void> LocalStore::save_account() { return tables->meta.put(kAccountKey, account.encode()); }

}  // namespace samla::replica
