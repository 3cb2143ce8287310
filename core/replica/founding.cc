// How an organisation comes to be, with its first store.
#include <system_error>

#include "core/replica/nursery.h"

namespace samla::replica {

Result<std::unique_ptr<Replica>> Replica::create_organisation(const OpenOptions& options, Founding founding) {
  SAMLA_ASSIGN(ServerAddress server, parse_server_url(founding.server_url));
  SAMLA_ASSIGN(Nursery nursery, Nursery::prepare(options.directory));
  nursery.clear();
  OpenOptions inside = options;
  inside.directory = nursery.folder();
  Random& random = random_of(options);

  std::error_code error;
  std::filesystem::create_directories(nursery.folder(), error);
  if (error) return fail(ErrorCode::io, "profile", nursery.folder().string() + ": " + error.message());
  // The root key is a file of its own, so that it can be taken off this machine: only certifying
  // administrators needs it.
  SAMLA_ASSIGN(Secret<32> seed,
               vault::create_key_slots(nursery.folder() / "organisation.root", options.passphrase, random));
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
  SAMLA_TRY(reach_centre(*replica, hello_for(replica->local(), to_bytes(server.fragment.claim.view()))));
  if (founding.prepare) SAMLA_TRY(founding.prepare(*replica));
  SAMLA_TRY(reach_centre(*replica, hello_for(replica->local(), {})));
  return settle(nursery, std::move(replica), options);
}

}  // namespace samla::replica
