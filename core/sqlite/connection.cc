// Opening, running and closing over sqlite3.
#include "core/sqlite/connection.h"

#include <sqlite3.h>

#include <limits>
#include <map>
#include <system_error>
#include <utility>

#include "core/sqlite/sqlite_error.h"
#include "core/sqlite/writer_claim.h"

namespace samla::sqlite {
namespace {

struct CacheEntry {
  Statement statement;
  bool in_use = false;
};

Result<void> run_sql(sqlite3* database, const std::string& sql) {
  const int code = sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return last_error(database, code, "sqlite.execute");
  return {};
}

// A reader may ask pragmas, and set none: `PRAGMA wal_checkpoint` is one that query_only lets through.
int allow_reader(void*, int action, const char* name, const char* value, const char*, const char*) {
  if (action != SQLITE_PRAGMA) return SQLITE_OK;
  const bool is_checkpoint = sqlite3_stricmp(name, "wal_checkpoint") == 0;
  return value != nullptr || is_checkpoint ? SQLITE_DENY : SQLITE_OK;
}

Result<void> set_up(sqlite3* database, const OpenFlags& flags) {
  sqlite3_extended_result_codes(database, 1);
  sqlite3_busy_timeout(database, flags.busy_timeout_ms);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  const bool reader = flags.role == Role::reader;
  if (reader) sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (flags.prepare) {
    SAMLA_TRY(flags.prepare(database));
  } else if (!reader) {
    SAMLA_TRY(run_sql(database, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL"));
  }
  SAMLA_TRY(run_sql(database, "PRAGMA cache_spill=OFF; PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF"));
  if (reader) {
    SAMLA_TRY(run_sql(database, "PRAGMA query_only=ON"));
    sqlite3_set_authorizer(database, allow_reader, nullptr);
  }
  sqlite3_wal_autocheckpoint(database, reader ? 0 : flags.auto_checkpoint_pages);
  return {};
}

}  // namespace

struct Connection::State {
  WriterClaim claim;  // given back after the connection has closed
  Role role = Role::writer;
  sqlite3* database = nullptr;
  std::map<std::string, std::unique_ptr<CacheEntry>, std::less<>> cache;

  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    cache.clear();
    sqlite3_close_v2(database);
  }
};

CachedStatement::CachedStatement(CachedStatement&& other) noexcept
    : own_(std::move(other.own_)),
      statement_(std::exchange(other.statement_, nullptr)),
      in_use_(std::exchange(other.in_use_, nullptr)) {}

CachedStatement& CachedStatement::operator=(CachedStatement&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  own_ = std::move(other.own_);
  statement_ = std::exchange(other.statement_, nullptr);
  in_use_ = std::exchange(other.in_use_, nullptr);
  return *this;
}

void CachedStatement::give_back() {
  if (in_use_ == nullptr) return;  // own_ is finalized instead
  statement_->reset();
  statement_->clear_bindings();
  *in_use_ = false;
}

Connection::Connection(std::unique_ptr<State> state) : state_(std::move(state)) {}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Result<Connection> Connection::open(const std::filesystem::path& path, const std::string& vfs_name,
                                    const OpenFlags& flags) {
  auto state = std::make_unique<State>();
  const bool create = flags.create && flags.role == Role::writer;
  std::error_code ignored;
  if (!create && !std::filesystem::exists(path, ignored)) {
    return fail(ErrorCode::store_missing, "sqlite.open");
  }
  state->role = flags.role;
  const bool in_memory = path == ":memory:";
  if (flags.role == Role::writer && !in_memory && !state->claim.take(path, vfs_name)) {
    return fail(ErrorCode::store_busy, "sqlite.open");
  }
  // A reader of a WAL database writes its lock file, so it too opens for writing; query_only holds it.
  const int mode = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX;
  const int code =
      sqlite3_open_v2(path.c_str(), &state->database, mode, vfs_name.empty() ? nullptr : vfs_name.c_str());
  if (code != SQLITE_OK) return last_error(state->database, code, "sqlite.open");
  SAMLA_TRY(set_up(state->database, flags));
  return Connection(std::move(state));
}

Result<void> Connection::execute(const std::string& sql) { return run_sql(state_->database, sql); }

Result<Statement> Connection::prepare(std::string_view sql) {
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    return fail(ErrorCode::too_large, "sqlite.prepare");
  }
  sqlite3_stmt* raw = nullptr;
  const int code =
      sqlite3_prepare_v3(state_->database, sql.data(), static_cast<int>(sql.size()), 0, &raw, nullptr);
  if (code != SQLITE_OK) return last_error(state_->database, code, "sqlite.prepare");
  if (raw == nullptr) return fail(ErrorCode::invalid_argument, "sqlite.prepare (no statement)");
  return Statement(raw);
}

Result<CachedStatement> Connection::cached(std::string_view sql) {
  auto found = state_->cache.find(sql);
  if (found == state_->cache.end()) {
    SAMLA_ASSIGN(Statement statement, prepare(sql));
    auto entry = std::make_unique<CacheEntry>(CacheEntry{std::move(statement)});
    found = state_->cache.emplace(std::string(sql), std::move(entry)).first;
  } else if (found->second->in_use) {
    SAMLA_ASSIGN(Statement statement, prepare(sql));
    return CachedStatement(std::make_unique<Statement>(std::move(statement)));
  }
  CacheEntry& entry = *found->second;
  entry.in_use = true;
  return CachedStatement(&entry.statement, &entry.in_use);
}

std::int64_t Connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(state_->database); }
std::int64_t Connection::changes() const { return sqlite3_changes64(state_->database); }
bool Connection::in_transaction() const { return sqlite3_get_autocommit(state_->database) == 0; }

Result<void> Connection::checkpoint(Checkpoint kind) {
  if (state_->role == Role::reader) return fail(ErrorCode::wrong_state, "sqlite.checkpoint");
  const int mode = kind == Checkpoint::truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  const int code = sqlite3_wal_checkpoint_v2(state_->database, nullptr, mode, nullptr, nullptr);
  if (code != SQLITE_OK) return last_error(state_->database, code, "sqlite.checkpoint");
  return {};
}

Result<void> Connection::copy_to(const std::filesystem::path& file) {
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored)) return fail(ErrorCode::already_exists, "sqlite.copy");
  State copy;
  const int mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  int code = sqlite3_open_v2(file.c_str(), &copy.database, mode, nullptr);
  if (code != SQLITE_OK) return last_error(copy.database, code, "sqlite.copy");
  sqlite3_extended_result_codes(copy.database, 1);
  sqlite3_backup* const backup = sqlite3_backup_init(copy.database, "main", state_->database, "main");
  if (backup == nullptr) return last_error(copy.database, sqlite3_errcode(copy.database), "sqlite.copy");
  code = sqlite3_backup_step(backup, -1);
  const int finished = sqlite3_backup_finish(backup);
  if (code != SQLITE_DONE) return last_error(copy.database, code, "sqlite.copy");
  if (finished != SQLITE_OK) return last_error(copy.database, finished, "sqlite.copy");
  return {};
}

Result<std::string> Connection::find_damage() {
  SAMLA_ASSIGN(auto check, prepare("PRAGMA integrity_check"));
  SAMLA_TRY(check.step());
  const std::string found(check.column_text(0));
  return found == "ok" ? std::string() : found;
}

void Connection::interrupt() { sqlite3_interrupt(state_->database); }
sqlite3* Connection::handle() const { return state_->database; }

}  // namespace samla::sqlite
