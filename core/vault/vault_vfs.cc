// The VFS: which files there may be, and which VFS calls reach the one beneath.
// Threads: SQLite may open and close files of different connections at once; `open_files` has a lock.
#include <sodium.h>
#include "core/vault/vault.h"

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>
#include <string_view>

#include "core/vault/main_file.h"
#include "core/vault/memory_journal.h"
#include "core/vault/wal_file.h"

namespace samla::vault {

struct VaultVfs::State {
  State(const StoreKey& key, Random& random) : sealer(key, random) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (registered) sqlite3_vfs_unregister(&vfs);
  }

  std::string name;
  PageSealer sealer;
  sqlite3_vfs* base = nullptr;
  sqlite3_vfs vfs{};
  bool registered = false;
};

namespace {

constexpr std::string_view kWalSuffix = "-wal";
constexpr std::string_view kJournalSuffix = "-journal";
constexpr int kKindMask = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_TRANSIENT_DB |
                          SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_TEMP_JOURNAL | SQLITE_OPEN_SUBJOURNAL |
                          SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;

// The databases that are open through any vault, by VFS and path: a WAL may be deleted only for one
// that is open and has proved its id.
struct OpenFiles {
  std::mutex mutex;
  std::multimap<std::pair<const sqlite3_vfs*, std::string>, const MainFile*> files;
};

OpenFiles& open_files() {
  static OpenFiles instance;
  return instance;
}

VaultVfs::State& self(sqlite3_vfs* vfs) { return *static_cast<VaultVfs::State*>(vfs->pAppData); }

int open_main(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* flags_out) {
  VaultVfs::State& state = self(vfs);
  auto file = std::make_unique<MainFile>(state.sealer, [](const MainFile& closing) {
    const std::lock_guard lock(open_files().mutex);
    std::erase_if(open_files().files, [&](const auto& entry) { return entry.second == &closing; });
  });
  const int code = file->open(state.base, name, flags, flags_out);
  if (code != SQLITE_OK) return code;
  if (file->is_empty()) {
    // Without leave to make a database, one of no bytes is one that was truncated. And SQLite would
    // delete the log of a database of no bytes: one is never legitimately there.
    int there = (flags & SQLITE_OPEN_CREATE) == 0 ? 1 : 0;
    const std::string wal = std::string(name) + std::string(kWalSuffix);
    int looked = SQLITE_OK;
    if (there == 0) looked = state.base->xAccess(state.base, wal.c_str(), SQLITE_ACCESS_EXISTS, &there);
    if (looked != SQLITE_OK || there != 0) {
      file->close();
      return looked != SQLITE_OK ? looked : SQLITE_CORRUPT;
    }
  }
  {
    const std::lock_guard lock(open_files().mutex);
    open_files().files.emplace(std::pair<const sqlite3_vfs*, std::string>(vfs, name), file.get());
  }
  attach(out, std::move(file));
  return SQLITE_OK;
}

// The database of a WAL or journal that SQLite opens; null if it is not ours.
MainFile* database_of(const char* name) {
  return dynamic_cast<MainFile*>(vault_file(sqlite3_database_file_object(name)));
}

int vfs_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* flags_out) {
  out->pMethods = nullptr;
  if (name == nullptr) return SQLITE_CANTOPEN;  // a temporary file: those live in memory
  switch (flags & kKindMask) {
    case SQLITE_OPEN_MAIN_DB:
      return open_main(vfs, name, out, flags, flags_out);
    case SQLITE_OPEN_WAL: {
      MainFile* const main = database_of(name);
      if (main == nullptr) return SQLITE_CANTOPEN;
      auto file = std::make_unique<WalFile>(*main);
      const int code = file->open(self(vfs).base, name, flags, flags_out);
      if (code == SQLITE_OK) attach(out, std::move(file));
      return code;
    }
    case SQLITE_OPEN_MAIN_JOURNAL: {
      MainFile* const main = database_of(name);
      if (main == nullptr || !main->is_empty()) return SQLITE_CANTOPEN;
      attach(out, std::make_unique<MemoryJournal>());
      if (flags_out != nullptr) *flags_out = flags;
      return SQLITE_OK;
    }
    default:
      return SQLITE_CANTOPEN;
  }
}

int vfs_delete(sqlite3_vfs* vfs, const char* name, int sync_folder) {
  const std::string_view path(name);
  if (path.ends_with(kJournalSuffix)) return SQLITE_OK;  // there was none on disk; a planted one stays
  if (!path.ends_with(kWalSuffix)) return SQLITE_IOERR_DELETE;
  const std::string database(path.substr(0, path.size() - kWalSuffix.size()));
  {
    // Never the log of a database that our key did not open: it could not be read, and may hold work.
    const std::lock_guard lock(open_files().mutex);
    const auto [from, to] = open_files().files.equal_range({vfs, database});
    if (from == to) return SQLITE_IOERR_DELETE;
    for (auto entry = from; entry != to; ++entry) {
      if (!entry->second->has_id() || entry->second->poisoned()) return SQLITE_IOERR_DELETE;
    }
  }
  return self(vfs).base->xDelete(self(vfs).base, name, sync_folder);
}

int vfs_access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
  if (std::string_view(name).ends_with(kJournalSuffix)) {
    *out = 0;
    return SQLITE_OK;
  }
  return self(vfs).base->xAccess(self(vfs).base, name, flags, out);
}

int vfs_full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
  return self(vfs).base->xFullPathname(self(vfs).base, name, size, out);
}
int vfs_randomness(sqlite3_vfs* vfs, int size, char* out) {
  return self(vfs).base->xRandomness(self(vfs).base, size, out);
}
int vfs_sleep(sqlite3_vfs* vfs, int microseconds) {
  return self(vfs).base->xSleep(self(vfs).base, microseconds);
}
int vfs_time(sqlite3_vfs* vfs, double* out) { return self(vfs).base->xCurrentTime(self(vfs).base, out); }
int vfs_last_error(sqlite3_vfs* vfs, int size, char* out) {
  return self(vfs).base->xGetLastError(self(vfs).base, size, out);
}

std::string fresh_name() {
  static std::atomic<std::uint64_t> counter{0};
  return "samla-vault-" + std::to_string(++counter);
}

}  // namespace

VaultVfs::VaultVfs(std::unique_ptr<State> state) : state_(std::move(state)) {}
VaultVfs::~VaultVfs() = default;
VaultVfs::VaultVfs(VaultVfs&&) noexcept = default;
VaultVfs& VaultVfs::operator=(VaultVfs&&) noexcept = default;
const std::string& VaultVfs::name() const { return state_->name; }

Result<VaultVfs> VaultVfs::create(const StoreKey& key, Random& random, const std::string& base_vfs) {
  SAMLA_ASSERT(sodium_init() >= 0);
  if (sqlite3_initialize() != SQLITE_OK) return fail(ErrorCode::internal, "vault.register");
  sqlite3_vfs* const base = sqlite3_vfs_find(base_vfs.c_str());
  if (base == nullptr) return fail(ErrorCode::unsupported, "vault.register");
  auto state = std::make_unique<State>(key, random);
  state->name = fresh_name();
  state->base = base;
  state->vfs.iVersion = 1;
  state->vfs.szOsFile = sizeof(SqliteFile);
  state->vfs.mxPathname = base->mxPathname;
  state->vfs.zName = state->name.c_str();
  state->vfs.pAppData = state.get();
  state->vfs.xOpen = vfs_open;
  state->vfs.xDelete = vfs_delete;
  state->vfs.xAccess = vfs_access;
  state->vfs.xFullPathname = vfs_full_path;
  state->vfs.xRandomness = vfs_randomness;
  state->vfs.xSleep = vfs_sleep;
  state->vfs.xCurrentTime = vfs_time;
  state->vfs.xGetLastError = vfs_last_error;
  if (sqlite3_vfs_register(&state->vfs, 0) != SQLITE_OK) return fail(ErrorCode::internal, "vault.register");
  state->registered = true;
  return VaultVfs(std::move(state));
}

}  // namespace samla::vault
