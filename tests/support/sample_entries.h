// One entry of each body that chains have, always the same.
#pragma once

#include "tests/support/sample_organisation.h"

namespace samla::chain {

inline std::vector<Entry> one_of_each() {
  test::Organisation org;
  const UserId kari = org.random().fixed<UserId>();
  const auto invite =
      org.invite(kari, {{SpaceId{{3}}, Right::kWriter, true}, {SpaceId{{4}}, Right::kReader, false}});
  const auto phone = org.make_device(kari);
  const std::vector<Recipient> recipients = {{RecipientKind::kInvite, {{1}}, {{5}}},
                                             {RecipientKind::kEscrow, {{2}}, {{6}}}};
  const SpaceState space(SpaceId{{9}});
  return {
      org.signed_by_root(Genesis{{{1}}, {{2}}}),
      org.signed_by_root(AdminCertificate{kari, 3, phone.keys}),
      org.signed_by_root(AdminRemoval{phone.id()}),
      org.signed_by(org.admin, ServerKeys{{{1}}, {{2}}}),
      org.signed_by(org.admin, invite.invite),
      org.certificate(invite, phone),
      org.signed_by(
          org.admin,
          Revocation{RevocationTarget::kDevice, {{7}}, {{SpaceId{{1}}, 4, {{8}}}, {SpaceId{{2}}, 0, {}}}}),
      org.signed_by(org.admin, UserChange{kari, 1, invite.invite.entitlements}),
      org.space_entry(
          org.admin, space,
          SpaceGenesis{700, SpaceClass::kShared, {{1}}, GrantPolicy::kConfirm, GrantPolicy::kAuto, {{4}}}),
      org.space_entry(org.admin, space, Member{kari, Right::kManager}),
      org.space_entry(org.admin, space, Epoch{2, {{1}}, {1, 2, 3}, recipients}),
      org.space_entry(org.admin, space, GrantList{2, recipients}),
      org.signed_by(org.admin, Reversal{phone.id()}),
      org.signed_by(phone, org.make_paper(kari).paper),
      org.signed_by(org.admin,
                    Erasure{{{SpaceId{{1}}, {{2}}, 3, {0, 4, 300}}, {SpaceId{{1}}, {{2}}, 5, {}}}}),
      org.signed_by(org.admin, Hold{{{1}}, {SpaceId{{1}}, SpaceId{{2}}}}),
      org.signed_by(org.admin, HoldRelease{{{1}}}),
      org.signed_by_root(Repair{{4, {{1}}}, {{5, {{2}}}, {6, {{3}}}}}),
      org.signed_by(org.admin, Checkpoint{{{7}}}),
      org.signed_by(phone, ForkChoice{SpaceId{{1}}, {{2}}, 9, {{3}}}),
      org.floating(phone, StoreInstance{{{4}}}),
      org.signed_by(org.admin, InstanceCutoffs{{{4}}, {{SpaceId{{1}}, 4, {{8}}}}}),
      org.signed_by(phone, org.make_pairing(kari).pairing),
      org.signed_by(org.admin, org.make_escrow().escrow),
      org.signed_by(org.admin, EscrowUse{{{1}}, SpaceId{{2}}, {{3}}, {}}),
      org.space_entry(phone, space, SpaceEscrow{true}),
      org.space_entry(phone, space, Policy{GrantPolicy::kConfirm, GrantPolicy::kAuto}),
      org.space_entry(phone, space, SpaceRepair{{}, {{1, {{2}}}}}),
      org.space_entry(org.admin, space, SpaceCheckpoint{{{7}}}),
      org.signed_by(org.admin, Reserved{40, {1, 2, 3}}),
  };
}

}  // namespace samla::chain
