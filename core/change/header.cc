#include "core/change/header.h"

#include <limits>

namespace samla::change {

namespace {

constexpr const char* kOperation = "changeset.header";
constexpr const char* kHashDomain = "samla/change/header/1";
constexpr const char* kSignatureDomain = "samla/change/signature/1";

}  // namespace

Result<void> check(const Header& header) {
  if (header.version != kChangesetVersion) return fail(ErrorCode::version_unknown, kOperation);
  if (header.seq == 0 || header.count == 0) return fail(ErrorCode::malformed, kOperation);
  if (header.prev.is_zero() != (header.seq == 1)) return fail(ErrorCode::malformed, kOperation);
  if (header.count > kWritesMax) return fail(ErrorCode::too_large, kOperation);
  return {};
}

void write_header_without_root(Writer& out, const Header& header) {
  out.u8(header.version);
  out.fixed(header.organisation);
  out.fixed(header.space);
  out.fixed(header.writer);
  out.varint(header.seq);
  out.fixed(header.prev);
  out.fixed(header.identity_head);
  out.fixed(header.space_head);
  out.fixed(header.position.incarnation);
  out.varint(header.position.seq);
  out.fixed(header.position.head);
  out.varint(header.epoch);
  out.fixed(header.nonce_base);
  out.u64(header.base_time.value);
  out.varint(header.count);
}

Header read_header_without_root(Reader& in) {
  Header header;
  header.version = in.u8();
  // Nothing after an unknown version may be interpreted.
  if (!in.failed() && header.version != kChangesetVersion) in.refuse(ErrorCode::version_unknown);
  header.organisation = in.fixed<OrganisationId>();
  header.space = in.fixed<SpaceId>();
  header.writer = in.fixed<WriterId>();
  header.seq = in.varint();
  header.prev = in.fixed<sign::Hash>();
  header.identity_head = in.fixed<sign::Hash>();
  header.space_head = in.fixed<sign::Hash>();
  header.position.incarnation = in.fixed<Incarnation>();
  header.position.seq = in.varint();
  header.position.head = in.fixed<sign::Hash>();
  header.epoch = static_cast<std::uint32_t>(in.varint(std::numeric_limits<std::uint32_t>::max()));
  header.nonce_base = in.fixed<NonceBase>();
  header.base_time = {in.u64()};
  header.count = static_cast<std::uint32_t>(in.varint(kWritesMax));
  return header;
}

Bytes encode_signed_part(const Header& header) {
  Writer out;
  write_header_without_root(out, header);
  out.fixed(header.root);
  return out.take();
}

Result<Header> decode_signed_part(ByteView bytes) {
  Reader in(bytes);
  Header header = read_header_without_root(in);
  header.root = in.fixed<sign::Hash>();
  SAMLA_TRY(in.finish(kOperation));
  SAMLA_TRY(check(header));
  return header;
}

sign::Hash changeset_hash(const Header& header) {
  return sign::hash(kHashDomain, encode_signed_part(header));
}

Bytes associated_data(const Header& header, std::uint32_t index, const WriteHeader& write) {
  Writer out;
  write_header_without_root(out, header);
  out.varint(index);
  out.raw(encode(write));
  return out.take();
}

sign::Signature sign_header(const sign::SigningKey& key, const Header& header) {
  return key.sign(kSignatureDomain, encode_signed_part(header));
}

bool verify_header(const sign::VerifyKey& key, const Header& header, const sign::Signature& signature) {
  return sign::verify(key, kSignatureDomain, encode_signed_part(header), signature);
}

}  // namespace samla::change
