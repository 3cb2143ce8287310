#include "core/replica/account.h"

#include "core/base/codec.h"

namespace samla::replica {

namespace {
constexpr std::size_t kHostBytesMax = 255;
}

Bytes Account::encode() const {
  Writer out;
  out.u8(kAccountVersion);
  out.fixed(organisation);
  out.fixed(user);
  out.text(host);
  out.varint(port);
  out.fixed(server);
  out.varint(trusted.seq);
  out.fixed(trusted.hash);
  out.fixed(invite.value_or(InviteId{}));
  return out.take();
}

Result<Account> Account::decode(ByteView bytes) {
  Reader in(bytes);
  Account out;
  if (in.u8() != kAccountVersion) in.refuse(ErrorCode::version_unknown);
  out.organisation = in.fixed<OrganisationId>();
  out.user = in.fixed<UserId>();
  out.host = in.text(kHostBytesMax);
  out.port = static_cast<std::uint16_t>(in.varint(0xffff));
  out.server = in.fixed<NoisePublicKey>();
  out.trusted.seq = in.varint();
  out.trusted.hash = in.fixed<Hash>();
  const auto invite = in.fixed<InviteId>();
  if (!invite.is_zero()) out.invite = invite;
  SAMLA_TRY(in.finish("account"));
  return out;
}

}  // namespace samla::replica
