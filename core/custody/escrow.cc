#include "core/custody/escrow.h"

#include "core/base/codec.h"

namespace samla::custody {

namespace {

constexpr std::string_view kShareDomain = "samla/escrow/share/1";

Error foreign() { return fail(ErrorCode::not_authentic, "escrow.share"); }

Secret<32> exclusive_or(const Secret<32>& a, const Secret<32>& b) {
  Secret<32> out;
  for (std::size_t i = 0; i < 32; ++i) out.writable()[i] = a.view()[i] ^ b.view()[i];
  return out;
}

Bytes seal_share(const SealPublicKey& holder, const OrganisationId& organisation,
                 const chain::EscrowId& escrow, std::size_t index, const Secret<32>& share) {
  Writer out;
  out.u8(kEscrowShareVersion);
  out.text(kShareDomain);
  out.fixed(organisation);
  out.fixed(escrow);
  out.u8(static_cast<std::uint8_t>(index));
  out.raw(share.view());
  Bytes plaintext = out.take();
  Bytes sealed = seal::seal_to(holder, plaintext);
  wipe(plaintext);
  return sealed;
}

}  // namespace

chain::Escrow make_escrow(Random& random, const OrganisationId& organisation,
                          const std::array<HolderKeys, 2>& holders) {
  Secret<32> secret, first;
  random.fill(secret.writable());
  random.fill(first.writable());
  const std::array<Secret<32>, 2> shares = {first.duplicate(), exclusive_or(secret, first)};
  chain::Escrow escrow;
  escrow.escrow = random.fixed<chain::EscrowId>();
  escrow.seal = seal::KeyPair::from_secret(std::move(secret)).public_key();
  for (std::size_t i = 0; i < holders.size(); ++i) {
    escrow.holders[i] = {holders[i].sign, holders[i].seal,
                         seal_share(holders[i].seal, organisation, escrow.escrow, i, shares[i])};
  }
  return escrow;
}

Result<Secret<32>> open_share(const seal::KeyPair& holder, const OrganisationId& organisation,
                              const chain::Escrow& escrow, std::size_t index) {
  SAMLA_ASSIGN(Bytes plaintext, seal::open_sealed(holder, escrow.holders.at(index).share));
  Reader in(plaintext);
  const bool fits = in.u8() == kEscrowShareVersion && in.text(64) == kShareDomain &&
                    in.fixed<OrganisationId>() == organisation &&
                    in.fixed<chain::EscrowId>() == escrow.escrow && in.u8() == index;
  const ByteView share = in.raw(32);
  if (!fits || !in.finish("escrow.share").ok()) return foreign();
  Secret<32> out = Secret<32>::from(share);
  wipe(plaintext);
  return out;
}

Result<seal::KeyPair> join_shares(const chain::Escrow& escrow, const Secret<32>& first,
                                  const Secret<32>& second) {
  seal::KeyPair pair = seal::KeyPair::from_secret(exclusive_or(first, second));
  if (pair.public_key() != escrow.seal) return foreign();
  return pair;
}

}  // namespace samla::custody
