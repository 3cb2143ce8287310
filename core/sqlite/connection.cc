#include "core/sqlite/connection.h"

#include <sqlite3.h>

#include <utility>

namespace samla::sqlite {

Error error_of(int extended_code, std::string_view operation, std::string_view detail) {
  const auto make = [&](ErrorCode code, std::string hint) {
    return fail(code, std::string(operation), std::move(hint));
  };
  if (extended_code == SQLITE_IOERR_DATA) return make(ErrorCode::store_corrupt, "a page is not authentic");
  switch (extended_code & 0xff) {
    case SQLITE_FULL:
      return make(ErrorCode::disk_full, "make room and try again; nothing stored before is lost");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return make(ErrorCode::store_busy, "another process has it open");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return make(ErrorCode::store_corrupt, std::string(detail));
    default:
      return make(ErrorCode::io, std::string(detail));
  }
}

namespace {

Error last_error(sqlite3* connection, std::string_view operation) {
  return error_of(sqlite3_extended_errcode(connection), operation, sqlite3_errmsg(connection));
}

}  // namespace

// ---- Statement

Statement::~Statement() { sqlite3_finalize(statement_); }

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(connection_, other.connection_);
  std::swap(statement_, other.statement_);
  return *this;
}

Statement& Statement::bind(int parameter, std::int64_t value) {
  SAMLA_ASSERT(sqlite3_bind_int64(statement_, parameter, value) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int parameter, std::string_view text) {
  // A null pointer would bind NULL: an empty text is a text.
  const char* data = text.empty() ? "" : text.data();
  SAMLA_ASSERT(sqlite3_bind_text64(statement_, parameter, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) ==
               SQLITE_OK);
  return *this;
}

Statement& Statement::bind(int parameter, ByteView blob) {
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  SAMLA_ASSERT(sqlite3_bind_blob64(statement_, parameter, data, blob.size(), SQLITE_TRANSIENT) == SQLITE_OK);
  return *this;
}

Statement& Statement::bind_null(int parameter) {
  SAMLA_ASSERT(sqlite3_bind_null(statement_, parameter) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_);
    return false;
  }
  Error error = last_error(connection_, "store");
  sqlite3_reset(statement_);
  return error;
}

Result<void> Statement::run() {
  for (;;) {
    SAMLA_ASSIGN(const bool row, step());
    if (!row) return {};
  }
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view Statement::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? std::string_view{} : std::string_view{reinterpret_cast<const char*>(data), size};
}

ByteView Statement::blob(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return data == nullptr ? ByteView{} : ByteView{static_cast<const std::uint8_t*>(data), size};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

// ---- Loan

Loan::~Loan() {
  if (statement_ != nullptr) statement_->reset();
}

Loan::Loan(Loan&& other) noexcept : statement_(std::exchange(other.statement_, nullptr)) {}

// ---- Connection

void Connection::Closer::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

Connection::Connection(sqlite3* connection) : connection_(connection) {}
Connection::~Connection() { statements_.clear(); }
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept {
  statements_ = std::move(other.statements_);
  connection_ = std::move(other.connection_);
  return *this;
}

Result<Connection> Connection::open(const std::string& path, const Options& options) {
  const int flags = (options.read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
                    (options.create && !options.read_only ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX |
                    SQLITE_OPEN_EXRESCODE;
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw, flags, options.vfs.empty() ? nullptr : options.vfs.c_str());
  Connection connection(raw);
  if (code != SQLITE_OK) {
    if ((code & 0xff) == SQLITE_CANTOPEN && !options.create)
      return fail(ErrorCode::store_missing, "store.open");
    return error_of(code, "store.open", raw == nullptr ? "out of memory" : sqlite3_errmsg(raw));
  }
  if (options.prepare) SAMLA_TRY(options.prepare(raw));
  return connection;
}

Result<void> Connection::execute(const std::string& sql) {
  if (sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return last_error(handle(), "store");
  }
  return {};
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &statement, nullptr) != SQLITE_OK) {
    return last_error(handle(), "store");
  }
  return Statement(handle(), statement);
}

Result<Loan> Connection::cached(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    SAMLA_ASSIGN(Statement statement, prepare(sql));
    found = statements_.emplace(std::string(sql), std::move(statement)).first;
  }
  return Loan(found->second);
}

std::int64_t Connection::last_insert_rowid() const { return sqlite3_last_insert_rowid(handle()); }
std::int64_t Connection::changes() const { return sqlite3_changes64(handle()); }

Result<void> Connection::checkpoint() {
  const int code = sqlite3_wal_checkpoint_v2(handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(code, "store.checkpoint", sqlite3_errmsg(handle()));
  return {};
}

sqlite3* Connection::handle() const { return connection_.get(); }

// ---- Transaction

Result<Transaction> Transaction::begin(Connection& connection) {
  SAMLA_ASSIGN(Loan statement, connection.cached("BEGIN IMMEDIATE"));
  SAMLA_TRY(statement->run());
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() {
  // A failed statement may already have rolled back; then there is nothing to undo and this fails.
  if (connection_ != nullptr) static_cast<void>(connection_->execute("ROLLBACK").ok());
}

Result<void> Transaction::commit() {
  SAMLA_ASSERT(connection_ != nullptr);
  SAMLA_ASSIGN(Loan statement, connection_->cached("COMMIT"));
  SAMLA_TRY(statement->run());
  connection_ = nullptr;
  return {};
}

}  // namespace samla::sqlite
