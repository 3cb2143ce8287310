// How a further device comes in: by an invite, by a code of another device of its user, or by recovery words.
#include "core/custody/invite.h"
#include "core/custody/pairing.h"
#include "core/net/client_channel.h"
#include "core/noise/channel.h"
#include "core/replica/nursery.h"

namespace samla::replica {

namespace {

using Prepare = std::function<Result<void>(Replica&)>;

constexpr std::chrono::milliseconds kConnectDeadline{8000};
constexpr std::chrono::milliseconds kAnswerDeadline{10'000};

/// Whom a newcomer believes, and by what it comes in.
struct Ticket {
  Account account;
  std::optional<Secret<32>> invite_secret;
  std::optional<Secret<32>> pairing_secret;
};

Result<Ticket> ticket_of(std::string_view text) {
  Ticket out;
  const auto believe = [&](const auto& link) {
    out.account.organisation = link.organisation;
    out.account.host = link.host;
    out.account.port = link.port;
    out.account.server = link.server;
    out.account.trusted = link.identity;
  };
  if (auto code = custody::PairingCode::decode(text); code.ok()) {
    believe(*code);
    out.account.user = code->user;
    out.pairing_secret = std::move(code->secret);
    return out;
  }
  SAMLA_ASSIGN(custody::InviteLink link, custody::InviteLink::decode(text));
  believe(link);
  out.account.invite = custody::invite_id(link.secret);
  out.invite_secret = std::move(link.secret);
  return out;
}

bool same(const std::optional<Secret<32>>& a, const std::optional<Secret<32>>& b) {
  return a.has_value() == b.has_value() && (!a || equal_in_constant_time(a->view(), b->view()));
}

/// The store of an attempt by the same ticket that broke off when the server may have taken the device in:
/// the ticket works once, so that device is the one to go on with. Null: there is none.
Result<std::unique_ptr<LocalStore>> unfinished(const OpenOptions& inside, const Ticket& ticket) {
  SAMLA_ASSIGN(auto local, half_made(inside));
  if (local == nullptr || local->account.organisation != ticket.account.organisation ||
      !same(local->invite_secret, ticket.invite_secret) ||
      !same(local->pairing_secret, ticket.pairing_secret)) {
    return std::unique_ptr<LocalStore>();
  }
  return local;
}

/// Only the server knows whether it had taken the device in.
Result<void> enter(LocalReplica& replica, bool resumed) {
  const wire::Hello hello = hello_for(replica.local(), {});
  if (!resumed || hello.entrance == wire::Entrance::kDevice) return reach_centre(replica, hello);
  wire::Hello as_device = hello;
  as_device.entrance = wire::Entrance::kDevice;
  as_device.invite = {};
  as_device.proof.clear();
  const auto reached = reach_centre(replica, as_device);
  if (reached.ok() || reached.error().code != ErrorCode::not_permitted) return reached;
  return reach_centre(replica, hello);
}

Result<void> finish(LocalReplica& replica, const Prepare& prepare) {
  if (prepare) SAMLA_TRY(prepare(replica));
  return reach_centre(replica, hello_for(replica.local(), {}));
}

// ---- recovery

Error silent() { return fail(ErrorCode::timed_out, "recover", "the server did not answer: try again later"); }

/// The first thing said to a server by one who has nothing but words: what is kept for them?
Result<custody::RecoveryBlob> fetch_blob(const ServerAddress& address, const custody::PaperKeys& paper,
                                         const custody::DeviceKeys& device) {
  net::Endpoint endpoint;
  endpoint.host = address.host;
  endpoint.port = address.port;
  const NoisePublicKey& server = address.fragment.noise;
  SAMLA_ASSIGN(auto channel, net::ClientChannel::connect(
                                 endpoint, server,
                                 noise::NoiseKeyPair::from_secret(Secret<32>::from(device.noise_secret())),
                                 noise::sync_prologue(endpoint.path), kConnectDeadline));
  wire::Hello hello;
  hello.entrance = wire::Entrance::kPaper;
  hello.device = device.device_id();
  hello.invite = InviteId::from(paper.id().view());
  hello.proof = paper_proof(paper, server, device);
  SAMLA_TRY(channel->send(wire::encode(hello)));
  for (;;) {
    SAMLA_ASSIGN(const auto bytes, channel->receive(kAnswerDeadline));
    if (!bytes) return silent();
    SAMLA_ASSIGN(const wire::Message message, wire::decode_message(*bytes));
    if (std::holds_alternative<wire::Goodbye>(message)) {
      return fail(ErrorCode::not_found, "recover",
                  "this server keeps nothing for these words: were they replaced by newer ones?");
    }
    const auto* kept = std::get_if<wire::Grants>(&message);
    if (kept == nullptr) continue;
    channel->close();
    if (kept->grants.empty()) return fail(ErrorCode::not_found, "recover", "nothing is kept for these words");
    return custody::RecoveryBlob::open(paper, kept->grants.front().sealed);
  }
}

Account account_of(const custody::RecoveryBlob& blob, const ServerAddress& address) {
  Account out;
  out.organisation = blob.organisation;
  out.user = blob.user;
  out.host = address.host;
  out.port = address.port;
  out.server = address.fragment.noise;
  out.trusted = blob.identity;
  return out;
}

/// Whether a half-made store is of an earlier try with the same words (each words' blob names a head of its
/// own).
bool began_by_words(const LocalStore& local, const Account& account) {
  return !local.invite_secret && !local.pairing_secret &&
         local.account.organisation == account.organisation && local.account.user == account.user &&
         local.account.trusted == account.trusted;
}

/// The address was given by somebody; the organisation must know it as its server.
Result<void> check_server(const LocalReplica& replica, const NoisePublicKey& server) {
  for (const auto& facts : replica.identity_chain().all_server_keys()) {
    if (facts.keys.noise == server) return {};
  }
  return fail(ErrorCode::wrong_server_key, "recover", "the organisation knows no such server");
}

}  // namespace

Result<std::unique_ptr<Replica>> Replica::join(const OpenOptions& options, std::string_view invite_link,
                                               SpaceSpec personal, Prepare prepare) {
  SAMLA_ASSIGN(Ticket ticket, ticket_of(invite_link));
  SAMLA_ASSIGN(Nursery nursery, Nursery::prepare(options.directory));
  OpenOptions inside = options;
  inside.directory = nursery.folder();
  auto begun = unfinished(inside, ticket);
  if (!begun.ok()) {
    nursery.keep();
    return begun.error();
  }
  std::unique_ptr<LocalStore> local = std::move(*begun);
  const bool resumed = local != nullptr;
  const bool paired = ticket.pairing_secret.has_value();
  if (!resumed) {
    nursery.clear();
    SAMLA_ASSIGN(local,
                 LocalStore::create(inside, ticket.account, custody::DeviceKeys::generate(random_of(options)),
                                    std::move(ticket.invite_secret), std::move(ticket.pairing_secret)));
  }
  auto replica = std::make_unique<LocalReplica>(inside, std::move(local));
  personal.space_class = SpaceClass::kPersonal;
  if (!paired) replica->work().personal = personal;
  auto joined = enter(*replica, resumed);
  if (joined.ok()) joined = finish(*replica, prepare);
  if (!joined.ok()) {
    const bool taken_in = resumed || replica->work().certificate_sent();
    if (taken_in && !is_refused(joined.error().code)) nursery.keep();
    return joined.error();
  }
  return settle(nursery, std::move(replica), options);
}

Result<std::unique_ptr<Replica>> Replica::recover(const OpenOptions& options, std::string_view server_url,
                                                  std::string_view words, Prepare prepare) {
  SAMLA_ASSIGN(const custody::RecoveryWords parsed, custody::RecoveryWords::parse(words));
  SAMLA_ASSIGN(const ServerAddress address, parse_server_url(server_url));
  SAMLA_ASSIGN(Nursery nursery, Nursery::prepare(options.directory));
  OpenOptions inside = options;
  inside.directory = nursery.folder();
  auto begun = half_made(inside);
  if (!begun.ok()) {
    nursery.keep();
    return begun.error();
  }
  std::unique_ptr<LocalStore> local = std::move(*begun);
  custody::PaperKeys paper = custody::keys_of_words(parsed);
  custody::DeviceKeys device = custody::DeviceKeys::generate(random_of(options));
  const auto fetched = fetch_blob(address, paper, device);
  if (!fetched.ok()) {
    if (local != nullptr) nursery.keep();
    return fetched.error();
  }
  const Account account = account_of(*fetched, address);
  const bool resumed = local != nullptr && began_by_words(*local, account);
  if (!resumed) {
    local.reset();
    nursery.clear();
    SAMLA_ASSIGN(local, LocalStore::create(inside, account, std::move(device), {}));
  }
  local->paper = std::move(paper);
  auto replica = std::make_unique<LocalReplica>(inside, std::move(local));
  auto joined = enter(*replica, resumed);
  if (joined.ok()) joined = check_server(*replica, account.server);
  if (joined.ok()) joined = finish(*replica, prepare);
  if (!joined.ok()) {
    // Words work again and again, and each time they bring in a device: the next try goes on with this one.
    const bool taken_in = resumed || replica->work().certificate_sent();
    if (taken_in && !is_refused(joined.error().code)) nursery.keep();
    return joined.error();
  }
  return settle(nursery, std::move(replica), options);
}

}  // namespace samla::replica
