#include "core/chain/server_fragment.h"

#include "core/base/codec.h"
#include "core/base/encoding.h"
#include "core/sign/hash.h"

namespace samla::chain {
namespace {

constexpr std::size_t kChecksumBytes = 4;

Bytes with_checksum(Bytes bytes) {
  const Hash hash = sign::hash("samla/server_fragment/1", bytes);
  append(bytes, hash.view().first(kChecksumBytes));
  return bytes;
}

Error mangled() {
  return fail(ErrorCode::invite_mangled, "server.fragment",
              "copy the whole line that `samla-server init` printed");
}

}  // namespace

std::string ServerFragment::encode() const {
  Writer out;
  out.u8(kServerFragmentVersion);
  out.fixed(noise);
  out.fixed(receipts);
  out.fixed(claim);
  return to_base64url(with_checksum(out.take()));
}

Result<ServerFragment> ServerFragment::decode(std::string_view text) {
  const auto bytes = from_base64url(text);
  if (!bytes.ok() || bytes->size() <= kChecksumBytes) return mangled();
  Bytes body(bytes->begin(), bytes->end() - kChecksumBytes);
  if (!equal(with_checksum(body), *bytes)) return mangled();
  Reader in(body);
  if (in.u8() != kServerFragmentVersion) return fail(ErrorCode::version_unknown, "server.fragment");
  ServerFragment out;
  out.noise = in.fixed<NoisePublicKey>();
  out.receipts = in.fixed<VerifyKey>();
  out.claim = in.fixed<ClaimToken>();
  if (!in.finish("server.fragment").ok()) return mangled();
  return out;
}

Hash claim_hash(const ClaimToken& token) { return sign::hash("samla/claim/1", token.view()); }

}  // namespace samla::chain
