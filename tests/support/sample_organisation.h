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

  TestDevice make_device(const UserId& user) {
    sign::SigningKey key = sign::SigningKey::generate(random_);
    chain::DeviceKeysPublic keys{key.verify_key(), random_.fixed<SealPublicKey>(),
                                 random_.fixed<NoisePublicKey>()};
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
    chain::DeviceCertificate body{device.user, device.keys, {}};
    body.possession =
        device.key.sign(chain::kPossessionDomain, chain::possession_bytes(id_, device.user, device.keys));
    chain::Author author{chain::AuthorKind::kInvite,
                         decltype(chain::Author::id)::from(invite.invite.invite.view())};
    chain::Entry entry = unsigned_entry(body, author);
    entry.floating = true;
    entry.sign_with(invite.auth);
    return entry;
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
  TestDevice join(const UserId& user, std::vector<chain::Entitlement> entitlements = {}) {
    const TestInvite by = invite(user, std::move(entitlements));
    TestDevice device = make_device(user);
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

 private:
  static chain::Author author_of(const TestDevice& device) {
    return {chain::AuthorKind::kDevice, decltype(chain::Author::id)::from(device.id().view())};
  }
};

}  // namespace samla::test
