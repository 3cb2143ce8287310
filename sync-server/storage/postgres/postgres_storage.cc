#include "sync-server/storage/postgres/postgres_storage.h"

#include <algorithm>
#include <utility>

#include "sync-server/storage/postgres/pg_news.h"
#include "sync-server/storage/postgres/pg_schema.h"
#include "sync-server/storage/postgres/pg_transaction.h"

namespace samla::server {
namespace {

/// Single reads over a session.
class SessionReading final : public PgReading {
 public:
  explicit SessionReading(PgSession& session) : session_(session) {}
  Result<PgResult> read(const PgStatement& statement, PgParams params) override {
    PgBatch batch;
    batch.add(statement, std::move(params));
    SAMLA_ASSIGN(auto results, session_.read(batch));
    return std::move(results.front());
  }

 private:
  PgSession& session_;
};

// Held in a base, so that it is there before the reads are and after they have gone.
struct SessionOwner {
  explicit SessionOwner(std::string url, std::string first = {})
      : session(std::move(url), std::move(first)), reading(session) {}
  PgSession session;
  SessionReading reading;
};

class PostgresReader final : private SessionOwner, public WithPgReads<StorageReader> {
 public:
  explicit PostgresReader(std::string url) : SessionOwner(std::move(url)), WithPgReads(reading) {}
};

/// One connection in one transaction: what is lost with it can't be taken up by another.
class PostgresSnapshot final : public PgReading, public WithPgReads<StorageReader> {
 public:
  explicit PostgresSnapshot(std::unique_ptr<PgConnection> connection)
      : WithPgReads(static_cast<PgReading&>(*this)), connection_(std::move(connection)) {}
  Result<PgResult> read(const PgStatement& statement, PgParams params) override {
    PgBatch batch;
    batch.add(statement, std::move(params));
    SAMLA_ASSIGN(auto results, connection_->run(batch));
    return std::move(results.front());
  }

 private:
  std::unique_ptr<PgConnection> connection_;
};

/// The writer: its reads go into the open transaction, where there is one.
class PostgresStorage final : private SessionOwner, private PgReading, public WithPgReads<Storage> {
 public:
  explicit PostgresStorage(std::string url)
      : SessionOwner(std::move(url)), WithPgReads(static_cast<PgReading&>(*this)) {}

  Result<PgConnection*> connection() { return session.connection(); }

  Result<std::unique_ptr<StorageTransaction>> begin(const TransactionScope& scope) override {
    SAMLA_ASSERT(open_ == nullptr);
    SAMLA_ASSIGN(auto transaction, PgTransaction::begin(session, scope, [this] { open_ = nullptr; }));
    open_ = transaction.get();
    return std::unique_ptr<StorageTransaction>(std::move(transaction));
  }
  /// What an erasure left in dead rows goes when PostgreSQL vacuums: docs/operating/postgres.md.
  Result<void> forget_log() override { return {}; }
  Result<std::unique_ptr<StorageReader>> open_reader() override {
    return std::unique_ptr<StorageReader>(std::make_unique<PostgresReader>(session.url()));
  }
  std::unique_ptr<StorageNews> open_news() override { return open_pg_news(session.url()); }

  Result<ChainTail> chains_since(std::uint64_t revision) override {
    const PgReadAhead* const ahead = open_ == nullptr ? nullptr : &open_->ahead();
    if (ahead != nullptr && ahead->chains && ahead->since == revision) return *ahead->chains;
    return reads_.chains_since(revision);
  }
  Result<std::vector<SpaceTip>> tips(const std::optional<std::set<SpaceId>>& spaces) override {
    if (open_ == nullptr || !spaces || !std::ranges::includes(open_->ahead().tips_of, *spaces)) {
      return reads_.tips(spaces);
    }
    std::vector<SpaceTip> out;
    for (const SpaceId& space : *spaces) {
      const auto found = open_->ahead().tips.find(space);
      if (found != open_->ahead().tips.end()) out.push_back(found->second);
    }
    return out;
  }
  Result<std::optional<StoredChangeset>> changeset_of(const SpaceId& space, const WriterId& writer,
                                                      std::uint64_t writer_seq) override {
    if (open_ != nullptr && writer_seq == 0) {
      const auto found = open_->ahead().writers.find({space, writer});
      if (found != open_->ahead().writers.end()) return found->second;
    }
    return reads_.changeset_of(space, writer, writer_seq);
  }
  Result<std::optional<StoredRecord>> record(const SpaceId& space, const RecordId& record) override {
    if (open_ != nullptr) {
      const auto found = open_->ahead().records.find({space, record});
      if (found != open_->ahead().records.end()) return found->second;
    }
    return reads_.record(space, record);
  }

 private:
  Result<PgResult> read(const PgStatement& statement, PgParams params) override {
    return open_ == nullptr ? reading.read(statement, std::move(params))
                            : open_->read(statement, std::move(params));
  }

  PgTransaction* open_ = nullptr;
};

}  // namespace

Result<std::unique_ptr<Storage>> open_postgres_storage(const std::string& url, bool create) {
  auto storage = std::make_unique<PostgresStorage>(url);
  SAMLA_ASSIGN(PgConnection* const connection, storage->connection());
  SAMLA_TRY(migrate_pg_schema(*connection, create));
  return std::unique_ptr<Storage>(std::move(storage));
}

Result<std::unique_ptr<StorageReader>> open_postgres_snapshot(const std::string& url) {
  SAMLA_ASSIGN(auto connection, PgConnection::open(url));
  SAMLA_TRY(migrate_pg_schema(*connection, false));
  SAMLA_TRY(connection->execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  return std::unique_ptr<StorageReader>(std::make_unique<PostgresSnapshot>(std::move(connection)));
}

}  // namespace samla::server
