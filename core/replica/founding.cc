// How a store comes to be: by founding an organisation, or by an invite. It is made in a folder beside the
// profile's and moved into place once the server has taken the device in, so that a failure leaves nothing.
#include <cstdlib>
#include <system_error>

#include "core/chain/server_fragment.h"
#include "core/custody/invite.h"
#include "core/replica/local_replica.h"

namespace samla::replica {

namespace {

namespace fs = std::filesystem;

struct ServerAddress {
  std::string host;
  std::uint16_t port = 0;
  chain::ServerFragment fragment;
};

Error bad_url() {
  return fail(ErrorCode::invalid_argument, "server.url",
              "it looks like ws://HOST:PORT/#FRAGMENT, as the server printed it");
}

Result<ServerAddress> parse_url(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  const auto hash = url.find('#');
  if (!url.starts_with(kScheme) || hash == std::string_view::npos) return bad_url();
  std::string_view authority = url.substr(kScheme.size(), hash - kScheme.size());
  while (authority.ends_with('/')) authority.remove_suffix(1);
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad_url();
  ServerAddress out;
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  out.host = host;
  const std::string digits(authority.substr(colon + 1));
  if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return bad_url();
  }
  const unsigned long port = std::strtoul(digits.c_str(), nullptr, 10);
  if (port == 0 || port > 0xffff) return bad_url();
  out.port = static_cast<std::uint16_t>(port);
  SAMLA_ASSIGN(out.fragment, chain::ServerFragment::decode(url.substr(hash + 1)));
  return out;
}

/// The folder where a profile is made; removed again unless it is moved into place.
class Nursery {
 public:
  static Result<Nursery> prepare(const fs::path& profile) {
    std::error_code error;
    if (store_exists(profile)) {
      return fail(ErrorCode::already_exists, "profile",
                  "there is a profile in " + profile.string() + " already");
    }
    if (fs::exists(profile, error) && !fs::is_empty(profile, error)) {
      return fail(ErrorCode::already_exists, "profile", profile.string() + " is not empty");
    }
    fs::path folder = profile;
    if (!folder.has_filename()) folder = folder.parent_path();
    folder += ".new";
    fs::remove_all(folder, error);
    return Nursery(profile, folder);
  }
  ~Nursery() {
    std::error_code error;
    if (!folder_.empty()) fs::remove_all(folder_, error);
  }
  Nursery(Nursery&& other) noexcept
      : profile_(std::move(other.profile_)), folder_(std::exchange(other.folder_, {})) {}
  Nursery& operator=(Nursery&&) = delete;

  const fs::path& folder() const { return folder_; }

  /// Once nothing has the store open.
  Result<void> move_into_place() {
    std::error_code error;
    fs::remove(profile_, error);  // an empty folder that was there
    fs::rename(folder_, profile_, error);
    if (error) return fail(ErrorCode::io, "profile", profile_.string() + ": " + error.message());
    folder_.clear();
    return {};
  }

 private:
  Nursery(fs::path profile, fs::path folder) : profile_(std::move(profile)), folder_(std::move(folder)) {}
  fs::path profile_;
  fs::path folder_;
};

/// Syncs to the end or says why not.
Result<void> reach_centre(LocalReplica& replica, const wire::Hello& hello) {
  const RunOutcome outcome = run_sync(replica.local(), replica.work(), hello, {}, RunUntil::kLevel);
  if (outcome.error) return *outcome.error;
  return {};
}

Result<std::unique_ptr<Replica>> settle(Nursery& nursery, std::unique_ptr<LocalReplica> replica,
                                        const OpenOptions& options) {
  replica.reset();  // closes the store
  SAMLA_TRY(nursery.move_into_place());
  return Replica::open(options);
}

}  // namespace

Result<std::unique_ptr<Replica>> Replica::create_organisation(const OpenOptions& options, Founding founding) {
  SAMLA_ASSIGN(ServerAddress server, parse_url(founding.server_url));
  SAMLA_ASSIGN(Nursery nursery, Nursery::prepare(options.directory));
  OpenOptions inside = options;
  inside.directory = nursery.folder();
  Random& random = random_of(options);

  std::error_code error;
  fs::create_directories(nursery.folder(), error);
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

Result<std::unique_ptr<Replica>> Replica::join(const OpenOptions& options, std::string_view invite_link,
                                               SpaceSpec personal,
                                               std::function<Result<void>(Replica&)> prepare) {
  SAMLA_ASSIGN(custody::InviteLink link, custody::InviteLink::decode(invite_link));
  SAMLA_ASSIGN(Nursery nursery, Nursery::prepare(options.directory));
  OpenOptions inside = options;
  inside.directory = nursery.folder();

  Account account;
  account.organisation = link.organisation;
  account.host = link.host;
  account.port = link.port;
  account.server = link.server;
  account.trusted = link.identity;
  account.invite = custody::invite_id(link.secret);
  SAMLA_ASSIGN(auto local,
               LocalStore::create(inside, account, custody::DeviceKeys::generate(random_of(options)),
                                  std::move(link.secret)));
  auto replica = std::make_unique<LocalReplica>(inside, std::move(local));
  personal.space_class = SpaceClass::kPersonal;
  replica->work().personal = personal;
  SAMLA_TRY(reach_centre(*replica, hello_for(replica->local(), {})));
  if (prepare) SAMLA_TRY(prepare(*replica));
  SAMLA_TRY(reach_centre(*replica, hello_for(replica->local(), {})));
  return settle(nursery, std::move(replica), options);
}

}  // namespace samla::replica
