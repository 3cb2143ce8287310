// Transactions over BEGIN IMMEDIATE.
#include "core/sqlite/transaction.h"

#include <utility>

namespace samla::sqlite {

Result<Transaction> Transaction::begin(Connection& connection) {
  SAMLA_ASSIGN(auto begin, connection.cached("BEGIN IMMEDIATE"));
  SAMLA_TRY(begin->run());
  return Transaction(connection);
}

Transaction::Transaction(Transaction&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)) {}

Transaction::~Transaction() { roll_back(); }

Result<void> Transaction::commit() {
  if (connection_ == nullptr) return fail(ErrorCode::wrong_state, "sqlite.commit");
  SAMLA_ASSIGN(auto commit, connection_->cached("COMMIT"));
  const Result<void> committed = commit->run();
  if (!committed) {
    roll_back();
    return committed.error();
  }
  connection_ = nullptr;
  return {};
}

void Transaction::roll_back() {
  if (connection_ == nullptr) return;
  // SQLite rolls back by itself after some errors; then there is nothing left to do.
  if (connection_->in_transaction()) {
    // A failed ROLLBACK leaves nothing to be done here: SQLite discards the transaction at its close.
    static_cast<void>(connection_->execute("ROLLBACK"));
  }
  connection_ = nullptr;
}

}  // namespace samla::sqlite
