// What the server keeps, behind an interface with one conformance suite
// (tests/sync-server/storage_conformance_test.cc). Bytes and places only: it judges nothing.
//
// Invariant: after commit() returns success, everything of the transaction survives a power cut; after
// anything else, nothing of it is there, but where the connection to a database broke while it committed:
// then it may be, and whoever asks again finds it. A shared storage has other processes' commits in it too:
// what a transaction's scope names stands still from begin() to its end.
// Threads: a Storage belongs to one (the arbiter's), each StorageReader to another; a reader sees whole
// transactions.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/id.h"
#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::server {

using RecipientId = FixedBytes<16, struct GrantRecipientTag>;

/// One changeset in its place.
struct StoredChangeset {
  std::uint64_t seq = 0;
  Hash head;  ///< the space's running hash after it
  WriterId writer;
  std::uint64_t writer_seq = 0;
  Hash hash;
  std::uint8_t validity = 1;
  std::uint64_t identity_seq = 0;  ///< the entries that it named
  std::uint64_t space_seq = 0;
  Bytes bytes;  ///< empty where not asked for
};

struct StoredGrant {
  std::uint32_t epoch = 0;
  RecipientId recipient;
  Bytes sealed;
};

/// What is kept of a record beside its writes.
struct StoredRecord {
  RecordId record;
  std::uint64_t touched = 0;  ///< the place of the last changeset that wrote to it
  Bytes state;                ///< resolve::RecordState in its own codec
  Bytes live;                 ///< resolve::LiveWrites, likewise
};

struct ContestedField {
  RecordId record;
  FieldTag tag;
  std::uint32_t heads = 0;
};

/// How far a space's history has come.
struct SpaceTip {
  SpaceId space;
  std::uint64_t seq = 0;
  Hash head;
};

/// What the chains have grown by since a revision. A revision is a number that every commit raises which
/// adds an entry or changes a value.
struct ChainTail {
  std::uint64_t revision = 0;
  std::vector<std::pair<SpaceId, Bytes>> entries;  ///< in the order in which they were placed
};

/// What a transaction is about to touch. A storage of one process has no use for it.
struct TransactionScope {
  bool chains = true;  ///< it may put entries, grants and values, and changesets anywhere; else in `spaces`
  std::set<SpaceId> spaces = {};
  /// Whose last changesets, and which records' states, will be asked for.
  std::set<std::pair<SpaceId, WriterId>> writers = {};
  std::set<std::pair<SpaceId, RecordId>> records = {};
  std::set<SpaceId> watched = {};  ///< whose tips will be asked for, beside those of `spaces`
  std::uint64_t revision = 0;      ///< chains_since will be asked for this one
};

/// How much there is.
struct StorageCounts {
  std::uint64_t spaces = 0;  ///< with a history
  std::uint64_t changesets = 0;
  std::uint64_t changeset_bytes = 0;
  std::uint64_t chain_entries = 0;
  std::uint64_t grants = 0;
  std::uint64_t records = 0;
  std::uint64_t contested_fields = 0;
};

/// Reads. Lists are bounded by bytes or number.
class StorageReader {
 public:
  virtual ~StorageReader() = default;

  /// A small value by name; absent: never put.
  virtual Result<std::optional<Bytes>> value(std::string_view name) = 0;
  /// Entries after `seq`, at least one if there is any. Zero space: the identity chain.
  virtual Result<std::vector<Bytes>> chain_entries(const SpaceId& space, std::uint64_t seq,
                                                   std::size_t bytes_max) = 0;
  /// Every entry of every chain, each chain's in order. Stops at the first error that `take` returns.
  virtual Result<void> all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take) = 0;
  /// Of a recipient in a space, newest epoch first.
  virtual Result<std::vector<StoredGrant>> grants(const SpaceId& space, const RecipientId& recipient,
                                                  std::size_t count_max) = 0;
  /// The history's last; absent: none.
  virtual Result<std::optional<StoredChangeset>> last_changeset(const SpaceId& space) = 0;
  /// Without bytes.
  virtual Result<std::optional<StoredChangeset>> changeset_at(const SpaceId& space, std::uint64_t seq) = 0;
  /// With bytes, after `seq`, at least one if there is any.
  virtual Result<std::vector<StoredChangeset>> changesets_after(const SpaceId& space, std::uint64_t seq,
                                                                std::size_t bytes_max) = 0;
  /// Without bytes. `writer_seq` 0: the writer's last.
  virtual Result<std::optional<StoredChangeset>> changeset_of(const SpaceId& space, const WriterId& writer,
                                                              std::uint64_t writer_seq) = 0;
  /// Each writer's last, without bytes; by writer.
  virtual Result<std::vector<StoredChangeset>> writer_tips(const SpaceId& space) = 0;
  /// Absent: nobody wrote to it.
  virtual Result<std::optional<StoredRecord>> record(const SpaceId& space, const RecordId& record) = 0;
  /// Records by when they were touched last. Downwards: those before (touched, record), the last touched
  /// first; upwards: those after it.
  enum class Order : std::uint8_t { kDown, kUp };
  virtual Result<std::vector<StoredRecord>> records_by_touch(const SpaceId& space, Order order,
                                                             std::uint64_t touched, const RecordId& record,
                                                             std::size_t count_max) = 0;
  /// The places of the changesets that wrote to it, ascending, after `seq`.
  virtual Result<std::vector<std::uint64_t>> record_places(const SpaceId& space, const RecordId& record,
                                                           std::uint64_t seq, std::size_t count_max) = 0;
  virtual Result<std::vector<ContestedField>> contested(const SpaceId& space, std::size_t count_max) = 0;
  /// Reads everything: for operators, not for the way of a changeset.
  virtual Result<StorageCounts> counts() = 0;

  // For who copies or compares all of it: what the calls above don't list, in the order of the keys.
  virtual Result<std::map<std::string, Bytes>> values() {
    return fail(ErrorCode::unsupported, "storage.all");
  }
  /// With a history.
  virtual Result<std::vector<SpaceId>> spaces() { return fail(ErrorCode::unsupported, "storage.all"); }
  virtual Result<void> all_grants(const std::function<Result<void>(const SpaceId&, const StoredGrant&)>&) {
    return fail(ErrorCode::unsupported, "storage.all");
  }
  virtual Result<void> all_records(const SpaceId&, const std::function<Result<void>(const StoredRecord&)>&) {
    return fail(ErrorCode::unsupported, "storage.all");
  }
  virtual Result<void> all_record_places(const SpaceId&,
                                         const std::function<Result<void>(const RecordId&, std::uint64_t)>&) {
    return fail(ErrorCode::unsupported, "storage.all");
  }

  /// Whether other processes write to it too. The calls below are for those alone that ask because of it.
  virtual bool shared() const { return false; }
  /// A revision below `revision` says that the storage has been set back.
  virtual Result<ChainTail> chains_since(std::uint64_t revision) { return ChainTail{revision, {}}; }
  /// Of the spaces among these that have a history; without a list: of all.
  virtual Result<std::vector<SpaceTip>> tips(const std::optional<std::set<SpaceId>>&) {
    return std::vector<SpaceTip>();
  }
};

/// One write transaction. Destroyed without commit: as if it had never been. What a put does wrong (a place
/// is taken twice) may also be told by commit().
class StorageTransaction {
 public:
  virtual ~StorageTransaction() = default;

  virtual Result<void> put_value(std::string_view name, ByteView value) = 0;
  virtual Result<void> drop_value(std::string_view name) = 0;
  virtual Result<void> put_entry(const SpaceId& space, std::uint64_t seq, ByteView entry) = 0;
  virtual Result<void> put_grant(const SpaceId& space, const StoredGrant& grant) = 0;
  virtual Result<void> put_changeset(const SpaceId& space, const StoredChangeset& changeset) = 0;
  /// What the changeset at `seq` has come to be worth.
  virtual Result<void> put_validity(const SpaceId& space, std::uint64_t seq, std::uint8_t validity) = 0;
  /// The changeset's bytes without the ciphertexts that have been erased; what was there is overwritten.
  virtual Result<void> put_erased(const SpaceId& space, std::uint64_t seq, ByteView bytes) = 0;
  virtual Result<void> put_record(const SpaceId& space, const StoredRecord& record) = 0;
  /// The changeset at `seq` writes to it; again is harmless.
  virtual Result<void> put_record_place(const SpaceId& space, const RecordId& record, std::uint64_t seq) = 0;
  /// Replaces what the record's contested fields were.
  virtual Result<void> put_contested(const SpaceId& space, const RecordId& record,
                                     const std::vector<ContestedField>& fields) = 0;
  virtual Result<void> commit() = 0;
  /// After commit(), of a shared storage: the revision that it made; zero: none.
  virtual std::uint64_t revision() const { return 0; }
};

/// The way from one process over a shared storage to the others: "look again at these spaces".
class StorageNews {
 public:
  virtual ~StorageNews() = default;

  /// Zero space: the chains. Nothing at all: at everything, since something may have been missed.
  using Take = std::function<void(std::set<SpaceId>)>;
  /// From here on, until destroyed: `take` is called on a thread of its own.
  virtual void start(Take take) = 0;
  /// What this process has committed. Returns at once. Any thread.
  virtual void tell(const std::set<SpaceId>& spaces) = 0;
  /// What was taken could not be used, since the storage failed: everything is passed on again before long.
  /// Any thread.
  virtual void again() = 0;
};

/// The one writer. Its own reads see what its open transaction has put.
class Storage : public StorageReader {
 public:
  /// At most one at a time.
  virtual Result<std::unique_ptr<StorageTransaction>> begin(const TransactionScope& scope) = 0;
  /// Over everything.
  Result<std::unique_ptr<StorageTransaction>> begin() { return begin(TransactionScope()); }
  /// After an erasure has been committed: what is left of it in a log goes too, as far as no reader is in
  /// the way.
  virtual Result<void> forget_log() = 0;
  /// A reader for another thread.
  virtual Result<std::unique_ptr<StorageReader>> open_reader() = 0;
  /// Null: nobody else writes.
  virtual std::unique_ptr<StorageNews> open_news() { return nullptr; }
};

}  // namespace samla::server
