// A write transaction in PostgreSQL in two round trips: one that takes the locks and reads ahead what the
// scope names, one that writes and commits. Reads between them that were not foreseen cost one each, after
// what has been put.
//
// Locks, in this order: the chains (an advisory lock: shared to place changesets, alone to change chains),
// then the rows of the spaces, by their ids. So seq and running head of a space are assigned while nobody
// else can, and a reader's cursor never passes a number that is committed later.
// Thread: the storage's.
#pragma once

#include <map>
#include <tuple>

#include "sync-server/storage/postgres/pg_reads.h"

namespace samla::server {

/// What was read when the transaction began, and still holds.
struct PgReadAhead {
  std::uint64_t since = 0;
  std::optional<ChainTail> chains;
  std::map<SpaceId, SpaceTip> tips;
  std::set<SpaceId> tips_of;
  std::map<std::pair<SpaceId, WriterId>, std::optional<StoredChangeset>> writers;
  std::map<std::pair<SpaceId, RecordId>, std::optional<StoredRecord>> records;
};

class PgTransaction final : public StorageTransaction, public PgReading {
 public:
  /// `over`: called once, when the transaction is.
  static Result<std::unique_ptr<PgTransaction>> begin(PgSession& session, const TransactionScope& scope,
                                                      std::function<void()> over);
  ~PgTransaction() override;

  Result<void> put_value(std::string_view name, ByteView value) override;
  Result<void> drop_value(std::string_view name) override;
  Result<void> put_entry(const SpaceId& space, std::uint64_t seq, ByteView entry) override;
  Result<void> put_grant(const SpaceId& space, const StoredGrant& grant) override;
  Result<void> put_changeset(const SpaceId& space, const StoredChangeset& changeset) override;
  Result<void> put_validity(const SpaceId& space, std::uint64_t seq, std::uint8_t validity) override;
  Result<void> put_erased(const SpaceId& space, std::uint64_t seq, ByteView bytes) override;
  Result<void> put_record(const SpaceId& space, const StoredRecord& record) override;
  Result<void> put_record_place(const SpaceId& space, const RecordId& record, std::uint64_t seq) override;
  Result<void> put_contested(const SpaceId& space, const RecordId& record,
                             const std::vector<ContestedField>& fields) override;
  Result<void> commit() override;
  std::uint64_t revision() const override { return committed_ && revised_ ? revision_ : 0; }

  const PgReadAhead& ahead() const { return ahead_; }
  /// Sees what has been put.
  Result<PgResult> read(const PgStatement& statement, PgParams params) override;

 private:
  PgTransaction(PgConnection& connection, bool chains) : connection_(connection), chains_(chains) {}
  Result<void> lock_and_read(const TransactionScope& scope);
  Result<void> lock_new_spaces(const TransactionScope& scope);
  std::uint64_t revise();
  void gather();
  void gather_changesets();
  void gather_records();
  Result<std::vector<PgResult>> run();
  Result<void> send_commit();
  void end();

  PgConnection& connection_;
  const bool chains_;
  std::function<void()> over_;
  PgReadAhead ahead_;
  std::uint64_t revision_ = 0;
  bool revised_ = false;
  bool committed_ = false;
  bool ended_ = false;
  /// Put and not yet sent: rows of the same kind go as one statement.
  PgBatch batch_;
  std::vector<std::pair<SpaceId, StoredChangeset>> changesets_;
  std::map<std::pair<SpaceId, RecordId>, StoredRecord> records_;
  std::set<std::tuple<SpaceId, RecordId, std::uint64_t>> places_;
  std::map<SpaceId, std::pair<std::uint64_t, Hash>> tips_;
};

}  // namespace samla::server
