// One connection to PostgreSQL: statements in, rows out, a batch at a time in libpq's pipeline mode, so that
// a batch costs one round trip however many statements it has. All values travel in binary.
// Invariant: nothing waits for longer than a deadline; a connection that missed one, or broke, is closed and
// says so (alive). Thread: one at a time.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"

struct pg_conn;    // PGconn
struct pg_result;  // PGresult

namespace samla::server {

/// A statement that is prepared once on each connection. Both texts are constants.
struct PgStatement {
  const char* name;
  const char* sql;
};

/// Parameters of a statement, in order. Statements cast them: $1::bytea, $2::bigint, $3::text, $4::bytea[].
class PgParams {
 public:
  PgParams& add(ByteView bytes);
  PgParams& add(std::int64_t number);
  PgParams& add_seq(std::uint64_t seq) { return add(static_cast<std::int64_t>(seq)); }
  PgParams& add_text(std::string_view text) { return add(as_bytes(text)); }
  template <std::size_t N, class Tag>
  PgParams& add(const FixedBytes<N, Tag>& value) {
    return add(value.view());
  }
  PgParams& add_array(const std::vector<ByteView>& values);
  PgParams& add_array(const std::vector<std::int64_t>& values);

  const std::vector<Bytes>& values() const { return values_; }

 private:
  std::vector<Bytes> values_;
};

struct PgBatch {
  struct Step {
    const PgStatement* statement;
    PgParams params;
  };
  std::vector<Step> steps;

  void add(const PgStatement& statement, PgParams params = {}) {
    steps.push_back({&statement, std::move(params)});
  }
};

/// Rows. Views are valid as long as the result is. Columns are bytea or bigint.
class PgResult {
 public:
  explicit PgResult(pg_result* result) : result_(result, &clear) {}

  int rows() const;
  bool is_null(int row, int column) const;
  ByteView bytes(int row, int column) const;
  /// Malformed columns are zero: the database's type system stands before them.
  std::int64_t number(int row, int column) const;
  std::uint64_t seq(int row, int column) const { return static_cast<std::uint64_t>(number(row, column)); }
  template <class Fixed>
  Result<Fixed> fixed(int row, int column) const {
    const ByteView view = bytes(row, column);
    if (view.size() != Fixed::kSize) return fail(ErrorCode::store_corrupt, "storage.read");
    return Fixed::from(view);
  }
  /// "COMMIT", "INSERT 0 1", …
  std::string_view command() const;

 private:
  static void clear(pg_result* result);
  std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
};

class PgConnection {
 public:
  /// How long an answer may take. Longer than the database's own lock_timeout, so that that comes first.
  static constexpr std::chrono::milliseconds kAnswerDeadline{20'000};

  /// `url`: a URI of libpq, perhaps with several hosts; the one that takes writes is chosen. offline,
  /// not_permitted, store_missing (no such database); unsupported where it would not keep what it
  /// acknowledges.
  static Result<std::unique_ptr<PgConnection>> open(const std::string& url);

  /// All or, on the first error, none of what follows it; an open transaction then is to be rolled back.
  Result<std::vector<PgResult>> run(const PgBatch& batch);
  /// Several statements as one text, without parameters; no rows.
  Result<void> execute(const std::string& sql);

  bool alive() const;
  /// A warning came since the last call: at a commit it says that a standby has not confirmed it.
  bool take_warning() { return std::exchange(warned_, false); }

  // For whoever listens.
  int socket() const;
  struct Notification {
    std::string payload;
    bool own = false;  ///< by this very connection
  };
  /// What has come; reads the socket without waiting. An error: the connection is gone.
  Result<std::vector<Notification>> take_notifications();

 private:
  explicit PgConnection(pg_conn* connection);
  static void finish(pg_conn* connection);
  static void on_notice(void* self, const pg_result* notice);
  using Deadline = std::chrono::steady_clock::time_point;

  Result<void> set_up();
  Result<void> send(const PgBatch& batch, std::vector<const char*>& preparing, std::vector<bool>& prepares);
  Result<pg_result*> next(Deadline deadline);
  bool wait(bool writing, Deadline deadline) const;
  Error lost(std::string_view why);
  Error error_now(ErrorCode fallback) const;

  std::unique_ptr<pg_conn, void (*)(pg_conn*)> connection_;
  std::set<std::string_view> prepared_;
  bool warned_ = false;
};

}  // namespace samla::server
