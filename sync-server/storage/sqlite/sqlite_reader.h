// The reads of storage.h over one SQLite connection; the writer's and each reader's alike.
#pragma once

#include "core/sqlite/connection.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

/// Rows of a space's history are numbered `(space number << kSeqBits) + seq`: a history lies together
/// and in order in the table itself, and needs no index.
inline constexpr int kSeqBits = 40;

class SqliteReads {
 public:
  explicit SqliteReads(sqlite::Connection& connection) : db_(connection) {}

  Result<std::optional<Bytes>> value(std::string_view name);
  Result<std::vector<Bytes>> chain_entries(const SpaceId& space, std::uint64_t seq, std::size_t bytes_max);
  Result<void> all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take);
  Result<std::vector<StoredGrant>> grants(const SpaceId& space, const RecipientId& recipient,
                                          std::size_t count_max);
  Result<std::optional<StoredChangeset>> last_changeset(const SpaceId& space);
  Result<std::optional<StoredChangeset>> changeset_at(const SpaceId& space, std::uint64_t seq);
  Result<std::vector<StoredChangeset>> changesets_after(const SpaceId& space, std::uint64_t seq,
                                                        std::size_t bytes_max);
  Result<std::optional<StoredChangeset>> changeset_of(const SpaceId& space, const WriterId& writer,
                                                      std::uint64_t writer_seq);
  Result<std::vector<StoredChangeset>> writer_tips(const SpaceId& space);
  Result<std::optional<StoredRecord>> record(const SpaceId& space, const RecordId& record);
  Result<std::vector<StoredRecord>> records_by_touch(const SpaceId& space, StorageReader::Order order,
                                                     std::uint64_t touched, const RecordId& record,
                                                     std::size_t count_max);
  Result<std::vector<std::uint64_t>> record_places(const SpaceId& space, const RecordId& record,
                                                   std::uint64_t seq, std::size_t count_max);
  Result<std::vector<ContestedField>> contested(const SpaceId& space, std::size_t count_max);
  Result<StorageCounts> counts();
  Result<std::map<std::string, Bytes>> values();
  Result<std::vector<SpaceId>> spaces();
  Result<void> all_grants(const std::function<Result<void>(const SpaceId&, const StoredGrant&)>& take);
  Result<void> all_records(const SpaceId& space,
                           const std::function<Result<void>(const StoredRecord&)>& take);
  Result<void> all_record_places(const SpaceId& space,
                                 const std::function<Result<void>(const RecordId&, std::uint64_t)>& take);

  /// Absent: the space has no history yet.
  Result<std::optional<std::int64_t>> space_number(const SpaceId& space);

 private:
  sqlite::Connection& db_;
};

/// Gives `Base` (StorageReader or Storage) its reads.
template <class Base>
class WithSqliteReads : public Base {
 public:
  explicit WithSqliteReads(sqlite::Connection connection)
      : connection_(std::make_unique<sqlite::Connection>(std::move(connection))), reads_(*connection_) {}

  Result<std::optional<Bytes>> value(std::string_view name) override { return reads_.value(name); }
  Result<std::vector<Bytes>> chain_entries(const SpaceId& space, std::uint64_t seq,
                                           std::size_t bytes_max) override {
    return reads_.chain_entries(space, seq, bytes_max);
  }
  Result<void> all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take) override {
    return reads_.all_entries(take);
  }
  Result<std::vector<StoredGrant>> grants(const SpaceId& space, const RecipientId& recipient,
                                          std::size_t count_max) override {
    return reads_.grants(space, recipient, count_max);
  }
  Result<std::optional<StoredChangeset>> last_changeset(const SpaceId& space) override {
    return reads_.last_changeset(space);
  }
  Result<std::optional<StoredChangeset>> changeset_at(const SpaceId& space, std::uint64_t seq) override {
    return reads_.changeset_at(space, seq);
  }
  Result<std::vector<StoredChangeset>> changesets_after(const SpaceId& space, std::uint64_t seq,
                                                        std::size_t bytes_max) override {
    return reads_.changesets_after(space, seq, bytes_max);
  }
  Result<std::optional<StoredChangeset>> changeset_of(const SpaceId& space, const WriterId& writer,
                                                      std::uint64_t writer_seq) override {
    return reads_.changeset_of(space, writer, writer_seq);
  }
  Result<std::vector<StoredChangeset>> writer_tips(const SpaceId& space) override {
    return reads_.writer_tips(space);
  }
  Result<std::optional<StoredRecord>> record(const SpaceId& space, const RecordId& record) override {
    return reads_.record(space, record);
  }
  Result<std::vector<StoredRecord>> records_by_touch(const SpaceId& space, StorageReader::Order order,
                                                     std::uint64_t touched, const RecordId& record,
                                                     std::size_t count_max) override {
    return reads_.records_by_touch(space, order, touched, record, count_max);
  }
  Result<std::vector<std::uint64_t>> record_places(const SpaceId& space, const RecordId& record,
                                                   std::uint64_t seq, std::size_t count_max) override {
    return reads_.record_places(space, record, seq, count_max);
  }
  Result<std::vector<ContestedField>> contested(const SpaceId& space, std::size_t count_max) override {
    return reads_.contested(space, count_max);
  }
  Result<StorageCounts> counts() override { return reads_.counts(); }
  Result<std::map<std::string, Bytes>> values() override { return reads_.values(); }
  Result<std::vector<SpaceId>> spaces() override { return reads_.spaces(); }
  Result<void> all_grants(
      const std::function<Result<void>(const SpaceId&, const StoredGrant&)>& take) override {
    return reads_.all_grants(take);
  }
  Result<void> all_records(const SpaceId& space,
                           const std::function<Result<void>(const StoredRecord&)>& take) override {
    return reads_.all_records(space, take);
  }
  Result<void> all_record_places(
      const SpaceId& space,
      const std::function<Result<void>(const RecordId&, std::uint64_t)>& take) override {
    return reads_.all_record_places(space, take);
  }

 protected:
  std::unique_ptr<sqlite::Connection> connection_;  // held apart, so that its address stays
  SqliteReads reads_;
};

}  // namespace samla::server
