// The verification of a server's database: nothing in it is believed, everything is worked out anew.
#include <map>

#include "core/base/encoding.h"
#include "core/resolve/record_state.h"
#include "core/session/erasure.h"
#include "core/session/space_head.h"
#include "sync-server/arbiter.h"
#include "sync-server/maintenance.h"
#include "sync-server/pack_index.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"

namespace samla::server {
namespace {

constexpr std::size_t kReadBytes = std::size_t{1} << 20;

class Verifier {
 public:
  Verifier(StorageReader& reader, const ChainRegistry& registry, std::vector<std::string>& findings)
      : reader_(reader), registry_(registry), findings_(findings) {}

  Result<void> check_space(const SpaceId& space) {
    space_ = space;
    last_ = {};
    writers_.clear();
    records_.clear();
    for (;;) {
      SAMLA_ASSIGN(const auto run, reader_.changesets_after(space, last_.seq, kReadBytes));
      if (run.empty()) break;
      for (const StoredChangeset& stored : run) check(stored);
    }
    SAMLA_TRY(check_tip());
    SAMLA_TRY(check_records());
    return {};
  }
  std::uint64_t changesets() const { return changesets_; }

 private:
  void find(std::string what) {
    if (findings_.size() < kFindingsMax)
      findings_.push_back("space " + to_hex(space_.view()) + ": " + std::move(what));
  }

  void check(const StoredChangeset& stored) {
    ++changesets_;
    const std::string name = "changeset " + std::to_string(stored.seq);
    if (stored.seq != last_.seq + 1) find(name + " follows " + std::to_string(last_.seq));
    if (stored.head != session::running_head(last_.head, stored.seq, stored.hash))
      find(name + ": wrong running head");
    last_ = {{}, stored.seq, stored.head};
    auto changeset = change::Changeset::decode(stored.bytes);
    if (!changeset.ok()) return find(name + " does not decode: " + changeset.error().message());
    check_erasures(name, *changeset);
    check_header(name, stored, changeset->header);
    const IdentityPtr identity = registry_.identity();
    const auto owner = identity->device_of_writer(stored.writer, identity->head().seq);
    const auto* device = owner ? identity->device(*owner) : nullptr;
    if (device == nullptr || !changeset->signed_by(device->keys.sign)) find(name + ": wrong signature");
    apply(stored, *changeset);
  }

  void check_erasures(const std::string& name, change::Changeset& changeset) {
    const IdentityPtr identity = registry_.identity();
    if (!session::complete_but_for_erased(changeset, *identity)) {
      find(name + " lacks a write that nobody has erased");
    }
    if (session::drop_erased(changeset, *identity)) find(name + " has a write that has been erased");
  }

  void check_header(const std::string& name, const StoredChangeset& stored, const change::Header& header) {
    if (change::changeset_hash(header) != stored.hash) find(name + ": wrong hash");
    if (header.space != space_ || header.writer != stored.writer || header.seq != stored.writer_seq) {
      find(name + " is not what its place says");
    }
    auto& [seq, hash] = writers_[stored.writer];
    if (header.seq != seq + 1 || header.prev != hash) find(name + " does not follow its writer's last");
    seq = header.seq;
    hash = stored.hash;
  }

  void apply(const StoredChangeset& stored, const change::Changeset& changeset) {
    for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
      const change::WriteHeader* write = change::header_of(changeset.leaves[i]);
      if (write == nullptr) continue;
      Record& record = records_[write->record];
      record.place = stored.seq;
      take_write(*write, changeset.ref(i),
                 stored.validity == static_cast<std::uint8_t>(change::Validity::kValid), record.state,
                 record.live);
    }
  }

  /// What the servers of a shared storage go by, when they place the next one.
  Result<void> check_tip() {
    if (!reader_.shared()) return {};
    SAMLA_ASSIGN(const auto tips, reader_.tips(std::set<SpaceId>{space_}));
    const SpaceTip tip = tips.empty() ? SpaceTip{} : tips.front();
    if (tip.seq != last_.seq || tip.head != last_.head)
      find("the next place is not after the last changeset");
    return {};
  }

  Result<void> check_records() {
    SAMLA_ASSIGN(const auto unindexed, reader_.value(kUnindexedName));
    for (const auto& [id, record] : records_) {
      SAMLA_ASSIGN(const auto stored, reader_.record(space_, id));
      // Decoded, since an older server wrote the same state at greater length.
      const auto decoded = stored ? resolve::RecordState::decode(stored->state)
                                  : Result<resolve::RecordState>(fail(ErrorCode::not_found, "verify"));
      if (!decoded.ok() || *decoded != record.state) {
        find("record " + to_hex(id.view()) + ": wrong heads");
      } else if (!unindexed && (stored->live != record.live.encode() || stored->touched != record.place)) {
        find("record " + to_hex(id.view()) + ": wrong index for packs");
      }
    }
    return {};
  }

  StorageReader& reader_;
  const ChainRegistry& registry_;
  std::vector<std::string>& findings_;
  SpaceId space_;
  Position last_;
  std::uint64_t changesets_ = 0;
  std::map<WriterId, std::pair<std::uint64_t, Hash>> writers_;
  struct Record {
    resolve::RecordState state;
    resolve::LiveWrites live;
    std::uint64_t place = 0;
  };
  std::map<RecordId, Record> records_;
};

}  // namespace

Result<VerifyReport> verify_storage(const StoragePlace& place) {
  VerifyReport report;
  if (place.url.empty()) {
    SAMLA_ASSIGN(const std::string damage, find_sqlite_damage(place.file));
    if (!damage.empty()) report.findings.push_back("SQLite: " + damage);
  }
  SAMLA_ASSIGN(const auto reader, open_snapshot(place));
  SAMLA_ASSIGN(const auto incarnation, reader->value(kIncarnationName));
  if (!incarnation || incarnation->size() != Incarnation::kSize) report.findings.push_back("no incarnation");
  SAMLA_ASSIGN(report.counts, reader->counts());
  ChainRegistry registry;
  if (const auto loaded = registry.load(*reader); !loaded.ok()) {
    report.findings.push_back("chains: " + loaded.error().message());
    return report;
  }
  Verifier verifier(*reader, registry, report.findings);
  for (const SpaceId& space : registry.all_spaces()) SAMLA_TRY(verifier.check_space(space));
  if (verifier.changesets() != report.counts.changesets) {
    report.findings.push_back(std::to_string(report.counts.changesets - verifier.changesets()) +
                              " changesets are in spaces without a chain");
  }
  return report;
}

}  // namespace samla::server
