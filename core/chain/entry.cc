#include "core/chain/entry.h"

#include "core/chain/body_codec.h"

namespace samla::chain {

namespace {

constexpr std::string_view kSignatureDomain = "samla/chain/entry/1";

void put_head(Writer& out, const Head& head) {
  out.varint(head.seq);
  out.fixed(head.hash);
}

Head get_head(Reader& in) {
  const std::uint64_t seq = in.varint();
  const Head head{seq, in.fixed<sign::Hash>()};
  if ((seq == 0) != head.hash.is_zero()) in.refuse(ErrorCode::malformed);
  return head;
}

Bytes signed_part(const Entry& entry) {
  Writer out;
  out.u8(kEntryVersion);
  out.fixed(entry.organisation);
  out.fixed(entry.space);
  out.u8(entry.floating ? 1 : 0);
  put_head(out, entry.anchor);
  put_head(out, entry.identity);
  out.u8(static_cast<std::uint8_t>(entry.author.kind));
  out.fixed(entry.author.id);
  out.u64(entry.time_ms);
  out.u8(body_number(entry.body));
  Writer body;
  append_body(body, entry.body);
  out.blob(body.bytes());
  return out.take();
}

template <class Id>
Id shortened(const sign::Hash& hash) {
  return Id::from(hash.view().first(Id::kSize));
}

}  // namespace

Result<Entry> Entry::decode(ByteView bytes) {
  if (bytes.size() > kEntryBytesMax) return fail(ErrorCode::too_large, "chain.entry");
  Reader in(bytes);
  Entry entry;
  const std::uint8_t version = in.u8();
  if (!in.failed() && version != kEntryVersion) in.refuse(ErrorCode::version_unknown);
  entry.organisation = in.fixed<OrganisationId>();
  entry.space = in.fixed<SpaceId>();
  const std::uint8_t floating = in.u8();
  entry.floating = floating == 1;
  entry.anchor = get_head(in);
  entry.identity = get_head(in);
  const std::uint8_t author = in.u8();
  entry.author = {static_cast<AuthorKind>(author), in.fixed<decltype(Author::id)>()};
  if (floating > 1 || author < 1 || author > 5) in.refuse(ErrorCode::malformed);
  entry.time_ms = in.u64();
  const std::uint8_t number = in.u8();
  Reader body(in.blob(kEntryBytesMax));
  SAMLA_TRY(in.status("chain.entry"));
  entry.body = read_body(number, body);
  SAMLA_TRY(body.finish("chain.entry"));
  entry.signature = in.fixed<Signature>();
  SAMLA_TRY(in.finish("chain.entry"));
  return entry;
}

Bytes Entry::encode() const {
  Bytes out = signed_part(*this);
  append(out, signature.view());
  return out;
}

bool Entry::signed_by(const VerifyKey& key) const {
  return sign::verify(key, kSignatureDomain, signed_part(*this), signature);
}

void Entry::sign_with(const sign::SigningKey& key) {
  signature = key.sign(kSignatureDomain, signed_part(*this));
}

Head next_head(const Head& head, ByteView entry_bytes) {
  const sign::Hash entry = sign::hash("samla/chain/entry_hash/1", entry_bytes);
  return {head.seq + 1,
          sign::Hasher("samla/chain/link/1").add(head.hash).add_number(head.seq + 1).add(entry).finish()};
}

OrganisationId organisation_id(const Genesis& genesis) {
  return shortened<OrganisationId>(
      sign::Hasher("samla/organisation/1").add(genesis.root).add(genesis.salt).finish());
}

SpaceId space_id(const OrganisationId& organisation, std::uint16_t purpose, ByteView scope) {
  return shortened<SpaceId>(
      sign::Hasher("samla/space/1").add(organisation).add_number(purpose).add(scope).finish());
}

DeviceId device_id(const VerifyKey& sign_key) {
  return shortened<DeviceId>(sign::Hasher("samla/device/1").add(sign_key).finish());
}

WriterId writer_of_device(const DeviceId& device) { return WriterId::from(device.view()); }
DeviceId device_of_writer(const WriterId& writer) { return DeviceId::from(writer.view()); }

PaperId paper_id(const VerifyKey& sign_key) {
  return shortened<PaperId>(sign::Hasher("samla/paper/1").add(sign_key).finish());
}

sign::Hash gate_hash(ByteView gate_key) { return sign::hash("samla/gate/1", gate_key); }
sign::Hash grant_hash(ByteView sealed) { return sign::hash("samla/grant/1", sealed); }

Bytes possession_bytes(const OrganisationId& organisation, const UserId& user, const DeviceKeysPublic& keys) {
  Writer out;
  out.fixed(organisation);
  out.fixed(user);
  out.fixed(keys.sign);
  out.fixed(keys.seal);
  out.fixed(keys.noise);
  return out.take();
}

Bytes paper_possession_bytes(const OrganisationId& organisation, const Paper& paper) {
  Writer out;
  out.fixed(organisation);
  out.fixed(paper.user);
  out.fixed(paper.sign);
  out.fixed(paper.seal);
  return out.take();
}

Bytes paper_entrance_bytes(const NoisePublicKey& server, const NoisePublicKey& device_noise,
                           const DeviceId& device) {
  Writer out;
  out.fixed(server);
  out.fixed(device_noise);
  out.fixed(device);
  return out.take();
}

Bytes escrow_use_bytes(const OrganisationId& organisation, const Head& anchor, const EscrowUse& use) {
  Writer out;
  out.fixed(organisation);
  put_head(out, anchor);
  out.fixed(use.escrow);
  out.fixed(use.space);
  out.fixed(use.device);
  return out.take();
}

}  // namespace samla::chain
