// How an organisation comes to be, with its first store.
#include <system_error>

#include "core/replica/nursery.h"

namespace samla::replica {

namespace {

std::filesystem::path root_file(const Nursery& nursery) { return nursery.folder() / "organisation.root"; }

/// A founding at the same server that broke off when the claim may have been placed: a claim works once, so
/// that organisation is the one to go on with. Null: there is none, or the server does not know it.
Result<std::unique_ptr<LocalReplica>> begun(const OpenOptions& inside, Nursery& nursery,
                                            const ServerAddress& server) {
  using Found = std::unique_ptr<LocalReplica>;
  std::error_code error;
  auto local = half_made(inside);
  if (!local.ok()) {
    nursery.keep();
    return local.error();
  }
  const bool founding = *local != nullptr && !(*local)->account.invite && !(*local)->pairing_secret &&
                        std::filesystem::exists(root_file(nursery), error);
  if (!founding || (*local)->account.server != server.fragment.noise) return Found();
  (*local)->account.host = server.host;
  (*local)->account.port = server.port;
  auto replica = std::make_unique<LocalReplica>(inside, std::move(*local));
  const auto reached = reach_centre(*replica, hello_for(replica->local(), {}));
  if (reached.ok()) return replica;
  if (is_refused(reached.error().code)) return Found();
  nursery.keep();
  return reached.error();
}

Result<void> first_records(LocalReplica& replica, const Replica::Founding& founding) {
  if (founding.prepare) SAMLA_TRY(founding.prepare(replica));
  return reach_centre(replica, hello_for(replica.local(), {}));
}

/// Keys, store and the claim of an unclaimed server.
Result<std::unique_ptr<LocalReplica>> claim_server(const OpenOptions& inside, const Nursery& nursery,
                                                   const ServerAddress& server,
                                                   const Replica::Founding& founding) {
  Random& random = random_of(inside);
  std::error_code error;
  std::filesystem::create_directories(nursery.folder(), error);
  if (error) return fail(ErrorCode::io, "profile", nursery.folder().string() + ": " + error.message());
  // The root key is a file of its own, so that it can be taken off this machine: only certifying
  // administrators needs it.
  SAMLA_ASSIGN(Secret<32> seed, vault::create_key_slots(root_file(nursery), inside.passphrase, random));
  ChainWork::Claim claim{
      sign::SigningKey::from_seed(std::move(seed)), {}, {}, founding.role, founding.spaces};
  claim.genesis = {claim.root.verify_key(), random.fixed<decltype(chain::Genesis::salt)>()};
  claim.server = {server.fragment.noise, server.fragment.receipts};

  Account account;
  account.organisation = chain::organisation_id(claim.genesis);
  account.user = random.fixed<UserId>();
  account.host = server.host;
  account.port = server.port;
  account.server = server.fragment.noise;
  SAMLA_ASSIGN(auto local, LocalStore::create(inside, account, custody::DeviceKeys::generate(random), {}));
  auto replica = std::make_unique<LocalReplica>(inside, std::move(local));
  replica->work().claim = std::move(claim);
  return replica;
}

}  // namespace

Result<std::unique_ptr<Replica>> Replica::create_organisation(const OpenOptions& options, Founding founding) {
  SAMLA_ASSIGN(ServerAddress server, parse_server_url(founding.server_url));
  SAMLA_ASSIGN(Nursery nursery, Nursery::prepare(options.directory));
  OpenOptions inside = options;
  inside.directory = nursery.folder();
  SAMLA_ASSIGN(std::unique_ptr<LocalReplica> replica, begun(inside, nursery, server));
  bool taken_in = replica != nullptr;
  Result<void> founded;
  if (replica == nullptr) {
    nursery.clear();
    SAMLA_ASSIGN(replica, claim_server(inside, nursery, server, founding));
    const wire::Hello claim = hello_for(replica->local(), to_bytes(server.fragment.claim.view()));
    founded = reach_centre(*replica, claim);
    taken_in = replica->work().certificate_sent();
  }
  if (founded.ok()) founded = first_records(*replica, founding);
  if (!founded.ok()) {
    if (taken_in && !is_refused(founded.error().code)) nursery.keep();
    return founded.error();
  }
  return settle(nursery, std::move(replica), options);
}

}  // namespace samla::replica
