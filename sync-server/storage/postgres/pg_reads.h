// The reads of storage.h in SQL; a reader's, the writer's, and what a transaction reads ahead.
#pragma once

#include "sync-server/storage/postgres/pg_session.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

class PgReads {
 public:
  explicit PgReads(PgReading& reading) : db_(reading) {}

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
  Result<ChainTail> chains_since(std::uint64_t revision);
  Result<std::vector<SpaceTip>> tips(const std::optional<std::set<SpaceId>>& spaces);

 private:
  PgReading& db_;
};

/// Of rows whose columns from `column` on are those of a changeset.
Result<StoredChangeset> read_pg_changeset(const PgResult& rows, int row, int column = 0);
/// The same of a record: its id, when it was touched, its state, its live writes.
Result<StoredRecord> read_pg_record(const PgResult& rows, int row, int column);

// What a transaction reads ahead, in the batch that begins it.
extern const PgStatement kPgChainsSince;    ///< revision
extern const PgStatement kPgTips;           ///< spaces
extern const PgStatement kPgLastOfWriters;  ///< spaces, writers: space, writer, then a changeset or nulls
extern const PgStatement kPgRecords;  ///< spaces, records: space, record, then what is kept of it or nulls
Result<ChainTail> read_pg_chain_tail(const PgResult& rows);
Result<std::vector<SpaceTip>> read_pg_tips(const PgResult& rows);

/// Gives `Base` (StorageReader or Storage) its reads.
template <class Base>
class WithPgReads : public Base {
 public:
  explicit WithPgReads(PgReading& reading) : reads_(reading) {}

  bool shared() const override { return true; }
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
  Result<ChainTail> chains_since(std::uint64_t revision) override { return reads_.chains_since(revision); }
  Result<std::vector<SpaceTip>> tips(const std::optional<std::set<SpaceId>>& spaces) override {
    return reads_.tips(spaces);
  }

 protected:
  PgReads reads_;
};

}  // namespace samla::server
