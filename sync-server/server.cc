#include "sync-server/server.h"

#include "core/base/planted_bug.h"

#include "sync-server/erasures.h"
#include "sync-server/key_change.h"
#include "sync-server/pack_index.h"
#include "sync-server/storage/open_storage.h"

namespace samla::server {
Server::Server(ServerParts parts, const Incarnation& incarnation, const Clock& clock, Outlet outlet)
    : folder_(std::move(parts.folder)),
      lock_(std::move(parts.lock)),
      keys_(std::move(parts.keys)),
      storage_(std::move(parts.storage)),
      reader_(std::move(parts.reader)),
      outlet_(std::move(outlet)),
      tips_(incarnation),
      horizon_(folder_),
      arbiter_(*storage_, registry_, tips_, keys_, clock),
      shared_{registry_, tips_,
              keys_,     keys_before_,
              clock,     *reader_,
              fanout_,   [this](Job job) { pipeline_->submit(std::move(job)); },
              horizon_,  arbiter_.follower()} {}

Server::~Server() { stop(); }

Result<std::unique_ptr<Server>> Server::open(const ServerPlace& place, const Clock& clock, Outlet outlet,
                                             std::size_t verifiers) {
  SAMLA_ASSIGN(FolderLock lock, FolderLock::take(place.folder));
  SAMLA_ASSIGN(ServerKeys keys, known_keys(place.folder));
  SAMLA_ASSIGN(auto storage, open_storage(place_of(place.folder, place.storage_url), false));
  SAMLA_ASSIGN(auto reader, storage->open_reader());
  return open({std::move(lock), std::move(keys), std::move(storage), std::move(reader), place.folder}, clock,
              std::move(outlet), verifiers);
}

Result<std::unique_ptr<Server>> Server::open(ServerParts parts, const Clock& clock, Outlet outlet,
                                             std::size_t verifiers) {
  SAMLA_ASSIGN(const auto incarnation, parts.storage->value(kIncarnationName));
  if (!incarnation || incarnation->size() != Incarnation::kSize) {
    return fail(ErrorCode::store_corrupt, "server.open (the database names no incarnation)");
  }
  SAMLA_TRY(not_moved(*parts.storage));
  const std::filesystem::path folder = parts.folder;
  std::unique_ptr<Server> server(
      new Server(std::move(parts), Incarnation::from(*incarnation), clock, std::move(outlet)));
  SAMLA_TRY(server->load(folder));
  server->start(verifiers);
  return server;
}

void Server::start(std::size_t verifiers) {
  news_ = storage_->open_news();
  const auto done = [post = outlet_.post, weak = std::weak_ptr(self_),
                     news = news_.get()](GroupResult result) {
    if (news != nullptr) result.committed ? news->tell(result.news) : news->again();
    auto shared = std::make_shared<GroupResult>(std::move(result));
    post([weak, shared] {
      if (const auto self = weak.lock()) (*self)->on_group(std::move(*shared));
    });
  };
  pipeline_ = std::make_unique<Pipeline>(arbiter_, registry_, verifiers, done);
}

void Server::follow() {
  if (news_ == nullptr) return;
  news_->start([this](std::set<SpaceId> spaces) { pipeline_->submit({0, NewsJob{std::move(spaces)}}); });
}

Result<void> Server::load(const std::filesystem::path& folder) {
  if (const auto loaded = registry_.load(*storage_); !loaded.ok()) {
    const ErrorCode code = loaded.error().code;
    if (code == ErrorCode::io || code == ErrorCode::disk_full || code == ErrorCode::store_busy ||
        code == ErrorCode::offline) {
      return loaded;
    }
    return fail(ErrorCode::store_corrupt, "server.load (chains: " + loaded.error().message() + ")");
  }
  if (!folder.empty()) {
    SAMLA_ASSIGN(KeysInForce keys, keys_in_force(folder, registry_.identity().get()));
    keys_ = std::move(keys.now);
    keys_before_ = std::move(keys.before);
  }
  if (const IdentityPtr identity = registry_.identity()) SAMLA_TRY(replay_erasures(*storage_, *identity));
  SAMLA_TRY(index_records(*storage_, registry_.all_spaces()));
  SAMLA_TRY(arbiter_.follower().read_tips(*storage_, {}));
  for (const SpaceId& space : storage_->shared() ? std::vector<SpaceId>() : registry_.all_spaces()) {
    SAMLA_ASSIGN(const auto last, storage_->last_changeset(space));
    if (last) tips_.set(space, {tips_.incarnation(), last->seq, last->head});
  }
  name_organisation();
  return {};
}

void Server::stop() {
  if (pipeline_ != nullptr) pipeline_->stop();
  news_.reset();  // it submits, and tells of what was placed last
}

// ---- from the transport

void Server::on_open(Asker number, const NoisePublicKey& peer) {
  connections_[number] = std::make_unique<Connection>(shared_, number, peer);
  metrics_.set_connections(connections_.size());
}

void Server::on_message(Asker number, ByteView message) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  found->second->on_message(message);
  flush(number);
  pass_on_news();
}

void Server::on_closed(Asker number) {
  fanout_.drop(number);
  connections_.erase(number);
  metrics_.set_connections(connections_.size());
}

bool Server::entered(Asker number) const {
  const auto found = connections_.find(number);
  return found != connections_.end() && found->second->entered();
}

// ---- from the arbiter

/// Chains before answers before changesets: whoever is answered has been told what it rests on.
void Server::on_group(GroupResult result) {
  if (!result.only_news) metrics_.count(result);
  metrics_.set_queued(pipeline_->queued_bytes());
  if (storage_works_.exchange(result.committed) != result.committed && outlet_.storage_changed) {
    outlet_.storage_changed(result.failure);
  }
  pass_on_news();
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
  for (const auto& each : result.offer_results) {
    with(each.first, [&](Connection& c) { c.on_offer_result(each.second); });
  }
  for (const auto& each : result.reoffer_refusals) {
    with(each.first, [&](Connection& c) { c.on_reoffer_refusal(each.second); });
  }
  for (const auto& each : result.chain_results) {
    with(each.first, [&](Connection& c) { c.on_chain_result(each.second); });
  }
  for (const auto& each : result.receipts) {
    with(each.first, [&](Connection& c) { c.on_receipts(each.second); });
  }
  for (const auto& each : result.refusals) {
    with(each.first, [&](Connection& c) { c.on_refusal(each.second); });
  }
  if (SAMLA_PLANTED_BUG(no_wake_up)) result.grown.clear();
  if (result.everything_grown) result.grown = fanout_.spaces();
  for (const SpaceId& space : result.grown) {
    for (const Asker number : fanout_.readers_of(space)) {
      with(number, [&](Connection& c) { c.on_space_grown(space); });
    }
  }
  if (result.renewed) {
    for (auto& [number, connection] : connections_) {
      connection->close(wire::Refused::kLater);
      touched.insert(number);
    }
  }
  for (const Asker number : touched) flush(number);
  if (!result.chains_changed.empty()) name_organisation();
}

/// Of what was learned from a shared storage while something else was done.
void Server::pass_on_news() {
  const Follower::News news = arbiter_.follower().take();
  if (news.chains.empty() && !news.renewed) return;
  std::vector<Asker> all;
  for (auto& [number, connection] : connections_) {
    for (const SpaceId& space : news.chains) connection->on_chain_changed(space);
    if (news.renewed) connection->close(wire::Refused::kLater);
    all.push_back(number);
  }
  for (const Asker number : all) flush(number);
  name_organisation();
}

/// Beside the database: who has lost that knows by it whose devices are to fill a new one.
void Server::name_organisation() {
  const IdentityPtr identity = registry_.identity();
  if (folder_.empty() || organisation_named_ || identity == nullptr) return;
  organisation_named_ = write_organisation(folder_, identity->organisation()).ok();
}

void Server::flush(Asker number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  bool taken = true;
  for (Bytes& message : found->second->take_outgoing()) {
    taken = taken && outlet_.send(number, std::move(message));
  }
  if (taken && !found->second->closed()) return;
  outlet_.close(number);
}

}  // namespace samla::server
