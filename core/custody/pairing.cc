#include "core/custody/pairing.h"

#include "core/base/codec.h"
#include "core/custody/link_text.h"

namespace samla::custody {

namespace {

constexpr std::string_view kChecksumDomain = "samla/pairing/checksum/1";
constexpr std::size_t kHostBytesMax = 255;

Secret<32> derived(const Secret<32>& secret, std::string_view domain) {
  Secret<32> out;
  sign::keyed_hash(out.writable(), secret.view(), domain, {});
  return out;
}

}  // namespace

std::string PairingCode::encode() const {
  Writer out;
  out.u8(kPairingVersion);
  out.text(host);
  out.varint(port);
  out.fixed(server);
  out.fixed(organisation);
  out.fixed(root);
  out.varint(identity.seq);
  out.fixed(identity.hash);
  out.fixed(user);
  out.raw(secret.view());
  return link_text(kChecksumDomain, out.bytes());
}

Result<PairingCode> PairingCode::decode(std::string_view text) {
  SAMLA_ASSIGN(const Bytes body, read_link_text(kChecksumDomain, text));
  Reader in(body);
  if (in.u8() != kPairingVersion) {
    return fail(ErrorCode::version_unknown, "pairing", "update samla, then use the same code");
  }
  PairingCode code;
  code.host = in.text(kHostBytesMax);
  code.port = static_cast<std::uint16_t>(in.varint(0xffff));
  code.server = in.fixed<NoisePublicKey>();
  code.organisation = in.fixed<OrganisationId>();
  code.root = in.fixed<VerifyKey>();
  code.identity.seq = in.varint();
  code.identity.hash = in.fixed<Hash>();
  code.user = in.fixed<UserId>();
  const ByteView secret = in.raw(32);
  if (!in.finish("pairing").ok()) return mangled_link();
  code.secret = Secret<32>::from(secret);
  return code;
}

chain::PairingId pairing_id(const Secret<32>& secret) {
  chain::PairingId id;
  sign::keyed_hash(id.bytes, secret.view(), "samla/pairing/id/1", {});
  return id;
}

InviteKeys keys_of_pairing(const Secret<32>& secret) {
  return {derived(secret, "samla/pairing/gate/1"),
          sign::SigningKey::from_seed(derived(secret, "samla/pairing/auth/1")),
          seal::KeyPair::from_secret(derived(secret, "samla/pairing/seal/1"))};
}

chain::Pairing pairing_of(const PairingCode& code, std::uint64_t expires_ms) {
  const InviteKeys keys = keys_of_pairing(code.secret);
  return {pairing_id(code.secret), code.user, chain::gate_hash(keys.gate.view()), keys.auth.verify_key(),
          keys.seal.public_key(),  expires_ms};
}

}  // namespace samla::custody
