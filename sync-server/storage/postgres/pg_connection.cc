#include "sync-server/storage/postgres/pg_connection.h"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace samla::server {
namespace {

using std::chrono::steady_clock;

/// What the URL may override: a host that does not answer must not hold anybody up, and of several hosts the
/// one is meant that takes writes.
constexpr std::array<std::pair<const char*, const char*>, 7> kDefaults = {{
    {"application_name", "samla-server"},
    {"connect_timeout", "3"},
    {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "10000"},
    {"target_session_attrs", "read-write"},
}};

/// Whatever the database's and the role's defaults are. Acknowledged is what has been flushed here and, where
/// synchronous_standby_names says so, there. No statement timeout: it would end a commit's wait for the
/// standby, and the commit would pass for one that was confirmed. Every look-up is by a key: without table
/// statistics the planner may think otherwise.
constexpr const char* kSessionSetup = R"(
SELECT set_config('synchronous_commit', 'on', false)
  WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
SET default_transaction_isolation = 'read committed';
SET default_transaction_read_only = off;
SET lock_timeout = '10s';
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = '60s';
SET client_min_messages = warning;
SET enable_seqscan = off;
SET enable_hashjoin = off;
SET enable_mergejoin = off;
SET jit = off;
SELECT current_setting('fsync');
)";

void put_big_endian(Bytes& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

std::uint64_t get_big_endian(ByteView bytes) {
  std::uint64_t out = 0;
  for (const std::uint8_t byte : bytes) out = (out << 8) | byte;
  return out;
}

/// A one-dimensional array in PostgreSQL's binary format: dimensions, whether nulls, element type, size and
/// lower bound, then each element with its length.
void begin_array(Bytes& out, std::uint32_t element_type, std::size_t count) {
  put_big_endian(out, count == 0 ? 0 : 1, 4);
  put_big_endian(out, 0, 4);
  put_big_endian(out, element_type, 4);
  if (count == 0) return;
  put_big_endian(out, count, 4);
  put_big_endian(out, 1, 4);
}
constexpr std::uint32_t kByteaType = 17, kBigintType = 20;

ErrorCode code_of(std::string_view sql_state) {
  const auto is = [&](std::string_view prefix) { return sql_state.starts_with(prefix); };
  if (is("53100") || is("53200")) return ErrorCode::disk_full;
  if (is("28") || is("42501")) return ErrorCode::not_permitted;
  if (is("3D000") || is("42P01") || is("3F000")) return ErrorCode::store_missing;
  if (is("55P03") || is("40P01") || is("40001")) return ErrorCode::store_busy;
  if (is("XX001") || is("XX002")) return ErrorCode::store_corrupt;
  if (is("23505")) return ErrorCode::already_exists;
  if (is("57P") || is("08") || is("25006")) return ErrorCode::offline;
  return ErrorCode::io;
}

/// One line of what the database said.
std::string first_line(const char* text) {
  std::string_view view = text == nullptr ? "" : text;
  view = view.substr(0, view.find('\n'));
  return "PostgreSQL: " + std::string(view);
}

Error error_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char* text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return fail(state == nullptr ? ErrorCode::offline : code_of(state), "storage.postgres",
              first_line(text == nullptr ? PQresultErrorMessage(result) : text));
}

bool failed(const PGresult* result) {
  const ExecStatusType status = PQresultStatus(result);
  return status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK;
}

}  // namespace

PgParams& PgParams::add(ByteView bytes) {
  values_.push_back(to_bytes(bytes));
  return *this;
}

PgParams& PgParams::add(std::int64_t number) {
  Bytes out;
  put_big_endian(out, static_cast<std::uint64_t>(number), 8);
  values_.push_back(std::move(out));
  return *this;
}

PgParams& PgParams::add_array(const std::vector<ByteView>& values) {
  Bytes out;
  begin_array(out, kByteaType, values.size());
  for (const ByteView value : values) {
    put_big_endian(out, value.size(), 4);
    append(out, value);
  }
  values_.push_back(std::move(out));
  return *this;
}

PgParams& PgParams::add_array(const std::vector<std::int64_t>& values) {
  Bytes out;
  begin_array(out, kBigintType, values.size());
  for (const std::int64_t value : values) {
    put_big_endian(out, 8, 4);
    put_big_endian(out, static_cast<std::uint64_t>(value), 8);
  }
  values_.push_back(std::move(out));
  return *this;
}

void PgResult::clear(pg_result* result) { PQclear(result); }
int PgResult::rows() const { return PQntuples(result_.get()); }
bool PgResult::is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
ByteView PgResult::bytes(int row, int column) const {
  const char* data = PQgetvalue(result_.get(), row, column);
  const int length = PQgetlength(result_.get(), row, column);
  return as_bytes({data, static_cast<std::size_t>(std::max(length, 0))});
}
std::int64_t PgResult::number(int row, int column) const {
  const ByteView view = bytes(row, column);
  return view.size() == 8 ? static_cast<std::int64_t>(get_big_endian(view)) : 0;
}
std::string_view PgResult::command() const { return PQcmdStatus(result_.get()); }

// ---- connecting

PgConnection::PgConnection(pg_conn* connection) : connection_(connection, &finish) {}
void PgConnection::finish(pg_conn* connection) { PQfinish(connection); }

void PgConnection::on_notice(void* self, const pg_result* notice) {
  const char* state = PQresultErrorField(notice, PG_DIAG_SQLSTATE);
  if (state != nullptr && std::strncmp(state, "01", 2) == 0) static_cast<PgConnection*>(self)->warned_ = true;
}

Result<std::unique_ptr<PgConnection>> PgConnection::open(const std::string& url) {
  std::vector<const char*> keys, values;
  for (const auto& [key, value] : kDefaults) {
    keys.push_back(key);
    values.push_back(value);
  }
  keys.insert(keys.end(), {"dbname", nullptr});
  values.insert(values.end(), {url.c_str(), nullptr});
  std::unique_ptr<PgConnection> self(new PgConnection(PQconnectdbParams(keys.data(), values.data(), 1)));
  if (self->connection_ == nullptr) return fail(ErrorCode::io, "storage.postgres", "no memory");
  if (!self->alive()) {
    const std::string_view said = PQerrorMessage(self->connection_.get());
    // A failed connection has no SQLSTATE; its text says which it was, in the client's language: C here.
    const bool missing = said.find("does not exist") != std::string_view::npos &&
                         said.find("database \"") != std::string_view::npos;
    const bool refused = said.find("authentication") != std::string_view::npos ||
                         said.find("role \"") != std::string_view::npos ||
                         said.find("pg_hba.conf") != std::string_view::npos;
    return self->error_now(missing   ? ErrorCode::store_missing
                           : refused ? ErrorCode::not_permitted
                                     : ErrorCode::offline);
  }
  PQsetNoticeReceiver(self->connection_.get(), &on_notice, self.get());
  SAMLA_TRY(self->set_up());
  if (PQsetnonblocking(self->connection_.get(), 1) != 0) return self->error_now(ErrorCode::io);
  return self;
}

Result<void> PgConnection::set_up() {
  const PgResult done(PQexec(connection_.get(), kSessionSetup));
  if (done.rows() != 1) return error_now(ErrorCode::io);
  if (as_text(done.bytes(0, 0)) != "on") {
    return fail(ErrorCode::unsupported, "storage.postgres",
                "the database runs with fsync=off: it would lose what it acknowledged; turn fsync on");
  }
  warned_ = false;
  return {};
}

bool PgConnection::alive() const {
  return connection_ != nullptr && PQstatus(connection_.get()) == CONNECTION_OK;
}

Error PgConnection::error_now(ErrorCode fallback) const {
  return fail(fallback, "storage.postgres", first_line(PQerrorMessage(connection_.get())));
}

Error PgConnection::lost(std::string_view why) {
  std::string hint = connection_ == nullptr ? "PostgreSQL: " : first_line(PQerrorMessage(connection_.get()));
  if (!why.empty()) hint = "PostgreSQL: " + std::string(why);
  connection_.reset();
  return fail(ErrorCode::offline, "storage.postgres", std::move(hint));
}

// ---- a batch

bool PgConnection::wait(bool writing, Deadline deadline) const {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
    if (left <= 0) return false;
    const auto events = static_cast<short>(POLLIN | (writing ? POLLOUT : 0));
    pollfd entry{PQsocket(connection_.get()), events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

/// The next result; null: that statement has no more. Keeps reading while it writes: a server that waits to
/// be read from reads nothing either.
Result<pg_result*> PgConnection::next(Deadline deadline) {
  PGconn* const c = connection_.get();
  for (;;) {
    const int unsent = PQflush(c);
    if (unsent < 0) return lost({});
    if (unsent == 0 && PQisBusy(c) == 0) break;
    if (!wait(unsent > 0, deadline)) return lost("no answer in time");
    if (PQconsumeInput(c) == 0) return lost({});
    if (unsent > 0 && PQisBusy(c) == 0) continue;
  }
  return PQgetResult(c);
}

Result<void> PgConnection::send(const PgBatch& batch, std::vector<const char*>& preparing,
                                std::vector<bool>& prepares) {
  PGconn* const c = connection_.get();
  for (const PgBatch::Step& step : batch.steps) {
    const char* const name = step.statement->name;
    const bool known = prepared_.contains(name) || std::ranges::any_of(preparing, [&](const char* other) {
                         return std::string_view(other) == name;
                       });
    if (!known) {
      if (PQsendPrepare(c, name, step.statement->sql, 0, nullptr) == 0) return lost({});
      preparing.push_back(name);
      prepares.push_back(true);
    }
    const std::vector<Bytes>& params = step.params.values();
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const Bytes& param : params) {
      // An empty value is not a null one.
      values.push_back(param.empty() ? "" : as_text(param).data());
      lengths.push_back(static_cast<int>(param.size()));
    }
    const std::vector<int> formats(params.size(), 1);
    if (PQsendQueryPrepared(c, name, static_cast<int>(params.size()), values.data(), lengths.data(),
                            formats.data(), 1) == 0) {
      return lost({});
    }
    prepares.push_back(false);
  }
  if (PQpipelineSync(c) == 0) return lost({});
  return {};
}

Result<std::vector<PgResult>> PgConnection::run(const PgBatch& batch) {
  if (!alive()) return lost("the connection is gone");
  const Deadline deadline = steady_clock::now() + kAnswerDeadline;
  PGconn* const c = connection_.get();
  if (PQenterPipelineMode(c) == 0) return lost({});
  std::vector<const char*> preparing;
  std::vector<bool> prepares;
  SAMLA_TRY(send(batch, preparing, prepares));
  std::vector<PgResult> out;
  std::optional<Error> error;
  std::size_t prepared = 0;
  for (const bool is_prepare : prepares) {
    SAMLA_ASSIGN(pg_result* const raw, next(deadline));
    if (raw == nullptr) return lost("the connection is gone");
    PgResult result(raw);
    if (!alive()) return lost({});
    if (failed(raw)) {
      if (!error) error = error_of(raw);
    } else if (is_prepare) {
      prepared_.insert(preparing[prepared]);
    } else {
      out.push_back(std::move(result));
    }
    prepared += is_prepare ? 1 : 0;
    SAMLA_ASSIGN(pg_result* const end, next(deadline));
    if (end != nullptr) return PQclear(end), lost("unexpected answer");
  }
  SAMLA_ASSIGN(pg_result* const raw_sync, next(deadline));
  const bool synced = PQresultStatus(raw_sync) == PGRES_PIPELINE_SYNC;
  PQclear(raw_sync);
  if (!synced || PQexitPipelineMode(c) == 0) return lost("unexpected answer");
  if (error) return *error;
  return out;
}

Result<void> PgConnection::execute(const std::string& sql) {
  if (!alive()) return lost("the connection is gone");
  const Deadline deadline = steady_clock::now() + kAnswerDeadline;
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost({});
  std::optional<Error> error;
  for (;;) {
    SAMLA_ASSIGN(pg_result* const raw, next(deadline));
    if (raw == nullptr) break;
    const PgResult result(raw);
    if (failed(raw) && !error) error = error_of(raw);
    if (!alive()) return lost({});
  }
  return error ? Result<void>(*error) : Result<void>();
}

// ---- listening

int PgConnection::socket() const { return alive() ? PQsocket(connection_.get()) : -1; }

Result<std::vector<PgConnection::Notification>> PgConnection::take_notifications() {
  if (!alive() || PQconsumeInput(connection_.get()) == 0) return lost({});
  std::vector<Notification> out;
  while (PGnotify* raw = PQnotifies(connection_.get())) {
    const std::unique_ptr<PGnotify, void (*)(void*)> owner(raw, PQfreemem);
    out.push_back({raw->extra, raw->be_pid == PQbackendPID(connection_.get())});
  }
  return out;
}

}  // namespace samla::server
