#include "sync-server/server.h"

#include "core/chain/server_fragment.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"

namespace samla::server {
namespace {

std::filesystem::path keys_file(const std::filesystem::path& folder) { return folder / "server.keys"; }
std::filesystem::path storage_file(const std::filesystem::path& folder) { return folder / "server.db"; }

}  // namespace

Result<std::string> init_folder(const std::filesystem::path& folder, Random& random) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(ErrorCode::io, "server.init", folder.string() + ": " + error.message());
  if (std::filesystem::exists(keys_file(folder), error)) {
    return fail(ErrorCode::already_exists, "server.init", "there is a server in this folder");
  }
  const ServerKeys keys = ServerKeys::generate(random);
  chain::ServerFragment fragment;
  fragment.noise = keys.noise_public();
  fragment.receipts = keys.receipts.verify_key();
  fragment.claim = random.fixed<chain::ClaimToken>();
  SAMLA_ASSIGN(const auto storage, open_sqlite_storage(storage_file(folder)));
  SAMLA_ASSIGN(const auto transaction, storage->begin());
  SAMLA_TRY(transaction->put_value(kIncarnationName, random.fixed<Incarnation>().view()));
  SAMLA_TRY(transaction->put_value(kClaimName, chain::claim_hash(fragment.claim).view()));
  SAMLA_TRY(transaction->commit());
  // The keys come last: where they are, the rest is. An init that was cut is simply done again.
  SAMLA_TRY(keys.write(keys_file(folder)));
  return fragment.encode();
}

Server::Server(ServerKeys keys, const Incarnation& incarnation, std::unique_ptr<Storage> storage,
               std::unique_ptr<StorageReader> reader, const Clock& clock, Outlet outlet)
    : keys_(std::move(keys)),
      storage_(std::move(storage)),
      reader_(std::move(reader)),
      outlet_(std::move(outlet)),
      tips_(incarnation),
      arbiter_(*storage_, registry_, tips_, keys_, clock),
      shared_{registry_,
              tips_,
              keys_,
              clock,
              *reader_,
              fanout_,
              [this](Job job) {
                pipeline_->submit(std::move(job)); }} {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(const std::filesystem::path& folder, const Clock& clock,
                                             Outlet outlet, std::size_t verifiers) {
  SAMLA_ASSIGN(ServerKeys keys, ServerKeys::read(keys_file(folder)));
  SAMLA_ASSIGN(auto storage, open_sqlite_storage(storage_file(folder), {.create = false}));
  SAMLA_ASSIGN(auto reader, storage->open_reader());
  SAMLA_ASSIGN(const auto incarnation, storage->value(kIncarnationName));
  if (!incarnation || incarnation->size() != Incarnation::kSize) {
    return fail(ErrorCode::store_corrupt, "server.open", "the database names no incarnation");
  }
  std::unique_ptr<Server> server(new Server(std::move(keys), Incarnation::from(*incarnation),
                                            std::move(storage), std::move(reader), clock, std::move(outlet)));
  SAMLA_TRY(server->load());
  server->pipeline_ = std::make_unique<Pipeline>(
      server->arbiter_, server->registry_, verifiers, [raw = server.get()](GroupResult result) {
        auto shared = std::make_shared<GroupResult>(std::move(result));
        raw->outlet_.post([raw, shared] { raw->on_group(std::move(*shared)); });
      });
  return server;
}

Result<void> Server::load() {
  SAMLA_TRY(registry_.load(*storage_));
  for (const SpaceId& space : registry_.all_spaces()) {
    SAMLA_ASSIGN(const auto last, storage_->last_changeset(space));
    if (last) tips_.set(space, {tips_.incarnation(), last->seq, last->head});
  }
  return {};
}

void Server::stop() {
  if (pipeline_ != nullptr) pipeline_->stop();
}

// ---- from the transport

void Server::on_open(Asker number, const NoisePublicKey& peer) {
  connections_[number] = std::make_unique<Connection>(shared_, number, peer);
}

void Server::on_message(Asker number, ByteView message) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  found->second->on_message(message);
  flush(number);
}

void Server::on_closed(Asker number) {
  fanout_.drop(number);
  connections_.erase(number);
}

// ---- from the arbiter

/// Chains before answers before changesets: whoever is answered has been told what it rests on.
void Server::on_group(GroupResult result) {
  storage_works_ = result.committed;
  std::set<Asker> touched;
  const auto with = [&](Asker number, const auto& act) {
    const auto found = connections_.find(number);
    if (found == connections_.end()) return;
    act(*found->second);
    touched.insert(number);
  };
  if (!result.chains_changed.empty()) {
    for (auto& [number, connection] : connections_) {
      for (const SpaceId& space : result.chains_changed) connection->on_chain_changed(space);
      touched.insert(number);
    }
  }
  for (const auto& [number, answer] : result.chain_results) {
    with(number, [&](Connection& c) { c.on_chain_result(answer); });
  }
  for (const auto& [number, receipts] : result.receipts) {
    with(number, [&](Connection& c) { c.on_receipts(receipts); });
  }
  for (const auto& [number, refusal] : result.refusals) {
    with(number, [&](Connection& c) { c.on_refusal(refusal); });
  }
  for (const SpaceId& space : result.grown) {
    for (const Asker number : fanout_.readers_of(space)) {
      with(number, [&](Connection& c) { c.on_space_grown(space); });
    }
  }
  for (const Asker number : touched) flush(number);
}

void Server::flush(Asker number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  bool taken = true;
  for (Bytes& message : found->second->take_outgoing())
    taken = taken && outlet_.send(number, std::move(message));
  if (taken && !found->second->closed()) return;
  outlet_.close(number);
}

}  // namespace samla::server
