#include "core/custody/invite.h"

#include "core/base/codec.h"
#include "core/custody/link_text.h"
#include "core/sign/hash.h"

namespace samla::custody {

namespace {

constexpr std::string_view kChecksumDomain = "samla/invite/checksum/1";
constexpr std::size_t kHostBytesMax = 255;

Secret<32> derived(const Secret<32>& secret, std::string_view domain) {
  Secret<32> out;
  sign::keyed_hash(out.writable(), secret.view(), domain, {});
  return out;
}

}  // namespace

std::string InviteLink::encode() const {
  Writer out;
  out.u8(kInviteVersion);
  out.text(host);
  out.varint(port);
  out.fixed(server);
  out.fixed(organisation);
  out.fixed(root);
  out.varint(identity.seq);
  out.fixed(identity.hash);
  out.raw(secret.view());
  return link_text(kChecksumDomain, out.bytes());
}

Result<InviteLink> InviteLink::decode(std::string_view text) {
  SAMLA_ASSIGN(const Bytes body, read_link_text(kChecksumDomain, text));
  Reader in(body);
  if (in.u8() != kInviteVersion) {
    return fail(ErrorCode::version_unknown, "invite", "update samla, then use the same link");
  }
  InviteLink link;
  link.host = in.text(kHostBytesMax);
  link.port = static_cast<std::uint16_t>(in.varint(0xffff));
  link.server = in.fixed<NoisePublicKey>();
  link.organisation = in.fixed<OrganisationId>();
  link.root = in.fixed<VerifyKey>();
  link.identity.seq = in.varint();
  link.identity.hash = in.fixed<Hash>();
  const ByteView secret = in.raw(32);
  if (!in.finish("invite").ok()) return mangled_link();
  link.secret = Secret<32>::from(secret);
  return link;
}

InviteKeys keys_of_invite(const Secret<32>& secret) {
  return {derived(secret, "samla/invite/gate/1"),
          sign::SigningKey::from_seed(derived(secret, "samla/invite/auth/1")),
          seal::KeyPair::from_secret(derived(secret, "samla/invite/seal/1"))};
}

InviteId invite_id(const Secret<32>& secret) {
  InviteId id;
  sign::keyed_hash(id.bytes, secret.view(), "samla/invite/id/1", {});
  return id;
}

}  // namespace samla::custody
