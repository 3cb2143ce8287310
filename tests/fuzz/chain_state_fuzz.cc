// Hostile bytes as a chain's state: refused, or a state that encodes to the same bytes, takes every
// question and refuses an entry that nobody signed.
#include "core/chain/comparison.h"

namespace {

constexpr std::uint64_t kLate = ~0ull;

void ask(const samla::chain::IdentityState& state) {
  for (const auto& [id, device] : state.devices()) {
    (void)state.active_at(id, state.head().seq / 2);
    (void)state.is_admin(id);
    (void)state.recipients_of(id, {}, kLate);
    (void)state.certified_by(id);
    (void)state.cutoff_of(samla::chain::writer_of_device(id), {});
    (void)state.paper_of(device.user);
  }
  for (const samla::UserId& user : state.users()) (void)state.entitlement(user, {});
  for (const auto& [id, invite] : state.invites()) (void)state.check_redeemable(id, invite.settled_at);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using samla::chain::ChainView;
  const samla::ByteView bytes(data, size);
  if (auto state = samla::chain::IdentityState::decode(bytes); state.ok()) {
    SAMLA_ASSERT(samla::equal(state->encode(), bytes));
    ask(*state);
    const samla::chain::IdentityState empty(state->organisation());
    (void)samla::chain::compare(ChainView::of(*state), ChainView::of(empty));
    SAMLA_ASSERT(!state->apply(bytes).ok());
  }
  if (auto state = samla::chain::SpaceState::decode(bytes); state.ok()) {
    SAMLA_ASSERT(samla::equal(state->encode(), bytes));
    const samla::chain::IdentityState nobody{samla::OrganisationId{}};
    (void)state->wanted(nobody, 0);
    (void)state->outdated(nobody);
    (void)state->epoch_at(1);
    for (const auto& [user, right] : state->members()) (void)state->right_of_user(user);
    SAMLA_ASSERT(!state->apply(bytes, nobody).ok());
  }
  return 0;
}
