// An organisation with one shared space that grows at random, and every entry of both chains.
#pragma once

#include "tests/support/sample_organisation.h"

namespace samla::test {

class RandomOrganisation {
 public:
  explicit RandomOrganisation(std::uint64_t seed, int steps = 100)
      : random_(seed), org_(seed + 1000), space_(unit_id()) {
    for (int i = 0; i < 4; ++i) users_.push_back(random_.fixed<UserId>());
    devices_.push_back(join(users_[0]));
    place_space(devices_[0], unit());
    place_space(devices_[0], chain::Epoch{1, {}, {}, {Organisation::recipient(devices_[0])}});
    for (int step = 0; step < steps; ++step) grow();
  }

  /// The genesis and the first administrator, which stand before what is recorded.
  static chain::IdentityState beginning(std::uint64_t seed) { return Organisation(seed + 1000).identity; }
  const std::vector<Bytes>& identity_entries() const { return identity_entries_; }
  /// Each with the identity chain's head that it names.
  const std::vector<std::pair<Bytes, std::uint64_t>>& space_entries() const { return space_entries_; }
  SpaceId space() const { return space_.space(); }
  const chain::SpaceState& state() const { return space_; }
  const chain::IdentityState& identity() const { return org_.identity; }
  const std::vector<TestDevice>& devices() const { return devices_; }
  Organisation& organisation() { return org_; }

 private:
  chain::SpaceGenesis unit() const {
    return {6, chain::SpaceClass::kShared, {{9}}, chain::GrantPolicy::kAuto, chain::GrantPolicy::kConfirm,
            {}};
  }
  SpaceId unit_id() const { return chain::space_id(org_.id(), 6, unit().scope.view()); }

  bool place_identity(const chain::Entry& entry) {
    const Bytes bytes = entry.encode();
    if (!org_.identity.apply(bytes).ok()) return false;
    identity_entries_.push_back(bytes);
    return true;
  }
  bool place_space(const TestDevice& author, chain::Body body) {
    const Bytes bytes = org_.space_entry(author, space_, std::move(body)).encode();
    if (!space_.apply(bytes, org_.identity, chain::Placing::kNow).ok()) return false;
    space_entries_.emplace_back(bytes, org_.identity.head().seq);
    return true;
  }
  TestDevice join(const UserId& user) {
    const TestInvite invite = org_.make_invite(user, {{unit_id(), chain::Right::kWriter, true}});
    place_identity(org_.signed_by(org_.admin, invite.invite));
    TestDevice device = org_.make_device(user);
    place_identity(org_.certificate(invite, device));
    return device;
  }
  const TestDevice& any() { return devices_[random_.below(devices_.size())]; }
  const UserId& anyone() { return users_[random_.below(users_.size())]; }
  const TestDevice& any_or_admin() { return random_.below(2) == 0 ? org_.admin : any(); }
  void grow() {
    switch (random_.below(14)) {
      case 0:
        devices_.push_back(join(anyone()));
        return;
      case 1:
        if (random_.below(3) == 0) {
          place_identity(org_.signed_by(any_or_admin(), Organisation::revocation(any())));
        }
        return;
      case 2:
        place_identity(org_.signed_by(org_.admin, chain::UserChange{anyone(), 1, {}}));
        return;
      case 3:
        invites_.push_back(org_.make_invite(anyone()));
        place_identity(org_.signed_by(org_.admin, invites_.back().invite));
        return;
      case 4:
        place_space(any(), chain::Member{anyone(), random_.below(8) == 0 ? chain::Right::kNone
                                                                         : chain::Right::kWriter});
        return;
      case 5:
        place_space(any(), chain::Epoch{space_.epoch() + 1, {}, {1}, org_.wanted(space_)});
        return;
      case 6:
        redeem_invite();
        return;
      case 7:
        pair();
        return;
      case 8: {
        TestPaper paper = org_.make_paper(anyone());
        if (place_identity(org_.signed_by(any(), paper.paper))) papers_.push_back(std::move(paper));
        return;
      }
      case 9:
        use_paper();
        return;
      case 10:
        place_identity(org_.signed_by(org_.admin, chain::Reversal{any().id()}));
        return;
      case 11:
        place_identity(org_.floating(any(), chain::StoreInstance{random_.fixed<WriterId>()}));
        return;
      case 12:
        if (random_.below(4) == 0) place_identity(org_.signed_by(org_.admin, org_.make_escrow().escrow));
        return;
      default:
        place_space(any(), chain::GrantList{space_.epoch(), {Organisation::recipient(any())}});
        return;
    }
  }
  void redeem_invite() {
    if (invites_.empty()) return;
    const TestInvite& invite = invites_.back();
    place_space(any(), chain::GrantList{space_.epoch(), {Organisation::recipient(invite)}});
    if (random_.below(2) != 0) return;
    devices_.push_back(org_.make_device(invite.invite.user));
    place_identity(org_.certificate(invite, devices_.back()));
    invites_.pop_back();
  }
  void pair() {
    const TestDevice& by = any();
    const TestPairing pairing = org_.make_pairing(by.user);
    if (!place_identity(org_.signed_by(by, pairing.pairing))) return;
    place_space(by, chain::GrantList{
                        space_.epoch(),
                        {Organisation::recipient(chain::RecipientKind::kPairing, pairing.pairing.pairing)}});
    TestDevice device = org_.make_device(by.user);
    if (random_.below(3) != 0 && place_identity(org_.certificate(pairing, device))) {
      devices_.push_back(std::move(device));
    }
  }
  void use_paper() {
    if (papers_.empty()) return;
    const TestPaper& paper = papers_.back();
    TestDevice device = org_.make_device(paper.paper.user);
    if (place_identity(org_.certificate(paper, device))) devices_.push_back(std::move(device));
    if (random_.below(2) == 0) {
      place_identity(
          org_.signed_by(paper, Organisation::revocation(chain::RevocationTarget::kPaper, paper.id())));
      papers_.pop_back();
    }
  }

  SeededRandom random_;
  Organisation org_;
  chain::SpaceState space_;
  std::vector<UserId> users_;
  std::vector<TestDevice> devices_;
  std::vector<TestInvite> invites_;
  std::vector<TestPaper> papers_;
  std::vector<Bytes> identity_entries_;
  std::vector<std::pair<Bytes, std::uint64_t>> space_entries_;
};

}  // namespace samla::test
