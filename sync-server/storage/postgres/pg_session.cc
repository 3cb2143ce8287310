#include "sync-server/storage/postgres/pg_session.h"

#include <algorithm>

namespace samla::server {
namespace {

constexpr std::chrono::milliseconds kPauseFirst{100}, kPauseMost{2000};

}  // namespace

Result<PgConnection*> PgSession::connection() {
  if (connection_ != nullptr && connection_->alive()) return connection_.get();
  connection_.reset();
  if (Clock::now() < not_before_) return last_error_;
  auto opened = PgConnection::open(url_);
  if (opened.ok() && !first_.empty()) {
    if (const auto ran = (*opened)->execute(first_); !ran.ok()) opened = ran.error();
  }
  if (!opened.ok()) {
    last_error_ = opened.error();
    pause_ = std::clamp(pause_ * 2, kPauseFirst, kPauseMost);
    not_before_ = Clock::now() + pause_;
    return last_error_;
  }
  pause_ = {};
  not_before_ = {};
  connection_ = std::move(*opened);
  return connection_.get();
}

Result<std::vector<PgResult>> PgSession::read(const PgBatch& batch) {
  SAMLA_ASSIGN(PgConnection* const first, connection());
  auto done = first->run(batch);
  if (done.ok() || first->alive()) return done;
  SAMLA_ASSIGN(PgConnection* const again, connection());
  return again->run(batch);
}

}  // namespace samla::server
