// A connection that comes back: where it was lost, the next call makes a new one, which libpq looks for among
// the URL's hosts (after a failover the standby that was promoted). While none can be had, calls fail at once
// but for an attempt now and then. Thread: one at a time.
#pragma once

#include "sync-server/storage/postgres/pg_connection.h"

namespace samla::server {

class PgSession {
 public:
  /// What every new connection is given, and what it runs first.
  explicit PgSession(std::string url, std::string first = {})
      : url_(std::move(url)), first_(std::move(first)) {}

  /// The open connection, or a new one.
  Result<PgConnection*> connection();
  /// Only reads: where the connection turns out to be lost, once more on a new one.
  Result<std::vector<PgResult>> read(const PgBatch& batch);
  const std::string& url() const { return url_; }

 private:
  using Clock = std::chrono::steady_clock;

  const std::string url_;
  const std::string first_;
  std::unique_ptr<PgConnection> connection_;
  Clock::time_point not_before_{};
  std::chrono::milliseconds pause_{0};
  Error last_error_;
};

/// Who answers single reads: a session, or a transaction that must be asked after what it has put.
class PgReading {
 public:
  virtual ~PgReading() = default;
  virtual Result<PgResult> read(const PgStatement& statement, PgParams params) = 0;
};

}  // namespace samla::server
