// RAII over SQLite: connection, statement, transaction. With core/vault the only place that knows
// sqlite3.h; SQL text and its numbered parameters are the programmer's, values are anybody's.
// Thread: one at a time for a connection and all that comes of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace samla::sqlite {

/// A prepared statement. Parameters and columns are counted as SQLite does: parameters from 1,
/// columns from 0. Views from columns live until the next step or reset.
class Statement {
 public:
  Statement(sqlite3* connection, sqlite3_stmt* statement) : connection_(connection), statement_(statement) {}
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;

  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, std::string_view text);
  Statement& bind(int parameter, ByteView blob);
  Statement& bind_null(int parameter);
  template <std::size_t N, class Tag>
  Statement& bind(int parameter, const FixedBytes<N, Tag>& value) {
    return bind(parameter, value.view());
  }

  /// True: a row can be read. False: done. Resets the statement when done or failed.
  Result<bool> step();
  /// Steps to the end, for statements without rows.
  Result<void> run();
  void reset();

  std::int64_t integer(int column) const;
  std::string_view text(int column) const;
  ByteView blob(int column) const;
  bool is_null(int column) const;
  /// A blob of exactly that size, else store_corrupt.
  template <class Fixed>
  Result<Fixed> fixed(int column) const {
    const ByteView view = blob(column);
    if (view.size() != Fixed::kSize) return fail(ErrorCode::store_corrupt, "sqlite.column");
    return Fixed::from(view);
  }

 private:
  sqlite3* connection_;
  sqlite3_stmt* statement_;
};

/// A cached statement on loan: reset, with its bindings cleared, when it goes out of scope.
class Loan {
 public:
  explicit Loan(Statement& statement) : statement_(&statement) {}
  ~Loan();
  Loan(Loan&& other) noexcept;
  Loan& operator=(Loan&&) = delete;
  Statement* operator->() { return statement_; }
  Statement& operator*() { return *statement_; }

 private:
  Statement* statement_;
};

class Connection {
 public:
  struct Options {
    std::string vfs = {};  ///< empty: the platform's
    bool create = true;    ///< false: store_missing where there is no file
    bool read_only = false;
    /// Called right after opening, before any other use (core/vault's settings).
    std::function<Result<void>(sqlite3*)> prepare = {};
  };

  static Result<Connection> open(const std::string& path, const Options& options);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  /// One or more statements without parameters or rows that matter.
  Result<void> execute(const std::string& sql);
  Result<Statement> prepare(std::string_view sql);
  /// The statement of this text, prepared once a connection. At most one loan of a text at a time.
  Result<Loan> cached(std::string_view sql);

  std::int64_t last_insert_rowid() const;
  std::int64_t changes() const;
  /// Moves the whole WAL into the database and truncates it.
  Result<void> checkpoint();
  sqlite3* handle() const;

 private:
  struct Closer {
    void operator()(sqlite3* connection) const;
  };
  explicit Connection(sqlite3* connection);
  // The statements go before the connection does: declared after it.
  std::unique_ptr<sqlite3, Closer> connection_;
  std::map<std::string, Statement, std::less<>> statements_;
};

/// BEGIN IMMEDIATE … COMMIT; rolls back when it dies uncommitted.
class Transaction {
 public:
  static Result<Transaction> begin(Connection& connection);
  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  Connection* connection_;  ///< null once committed
};

/// SQLite's result code as an error of `operation`; the extended code decides.
Error error_of(int extended_code, std::string_view operation, std::string_view detail);

}  // namespace samla::sqlite
