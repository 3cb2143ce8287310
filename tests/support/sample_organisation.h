// An organisation's chains as tests grow them: entries made and signed as real devices would.
#pragma once

#include <map>
#include <optional>

#include "core/chain/space_state.h"

namespace samla::test {

struct TestDevice {
  UserId user;
  sign::SigningKey key;
  chain::DeviceKeysPublic keys;
  DeviceId id() const { return chain::device_id(keys.sign); }
};

struct TestInvite {
  chain::Invite invite;
  sign::SigningKey auth;
};

struct TestPaper {
  chain::Paper paper;
  sign::SigningKey key;
  chain::PaperId id() const { return chain::paper_id(paper.sign); }
};

struct TestPairing {
  chain::Pairing pairing;
  sign::SigningKey auth;
};

struct TestEscrow {
  chain::Escrow escrow;
  std::vector<sign::SigningKey> holders;
};

class Organisation {
 public:
  explicit Organisation(std::uint64_t seed = 1)
      : random_(seed),
        root_(sign::SigningKey::generate(random_)),
        genesis_{root_.verify_key(), random_.fixed<decltype(chain::Genesis::salt)>()},
        id_(chain::organisation_id(genesis_)),
        identity(id_),
        admin(make_device(random_.fixed<UserId>())) {
    place(signed_by_root(genesis_));
    place(signed_by_root(chain::AdminCertificate{admin.user, 3, admin.keys}));
  }

 private:
  SeededRandom random_;
  sign::SigningKey root_;
  chain::Genesis genesis_;
  OrganisationId id_;
  std::vector<std::pair<SpaceId, Bytes>> placed_;

 public:
  chain::IdentityState identity;
  TestDevice admin;

  const OrganisationId& id() const { return id_; }
  SeededRandom& random() { return random_; }

  /// `noise`: its transport key, where a test holds the secret; else a random one.
  TestDevice make_device(const UserId& user, const std::optional<NoisePublicKey>& noise = {}) {
    sign::SigningKey key = sign::SigningKey::generate(random_);
    chain::DeviceKeysPublic keys{key.verify_key(), random_.fixed<SealPublicKey>(),
                                 noise ? *noise : random_.fixed<NoisePublicKey>()};
    return {user, std::move(key), keys};
  }

  // ---- entries, not yet placed

  chain::Entry unsigned_entry(chain::Body body, chain::Author author) const {
    chain::Entry entry;
    entry.organisation = id_;
    entry.anchor = identity.head();
    entry.author = author;
    entry.time_ms = 1'470'000'000'000;
    entry.body = std::move(body);
    return entry;
  }
  chain::Entry signed_by_root(chain::Body body) const {
    chain::Entry entry = unsigned_entry(std::move(body), {chain::AuthorKind::kRoot, {}});
    entry.sign_with(root_);
    return entry;
  }
  chain::Entry signed_by(const TestDevice& device, chain::Body body) const {
    chain::Entry entry = unsigned_entry(std::move(body), author_of(device));
    entry.sign_with(device.key);
    return entry;
  }
  TestInvite make_invite(const UserId& user, std::vector<chain::Entitlement> entitlements = {}) {
    TestInvite made{{}, sign::SigningKey::generate(random_)};
    made.invite = {random_.fixed<InviteId>(),
                   user,
                   1,
                   random_.fixed<sign::Hash>(),
                   made.auth.verify_key(),
                   random_.fixed<SealPublicKey>(),
                   1'480'000'000'000,
                   std::move(entitlements)};
    return made;
  }
  chain::Entry certificate(const TestInvite& invite, const TestDevice& device) const {
    return certificate(chain::AuthorKind::kInvite, invite.invite.invite.view(), invite.auth, device);
  }
  chain::Entry certificate(const TestPairing& pairing, const TestDevice& device) const {
    return certificate(chain::AuthorKind::kPairing, pairing.pairing.pairing.view(), pairing.auth, device);
  }
  chain::Entry certificate(const TestPaper& paper, const TestDevice& device) const {
    return certificate(chain::AuthorKind::kPaper, paper.id().view(), paper.key, device);
  }
  chain::Entry certificate(const TestDevice& by, const TestDevice& device) const {
    return certificate(chain::AuthorKind::kDevice, by.id().view(), by.key, device);
  }
  chain::Entry certificate(chain::AuthorKind kind, ByteView id, const sign::SigningKey& key,
                           const TestDevice& device) const {
    chain::DeviceCertificate body{device.user, device.keys, {}};
    body.possession =
        device.key.sign(chain::kPossessionDomain, chain::possession_bytes(id_, device.user, device.keys));
    chain::Entry entry = unsigned_entry(body, {kind, decltype(chain::Author::id)::from(id)});
    entry.floating = true;
    entry.sign_with(key);
    return entry;
  }
  chain::Entry floating(const TestDevice& device, chain::Body body) const {
    chain::Entry entry = unsigned_entry(std::move(body), author_of(device));
    entry.floating = true;
    entry.sign_with(device.key);
    return entry;
  }
  chain::Entry signed_by(const TestPaper& paper, chain::Body body) const {
    chain::Entry entry = unsigned_entry(
        std::move(body), {chain::AuthorKind::kPaper, decltype(chain::Author::id)::from(paper.id().view())});
    entry.sign_with(paper.key);
    return entry;
  }
  TestPaper make_paper(const UserId& user) {
    TestPaper made{{}, sign::SigningKey::generate(random_)};
    made.paper = {user, made.key.verify_key(), random_.fixed<SealPublicKey>(), {}};
    made.paper.possession =
        made.key.sign(chain::kPaperPossessionDomain, chain::paper_possession_bytes(id_, made.paper));
    return made;
  }
  TestPairing make_pairing(const UserId& user) {
    TestPairing made{{}, sign::SigningKey::generate(random_)};
    made.pairing = {random_.fixed<chain::PairingId>(), user,
                    random_.fixed<sign::Hash>(),       made.auth.verify_key(),
                    random_.fixed<SealPublicKey>(),    1'480'000'000'000};
    return made;
  }
  TestEscrow make_escrow() {
    TestEscrow made;
    made.escrow.escrow = random_.fixed<chain::EscrowId>();
    made.escrow.seal = random_.fixed<SealPublicKey>();
    for (chain::EscrowHolder& holder : made.escrow.holders) {
      made.holders.push_back(sign::SigningKey::generate(random_));
      holder = {made.holders.back().verify_key(), random_.fixed<SealPublicKey>(), {1, 2, 3}};
    }
    return made;
  }
  static chain::Revocation revocation(const TestDevice& device, std::vector<chain::Cutoff> cutoffs = {}) {
    return {chain::RevocationTarget::kDevice, decltype(chain::Revocation::id)::from(device.id().view()),
            std::move(cutoffs)};
  }
  template <class Id>
  static chain::Revocation revocation(chain::RevocationTarget target, const Id& id) {
    return {target, decltype(chain::Revocation::id)::from(id.view()), {}};
  }
  chain::Entry space_entry(const TestDevice& device, const chain::SpaceState& space, chain::Body body) const {
    chain::Entry entry = unsigned_entry(std::move(body), author_of(device));
    entry.space = space.space();
    entry.anchor = space.head();
    entry.identity = identity.head();
    entry.sign_with(device.key);
    return entry;
  }

  // ---- placed

  /// All that was placed, in that order; zero space: the identity chain.
  const std::vector<std::pair<SpaceId, Bytes>>& placed() const { return placed_; }

  void place(const chain::Entry& entry) {
    SAMLA_ASSERT(identity.apply(entry.encode()).ok());
    placed_.emplace_back(SpaceId{}, entry.encode());
  }
  void place(chain::SpaceState& space, const chain::Entry& entry) {
    SAMLA_ASSERT(space.apply(entry.encode(), identity).ok());
    placed_.emplace_back(space.space(), entry.encode());
  }
  TestInvite invite(const UserId& user, std::vector<chain::Entitlement> entitlements = {}) {
    TestInvite made = make_invite(user, std::move(entitlements));
    place(signed_by(admin, made.invite));
    return made;
  }
  /// A new device of `user`, joined by an invite of its own.
  TestDevice join(const UserId& user, std::vector<chain::Entitlement> entitlements = {},
                  const std::optional<NoisePublicKey>& noise = {}) {
    const TestInvite by = invite(user, std::move(entitlements));
    TestDevice device = make_device(user, noise);
    place(certificate(by, device));
    return device;
  }

  static chain::Recipient recipient(const TestDevice& device) {
    return {chain::RecipientKind::kDevice, decltype(chain::Recipient::id)::from(device.id().view()), {{1}}};
  }
  static chain::Recipient recipient(const TestInvite& invite) {
    return {chain::RecipientKind::kInvite,
            decltype(chain::Recipient::id)::from(invite.invite.invite.view()),
            {{2}}};
  }
  template <class Id>
  static chain::Recipient recipient(chain::RecipientKind kind, const Id& id) {
    return {kind, decltype(chain::Recipient::id)::from(id.view()), {{3}}};
  }
  /// All that the next epoch must be sealed to.
  std::vector<chain::Recipient> wanted(const chain::SpaceState& space) const {
    std::vector<chain::Recipient> out;
    for (const auto& each : space.wanted(identity, 1'470'000'000'000)) {
      out.push_back({each.kind, each.id, {{4}}});
    }
    return out;
  }

 private:
  static chain::Author author_of(const TestDevice& device) {
    return {chain::AuthorKind::kDevice, decltype(chain::Author::id)::from(device.id().view())};
  }
};

}  // namespace samla::test
