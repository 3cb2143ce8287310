#include "tests/bench/workloads/herd_organisation.h"

#include "core/base/clock.h"
#include "sync-server/arbiter.h"
#include "tests/bench/workloads/measure.h"

namespace samla::bench {
namespace {

constexpr replica::Purpose kPersonal = 3;
constexpr std::uint64_t kDayMs = 24ull * 60 * 60 * 1000;

template <class Id>
chain::Author author_of(chain::AuthorKind kind, const Id& id) {
  return {kind, decltype(chain::Author::id)::from(id.view())};
}

custody::DeviceKeys copy(const custody::DeviceKeys& keys) {
  Bytes bytes = keys.encode();
  auto out = custody::DeviceKeys::decode(bytes);
  wipe(bytes);
  if (!out.ok()) give_up("W3: a device's keys");
  return std::move(*out);
}

custody::SpaceKeys copy(const custody::SpaceKeys& keys) {
  return {{keys.epoch_key.bytes.duplicate()}, {keys.tag_key.bytes.duplicate()}};
}

}  // namespace

HerdOrganisation::HerdOrganisation(const chain::ServerFragment& server, std::size_t people)
    : root_(sign::SigningKey::generate(random_)),
      genesis_{root_.verify_key(), random_.fixed<decltype(chain::Genesis::salt)>()},
      id_(chain::organisation_id(genesis_)),
      now_ms_(SystemClock().now_ms()),
      server_(server.noise),
      admin_(custody::DeviceKeys::generate(random_)),
      identity_(id_) {
  const chain::Author root{chain::AuthorKind::kRoot, {}};
  chain::Entry first = entry(genesis_, root);
  first.sign_with(root_);
  place(first);
  chain::Entry admin = entry(chain::AdminCertificate{random_.fixed<UserId>(), 3, admin_.public_keys()}, root);
  admin.sign_with(root_);
  place(admin);
  place(by_admin(chain::ServerKeys{server.noise, server.receipts}));
  people_.reserve(people);
  for (std::size_t i = 0; i < people; ++i) add_person();
  for (Person& person : people_) {
    found(person, chain::SpaceGenesis{kPersonal, chain::SpaceClass::kPersonal,
                                      decltype(chain::SpaceGenesis::scope)::from(person.user.view()),
                                      chain::GrantPolicy::kAuto, chain::GrantPolicy::kAuto,
                                      seal::commitment_of(person.space.space(), person.keys.tag_key)});
    chain::Epoch epoch{1, seal::commitment_of(person.space.space(), 1, person.keys.epoch_key), {}, {}};
    // What is sealed to them is left out: the stores get the keys by hand.
    for (const auto& each : person.space.wanted(identity_, now_ms_)) {
      epoch.recipients.push_back({each.kind, each.id, random_.fixed<sign::Hash>()});
    }
    found(person, std::move(epoch));
  }
  identity_bytes_ = identity_.encode();
}

chain::Entry HerdOrganisation::entry(chain::Body body, chain::Author author) const {
  chain::Entry out;
  out.organisation = id_;
  out.anchor = identity_.head();
  out.author = author;
  out.time_ms = now_ms_;
  out.body = std::move(body);
  return out;
}

chain::Entry HerdOrganisation::by_admin(chain::Body body) const {
  chain::Entry out = entry(std::move(body), author_of(chain::AuthorKind::kDevice, admin_.device_id()));
  out.sign_with(admin_.sign());
  return out;
}

chain::Entry HerdOrganisation::certificate(chain::Author author, const sign::SigningKey& by,
                                           const UserId& user, const custody::DeviceKeys& device) const {
  chain::DeviceCertificate body{user, device.public_keys(), {}};
  body.possession =
      device.sign().sign(chain::kPossessionDomain, chain::possession_bytes(id_, user, device.public_keys()));
  chain::Entry out = entry(std::move(body), author);
  out.floating = true;
  out.sign_with(by);
  return out;
}

void HerdOrganisation::place(const chain::Entry& entry) {
  entries_.push_back(entry.encode());
  if (const auto taken = identity_.apply(entries_.back()); !taken.ok()) {
    give_up("W3: the identity chain: " + taken.error().message());
  }
}

/// The next entry of the person's space, by the first device.
void HerdOrganisation::found(Person& person, chain::Body body) const {
  chain::Entry out = entry(std::move(body), author_of(chain::AuthorKind::kDevice, person.first.device_id()));
  out.space = person.space.space();
  out.anchor = person.space.head();
  out.identity = identity_.head();
  out.sign_with(person.first.sign());
  person.entries.push_back(out.encode());
  if (const auto taken = person.space.apply(person.entries.back(), identity_); !taken.ok()) {
    give_up("W3: a space's chain: " + taken.error().message());
  }
}

/// Invited by the administrator; the second device is certified by the first.
void HerdOrganisation::add_person() {
  const auto user = random_.fixed<UserId>();
  const SpaceId space = chain::space_id(id_, kPersonal, user.view());
  people_.push_back({user,
                     custody::DeviceKeys::generate(random_),
                     custody::DeviceKeys::generate(random_),
                     custody::SpaceKeys::generate(random_),
                     chain::SpaceState(space),
                     {}});
  const Person& person = people_.back();
  const auto auth = sign::SigningKey::generate(random_);
  const chain::Invite invite{random_.fixed<InviteId>(),
                             user,
                             1,
                             random_.fixed<sign::Hash>(),
                             auth.verify_key(),
                             random_.fixed<SealPublicKey>(),
                             now_ms_ + kDayMs,
                             {}};
  place(by_admin(invite));
  place(certificate(author_of(chain::AuthorKind::kInvite, invite.invite), auth, user, person.first));
  place(certificate(author_of(chain::AuthorKind::kDevice, person.first.device_id()), person.first.sign(),
                    user, person.second));
}

Result<void> HerdOrganisation::place(server::Storage& storage) const {
  SAMLA_ASSIGN(auto transaction, storage.begin());
  std::uint64_t seq = 0;
  for (const Bytes& entry : entries_) SAMLA_TRY(transaction->put_entry({}, ++seq, entry));
  for (const Person& person : people_) {
    seq = 0;
    for (const Bytes& entry : person.entries) {
      SAMLA_TRY(transaction->put_entry(person.space.space(), ++seq, entry));
    }
  }
  SAMLA_TRY(transaction->drop_value(server::kClaimName));
  return transaction->commit();
}

Result<std::unique_ptr<replica::LocalReplica>> HerdOrganisation::make_device(std::size_t person, Which which,
                                                                             std::uint16_t port) const {
  const Person& owner = people_[person];
  replica::OpenOptions options;
  options.search_fields = {{"note", {"title", "body"}}};
  SAMLA_ASSIGN(auto connection, sqlite::Connection::open(":memory:"));
  replica::Database database;
  database.connection = std::make_unique<sqlite::Connection>(std::move(connection));
  replica::Account account;
  account.organisation = id_;
  account.user = owner.user;
  account.host = "127.0.0.1";
  account.port = port;
  account.server = server_;
  account.trusted = identity_.head();
  SAMLA_ASSIGN(auto local,
               replica::LocalStore::create(options, std::move(database), std::move(account),
                                           copy(which == Which::kFirst ? owner.first : owner.second), {}));
  SAMLA_ASSIGN(auto transaction, local->begin());
  SAMLA_TRY(local->tables->chains.keep_state({}, identity_.head(), identity_bytes_));
  SAMLA_TRY(local->tables->chains.keep_state(owner.space.space(), owner.space.head(), owner.space.encode()));
  SAMLA_TRY(local->membership->load());
  SAMLA_TRY(local->membership->add_key(owner.space.space(), 1, copy(owner.keys)));
  SAMLA_TRY(transaction.commit());
  return std::make_unique<replica::LocalReplica>(options, std::move(local));
}

}  // namespace samla::bench
