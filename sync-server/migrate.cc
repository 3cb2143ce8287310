#include "sync-server/migrate.h"

#include "core/sign/hash.h"
#include "sync-server/arbiter.h"
#include "sync-server/folder.h"
#include "sync-server/follower.h"

namespace samla::server {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kRowsAtOnce = 4096;
constexpr std::size_t kContestedMax = std::size_t{1} << 40;

/// What takes the rows of a storage: a hash, and perhaps another storage.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<void> entry(const SpaceId& space, std::uint64_t seq, ByteView bytes) = 0;
  virtual Result<void> grant(const SpaceId& space, const StoredGrant& grant) = 0;
  virtual Result<void> changeset(const SpaceId& space, const StoredChangeset& changeset) = 0;
  virtual Result<void> record(const SpaceId& space, const StoredRecord& record) = 0;
  virtual Result<void> record_place(const SpaceId& space, const RecordId& record, std::uint64_t seq) = 0;
  /// Of one record, all.
  virtual Result<void> contested(const SpaceId& space, const RecordId& record,
                                 const std::vector<ContestedField>& fields) = 0;
  /// Last: by them the rest is a server's.
  virtual Result<void> values(const std::map<std::string, Bytes>& values) = 0;
};

Result<void> walk_contested(StorageReader& from, const SpaceId& space, Sink& to) {
  SAMLA_ASSIGN(const auto fields, from.contested(space, kContestedMax));
  for (std::size_t first = 0; first < fields.size();) {
    std::size_t end = first;
    while (end < fields.size() && fields[end].record == fields[first].record) ++end;
    SAMLA_TRY(to.contested(space, fields[first].record,
                           {fields.begin() + static_cast<std::ptrdiff_t>(first),
                            fields.begin() + static_cast<std::ptrdiff_t>(end)}));
    first = end;
  }
  return {};
}

Result<void> walk_space(StorageReader& from, const SpaceId& space, Sink& to) {
  for (std::uint64_t after = 0;;) {
    SAMLA_ASSIGN(const auto chunk, from.changesets_after(space, after, kChunkBytes));
    if (chunk.empty()) break;
    for (const StoredChangeset& each : chunk) SAMLA_TRY(to.changeset(space, each));
    after = chunk.back().seq;
  }
  SAMLA_TRY(from.all_records(space, [&](const StoredRecord& record) { return to.record(space, record); }));
  SAMLA_TRY(from.all_record_places(
      space, [&](const RecordId& record, std::uint64_t seq) { return to.record_place(space, record, seq); }));
  return walk_contested(from, space, to);
}

Result<void> walk(StorageReader& from, Sink& to) {
  // The order in which they were judged; a chain's own entries are numbered from one.
  std::map<SpaceId, std::uint64_t> seqs;
  SAMLA_TRY(from.all_entries(
      [&](const SpaceId& space, ByteView bytes) { return to.entry(space, ++seqs[space], bytes); }));
  SAMLA_TRY(from.all_grants(
      [&](const SpaceId& space, const StoredGrant& grant) { return to.grant(space, grant); }));
  SAMLA_ASSIGN(const auto spaces, from.spaces());
  for (const SpaceId& space : spaces) SAMLA_TRY(walk_space(from, space, to));
  SAMLA_ASSIGN(const auto values, from.values());
  return to.values(values);
}

/// Every row with its kind and, where it has no fixed size, its length.
class Digest : public Sink {
 public:
  Result<void> entry(const SpaceId& space, std::uint64_t seq, ByteView bytes) override {
    return add(1, bytes, space, seq);
  }
  Result<void> grant(const SpaceId& space, const StoredGrant& grant) override {
    hasher_.add(grant.recipient);
    return add(2, grant.sealed, space, grant.epoch);
  }
  Result<void> changeset(const SpaceId& space, const StoredChangeset& c) override {
    hasher_.add(c.head).add(c.writer).add(c.hash).add_number(c.writer_seq).add_number(c.validity);
    hasher_.add_number(c.identity_seq).add_number(c.space_seq);
    return add(3, c.bytes, space, c.seq);
  }
  Result<void> record(const SpaceId& space, const StoredRecord& record) override {
    hasher_.add(record.record).add_number(record.touched);
    SAMLA_TRY(add(4, record.state, space, 0));
    return add(8, record.live, space, 0);
  }
  Result<void> record_place(const SpaceId& space, const RecordId& record, std::uint64_t seq) override {
    hasher_.add(record);
    return add(9, {}, space, seq);
  }
  Result<void> contested(const SpaceId& space, const RecordId& record,
                         const std::vector<ContestedField>& fields) override {
    hasher_.add(record);
    for (const ContestedField& field : fields) hasher_.add(field.tag).add_number(field.heads);
    return add(5, {}, space, fields.size());
  }
  Result<void> values(const std::map<std::string, Bytes>& values) override {
    for (const auto& [name, value] : values) {
      SAMLA_TRY(add(6, as_bytes(name), {}, 0));
      SAMLA_TRY(add(7, value, {}, 0));
    }
    return {};
  }
  Hash finish() { return hasher_.finish(); }

 private:
  Result<void> add(std::uint64_t kind, ByteView bytes, const SpaceId& space, std::uint64_t number) {
    hasher_.add_number(kind).add(space).add_number(number).add_number(bytes.size()).add(bytes);
    return {};
  }
  sign::Hasher hasher_{"samla/server/storage/1"};
};

/// Writes what it takes, in transactions of bounded size, and keeps the source's lock awake.
class Copy final : public Digest {
 public:
  Copy(Storage& source, Storage& target, const MigrateProgress& progress, const StorageCounts& counts)
      : source_(source), target_(target), progress_(progress), counts_(counts) {}

  Result<void> entry(const SpaceId& space, std::uint64_t seq, ByteView bytes) override {
    SAMLA_TRY(Digest::entry(space, seq, bytes));
    return put(bytes.size(), [&](StorageTransaction& t) { return t.put_entry(space, seq, bytes); });
  }
  Result<void> grant(const SpaceId& space, const StoredGrant& grant) override {
    SAMLA_TRY(Digest::grant(space, grant));
    return put(grant.sealed.size(), [&](StorageTransaction& t) { return t.put_grant(space, grant); });
  }
  Result<void> changeset(const SpaceId& space, const StoredChangeset& changeset) override {
    SAMLA_TRY(Digest::changeset(space, changeset));
    ++changesets_;
    return put(changeset.bytes.size(),
               [&](StorageTransaction& t) { return t.put_changeset(space, changeset); });
  }
  Result<void> record(const SpaceId& space, const StoredRecord& record) override {
    SAMLA_TRY(Digest::record(space, record));
    return put(record.state.size() + record.live.size(),
               [&](StorageTransaction& t) { return t.put_record(space, record); });
  }
  Result<void> record_place(const SpaceId& space, const RecordId& record, std::uint64_t seq) override {
    SAMLA_TRY(Digest::record_place(space, record, seq));
    return put(0, [&](StorageTransaction& t) { return t.put_record_place(space, record, seq); });
  }
  Result<void> contested(const SpaceId& space, const RecordId& record,
                         const std::vector<ContestedField>& fields) override {
    SAMLA_TRY(Digest::contested(space, record, fields));
    return put(0, [&](StorageTransaction& t) { return t.put_contested(space, record, fields); });
  }
  /// Not written yet: not before the copy has been compared.
  Result<void> values(const std::map<std::string, Bytes>& values) override {
    SAMLA_TRY(Digest::values(values));
    return flush();
  }

 private:
  template <class Put>
  Result<void> put(std::size_t bytes, Put write) {
    if (transaction_ == nullptr) {
      SAMLA_ASSIGN(transaction_, target_.begin());
    }
    SAMLA_TRY(write(*transaction_));
    bytes_ += bytes;
    return ++rows_ < kRowsAtOnce && bytes_ < kChunkBytes ? Result<void>() : flush();
  }
  Result<void> flush() {
    if (transaction_ != nullptr) SAMLA_TRY(transaction_->commit());
    transaction_.reset();
    rows_ = bytes_ = 0;
    progress_("changesets copied", changesets_, counts_.changesets);
    SAMLA_ASSIGN([[maybe_unused]] const auto ignored, source_.value(kIncarnationName));
    return {};
  }

  Storage& source_;
  Storage& target_;
  const MigrateProgress& progress_;
  const StorageCounts counts_;
  std::unique_ptr<StorageTransaction> transaction_;
  std::size_t rows_ = 0, bytes_ = 0;
  std::uint64_t changesets_ = 0;
};

bool same(const StorageCounts& a, const StorageCounts& b) {
  return a.spaces == b.spaces && a.changesets == b.changesets && a.changeset_bytes == b.changeset_bytes &&
         a.chain_entries == b.chain_entries && a.grants == b.grants && a.records == b.records &&
         a.contested_fields == b.contested_fields;
}

Result<void> put_values(Storage& target, const std::map<std::string, Bytes>& values) {
  SAMLA_ASSIGN(const auto transaction, target.begin());
  for (const auto& [name, value] : values) SAMLA_TRY(transaction->put_value(name, value));
  return transaction->commit();
}

/// With nothing in it: a file has another name until it is whole.
Result<std::unique_ptr<Storage>> open_target(const StoragePlace& to) {
  if (to.url.empty()) {
    const std::filesystem::path folder = to.file.parent_path();
    std::error_code ignored;
    if (std::filesystem::exists(to.file, ignored)) {
      return fail(ErrorCode::already_exists, "server.migrate", "there is a database in " + folder.string());
    }
    drop_partial(folder);
    return open_storage({partial_file(folder), {}}, true);
  }
  SAMLA_ASSIGN(auto target, open_storage(to, true));
  SAMLA_ASSIGN(const StorageCounts counts, target->counts());
  SAMLA_ASSIGN(const auto values, target->values());
  if (values.contains(std::string(kIncarnationName))) {
    return fail(ErrorCode::already_exists, "server.migrate", "there is a server in " + shown(to));
  }
  if (!same(counts, {})) {
    return fail(ErrorCode::already_exists, "server.migrate",
                "a migration that was cut has left rows in " + shown(to) +
                    ": drop its schema, make it anew, and run this again");
  }
  return target;
}

Result<MigrateReport> copy(Storage& source, StorageReader& from, Storage& target,
                           const MigrateProgress& progress) {
  SAMLA_ASSIGN(const StorageCounts counts, from.counts());
  SAMLA_ASSIGN(const auto values, from.values());
  Copy copying(source, target, progress, counts);
  SAMLA_TRY(walk(from, copying));
  const Hash digest = copying.finish();
  progress("changesets to be compared", counts.changesets, counts.changesets);
  SAMLA_ASSIGN(const StorageCounts counts_there, target.counts());
  Digest there;
  SAMLA_TRY(walk(target, there));
  SAMLA_TRY(there.values(values));  // which it has not yet: the one part that is taken on trust here
  if (!same(counts, counts_there) || there.finish() != digest) {
    return fail(ErrorCode::store_corrupt, "server.migrate", "the copy differs from what was copied");
  }
  SAMLA_TRY(put_values(target, values));
  SAMLA_ASSIGN(const Hash whole, digest_of(target));
  if (whole != digest) return fail(ErrorCode::store_corrupt, "server.migrate", "the copy's values differ");
  return MigrateReport{counts, digest};
}

}  // namespace

Result<StoragePlace> parse_place(std::string_view text) {
  if (text.starts_with("postgres://") || text.starts_with("postgresql://")) {
    return StoragePlace{{}, std::string(text)};
  }
  for (const std::string_view scheme : {"sqlite://", "sqlite:"}) {
    if (text.starts_with(scheme) && text.size() > scheme.size()) {
      return place_of(std::filesystem::path(text.substr(scheme.size())), {});
    }
  }
  return fail(ErrorCode::invalid_argument, "server.migrate", "a place is sqlite:FOLDER or postgres://…");
}

Result<Hash> digest_of(StorageReader& storage) {
  Digest digest;
  SAMLA_TRY(walk(storage, digest));
  return digest.finish();
}

Result<MigrateReport> migrate(const StoragePlace& from, const StoragePlace& to,
                              const MigrateProgress& progress) {
  std::optional<FolderLock> from_lock, to_lock;
  if (from.url.empty()) {
    SAMLA_ASSIGN(FolderLock lock, FolderLock::take(from.file.parent_path()));
    from_lock.emplace(std::move(lock));
  }
  if (to.url.empty()) {
    SAMLA_TRY(make_folder(to.file.parent_path()));
    SAMLA_ASSIGN(FolderLock lock, FolderLock::take(to.file.parent_path()));
    to_lock.emplace(std::move(lock));
  }
  SAMLA_ASSIGN(const auto source, open_storage(from, false));
  // Until its end nobody else writes there.
  SAMLA_ASSIGN(const auto held, source->begin());
  SAMLA_TRY(not_moved(*source));
  SAMLA_ASSIGN(auto target, open_target(to));
  SAMLA_ASSIGN(const auto snapshot, open_snapshot(from));
  SAMLA_ASSIGN(const MigrateReport report, copy(*source, *snapshot, *target, progress));
  target.reset();
  if (to.url.empty()) SAMLA_TRY(name_partial(to.file.parent_path()));
  SAMLA_TRY(held->put_value(kMovedName, as_bytes(shown(to))));
  SAMLA_TRY(held->commit());
  return report;
}

}  // namespace samla::server
