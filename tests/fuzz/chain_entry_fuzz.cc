// Hostile bytes as a chain's entry: refused, or decoded into what encodes to the same bytes; and no
// state takes in what nobody with the right has signed.
#include "core/chain/space_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView bytes(data, size);
  const auto entry = samla::chain::Entry::decode(bytes);
  if (!entry.ok()) return 0;
  SAMLA_ASSERT(samla::equal(entry->encode(), bytes));
  samla::chain::IdentityState identity(entry->organisation);
  const bool genesis = std::holds_alternative<samla::chain::Genesis>(entry->body);
  SAMLA_ASSERT(!identity.apply(bytes).ok() || genesis);
  samla::chain::SpaceState space(entry->space);
  SAMLA_ASSERT(!space.apply(bytes, identity).ok());
  return 0;
}
