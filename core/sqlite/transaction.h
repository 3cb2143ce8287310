// A write transaction as a scope: begun at once (BEGIN IMMEDIATE), rolled back unless committed.
// Same thread as its connection, which must outlive it. Not nestable.
#pragma once

#include "core/base/result.h"
#include "core/sqlite/connection.h"

namespace samla::sqlite {

class Transaction {
 public:
  /// store_busy if another connection writes.
  static Result<Transaction> begin(Connection& connection);

  ~Transaction();
  Transaction(Transaction&& other) noexcept;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;

  /// Once. Success: durable as the connection's `synchronous` says. Failure: nothing of it is there.
  Result<void> commit();

 private:
  explicit Transaction(Connection& connection) : connection_(&connection) {}
  void roll_back();

  Connection* connection_;  // null: over
};

}  // namespace samla::sqlite
