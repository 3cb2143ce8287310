#include "tests/sim/sim_server.h"

#include "core/chain/server_fragment.h"
#include "sync-server/new_life.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"

namespace samla::sim {

namespace {

using namespace server;

/// Reads by the one connection: nobody else is there, and between transactions it sees what is committed.
class SameConnection final : public StorageReader {
 public:
  explicit SameConnection(Storage& storage) : storage_(storage) {}
  Result<std::optional<Bytes>> value(std::string_view name) override { return storage_.value(name); }
  Result<std::vector<Bytes>> chain_entries(const SpaceId& space, std::uint64_t seq,
                                           std::size_t bytes_max) override {
    return storage_.chain_entries(space, seq, bytes_max);
  }
  Result<void> all_entries(const std::function<Result<void>(const SpaceId&, ByteView)>& take) override {
    return storage_.all_entries(take);
  }
  Result<std::vector<StoredGrant>> grants(const SpaceId& space, const RecipientId& recipient,
                                          std::size_t count_max) override {
    return storage_.grants(space, recipient, count_max);
  }
  Result<std::optional<StoredChangeset>> last_changeset(const SpaceId& space) override {
    return storage_.last_changeset(space);
  }
  Result<std::optional<StoredChangeset>> changeset_at(const SpaceId& space, std::uint64_t seq) override {
    return storage_.changeset_at(space, seq);
  }
  Result<std::vector<StoredChangeset>> writer_tips(const SpaceId& space) override {
    return storage_.writer_tips(space);
  }
  Result<std::vector<StoredChangeset>> changesets_after(const SpaceId& space, std::uint64_t seq,
                                                        std::size_t bytes_max) override {
    return storage_.changesets_after(space, seq, bytes_max);
  }
  Result<std::optional<StoredChangeset>> changeset_of(const SpaceId& space, const WriterId& writer,
                                                      std::uint64_t writer_seq) override {
    return storage_.changeset_of(space, writer, writer_seq);
  }
  Result<std::optional<StoredRecord>> record(const SpaceId& space, const RecordId& record) override {
    return storage_.record(space, record);
  }
  Result<std::vector<StoredRecord>> records_by_touch(const SpaceId& space, Order order, std::uint64_t touched,
                                                     const RecordId& record, std::size_t count_max) override {
    return storage_.records_by_touch(space, order, touched, record, count_max);
  }
  Result<std::vector<std::uint64_t>> record_places(const SpaceId& space, const RecordId& record,
                                                   std::uint64_t seq, std::size_t count_max) override {
    return storage_.record_places(space, record, seq, count_max);
  }
  Result<std::vector<ContestedField>> contested(const SpaceId& space, std::size_t count_max) override {
    return storage_.contested(space, count_max);
  }
  Result<StorageCounts> counts() override { return storage_.counts(); }

 private:
  Storage& storage_;
};

}  // namespace

SimServer::SimServer(Stack stack, std::uint64_t seed, const std::uint64_t& true_ms, Send send, Close close)
    : clock(true_ms),
      random_(seed),
      keys_(ServerKeys::generate(random_)),
      claim_(random_.fixed<chain::ClaimToken>()),
      send_(std::move(send)),
      close_(std::move(close)) {
  if (stack == Stack::kFull) {
    disk_ = std::make_unique<FailingDisk>(random_.next());
  } else {
    disk_ = std::make_unique<MemoryDisk>("server");
  }
}

SimServer::~SimServer() = default;

Result<std::unique_ptr<Storage>> SimServer::open_storage() {
  return open_sqlite_storage(disk_->path(),
                             {.create = true, .vfs_name = disk_->vfs_name(), .prepare = plain_setup(*disk_)});
}

Result<void> SimServer::init() {
  {
    SAMLA_ASSIGN(const auto storage, open_storage());
    SAMLA_ASSIGN(const auto transaction, storage->begin());
    SAMLA_TRY(transaction->put_value(kIncarnationName, random_.fixed<Incarnation>().view()));
    SAMLA_TRY(transaction->put_value(kClaimName, chain::claim_hash(claim_).view()));
    SAMLA_TRY(transaction->commit());
  }
  return start();
}

Result<void> SimServer::start() {
  SAMLA_ASSIGN(auto storage, open_storage());
  Storage* const kept = storage.get();
  auto reader = std::make_unique<SameConnection>(*kept);
  Outlet outlet;
  outlet.send = [this](Asker number, Bytes message) {
    send_(number, std::move(message));
    return true;
  };
  outlet.close = [this](Asker number) { close_(number); };
  outlet.post = [this](std::function<void()> work) { posted_.push_back(std::move(work)); };
  ServerKeys keys{keys_.noise.duplicate(), keys_.receipts.duplicate()};
  SAMLA_ASSIGN(server_, Server::open({std::nullopt, std::move(keys), std::move(storage), std::move(reader)},
                                     clock, std::move(outlet), 0));
  storage_ = kept;
  constexpr std::size_t kPageBytes = 1500;  // so that a pack has several
  constexpr std::size_t kNever = ~std::size_t{0};
  server_->send_packs_from(packs ? 0 : kNever, kPageBytes);
  return {};
}

void SimServer::crash(Down down) {
  disk_->stop();
  storage_ = nullptr;
  server_.reset();
  posted_.clear();
  disk_->restart(down);
}

Result<void> SimServer::lose(Loss loss, const OrganisationId& organisation) {
  disk_->set_to(loss == Loss::kEmptied ? DiskImage() : backup_);
  if (loss == Loss::kSetBack) return {};
  SAMLA_ASSIGN(const auto storage, open_storage());
  if (loss == Loss::kRestored) return server::begin_new_life(*storage, random_, clock.now_ms());
  return server::begin_emptied(*storage, organisation, random_, clock.now_ms());
}

bool SimServer::run_posted() {
  if (posted_.empty()) return false;
  const auto work = std::move(posted_.front());
  posted_.pop_front();
  work();
  return true;
}

}  // namespace samla::sim
