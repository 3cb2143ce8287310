// A connection to one SQLite database, with a cache of prepared statements. Beside the vault, this
// module is the only one that knows SQLite.
//
// Invariant (SQLite 3.40.1 demands it): of all connections to a database, one is the writer, and it
// alone writes and checkpoints; `Role::reader` never does either. No cache spill, ever.
// A connection belongs to one thread at a time; only interrupt() may come from another.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/sqlite/statement.h"

struct sqlite3;

namespace samla::sqlite {

enum class Role {
  writer,  ///< WAL, synchronous=FULL; the one connection that writes and checkpoints
  reader,  ///< query only; never checkpoints, not at its close either
};

struct OpenFlags {
  Role role = Role::writer;
  /// Whether a missing database is made; if not, opening it fails with store_missing.
  bool create = true;
  /// How long to wait for another connection's lock before store_busy.
  int busy_timeout_ms = 0;
  /// The writer checkpoints by itself after a commit that leaves this many pages in the WAL; 0: only
  /// when checkpoint() is called.
  int auto_checkpoint_pages = 1000;
  /// Runs right after opening, before any read or write; replaces the plain setup (WAL,
  /// synchronous=FULL). A vaulted database needs vault::prepare_connection here.
  std::function<Result<void>(sqlite3*)> prepare = {};
};

enum class Checkpoint {
  passive,   ///< as much as readers allow, waiting for nobody
  truncate,  ///< everything, and the WAL is empty afterwards; store_busy if a reader is in the way
};

/// A statement lent by the connection's cache; reset, and its bindings cleared, when this goes.
class CachedStatement {
 public:
  CachedStatement(Statement* lent, bool* in_use) : statement_(lent), in_use_(in_use) {}
  explicit CachedStatement(std::unique_ptr<Statement> own) : own_(std::move(own)), statement_(own_.get()) {}
  ~CachedStatement() { give_back(); }
  CachedStatement(CachedStatement&& other) noexcept;
  CachedStatement& operator=(CachedStatement&& other) noexcept;

  Statement* operator->() const { return statement_; }
  Statement& operator*() const { return *statement_; }

 private:
  void give_back();

  std::unique_ptr<Statement> own_;
  Statement* statement_ = nullptr;
  bool* in_use_ = nullptr;
};

class Connection {
 public:
  /// Opens `path`, or ":memory:". `vfs_name` empty: SQLite's default.
  /// Errors: store_missing, store_busy (also: this process has its writer open), store_corrupt,
  /// disk_full, io.
  static Result<Connection> open(const std::filesystem::path& path, const std::string& vfs_name = {},
                                 const OpenFlags& flags = {});

  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// Runs one or more statements, ignoring rows.
  Result<void> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// As prepare(), but kept for the next caller with the same text. The texts must be few: constants.
  /// Lending one that is lent already gives a fresh one. Nothing lent may outlive the connection.
  Result<CachedStatement> cached(std::string_view sql);

  std::int64_t last_insert_rowid() const;
  /// Rows changed by the last INSERT, UPDATE or DELETE.
  std::int64_t changes() const;
  bool in_transaction() const;
  /// wrong_state on a reader.
  Result<void> checkpoint(Checkpoint kind = Checkpoint::passive);
  /// Copies the whole database, as it is at one moment, into a new file beside which nobody may be; others
  /// may write meanwhile. Durable before it returns. already_exists where there is such a file.
  Result<void> copy_to(const std::filesystem::path& file);
  /// SQLite's own check of every page; the first thing that it found, empty: nothing.
  Result<std::string> find_damage();
  /// Makes the statement that is running, if any, fail soon. Any thread, while the connection lives.
  void interrupt();
  /// For what has no wrapper; stays owned by the connection.
  sqlite3* handle() const;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace samla::sqlite
