#include "core/custody/key_ring.h"

#include "core/base/codec.h"

namespace samla::custody {

namespace {

constexpr std::uint8_t kGrantVersion = 1;
constexpr std::uint8_t kKeyRingVersion = 1;
constexpr std::size_t kSpacesMax = 1 << 20;
constexpr std::string_view kGrantDomain = "samla/grant/1";

Error foreign() { return fail(ErrorCode::not_authentic, "grant", "it is for something else"); }

}  // namespace

SpaceKeys SpaceKeys::generate(Random& random) {
  SpaceKeys keys;
  random.fill(keys.epoch_key.bytes.writable());
  random.fill(keys.tag_key.bytes.writable());
  return keys;
}

Bytes seal_grant(const SealPublicKey& recipient, const OrganisationId& organisation, const SpaceId& space,
                 std::uint32_t epoch, const SpaceKeys& keys) {
  Writer out;
  out.u8(kGrantVersion);
  out.text(kGrantDomain);
  out.fixed(organisation);
  out.fixed(space);
  out.u32(epoch);
  out.raw(keys.epoch_key.bytes.view());
  out.raw(keys.tag_key.bytes.view());
  Bytes plaintext = out.take();
  Bytes sealed = seal::seal_to(recipient, plaintext);
  wipe(plaintext);
  return sealed;
}

Result<SpaceKeys> open_grant(const seal::KeyPair& recipient, ByteView sealed,
                             const OrganisationId& organisation, const SpaceId& space, std::uint32_t epoch,
                             const KeyCommitment& epoch_commitment, const KeyCommitment& tag_commitment) {
  SAMLA_ASSIGN(Bytes plaintext, seal::open_sealed(recipient, sealed));
  Reader in(plaintext);
  const bool fits = in.u8() == kGrantVersion && in.text(64) == kGrantDomain &&
                    in.fixed<OrganisationId>() == organisation && in.fixed<SpaceId>() == space &&
                    in.u32() == epoch;
  const ByteView epoch_key = in.raw(32), tag_key = in.raw(32);
  if (!fits || !in.finish("grant").ok()) return foreign();
  SpaceKeys keys{{Secret<32>::from(epoch_key)}, {Secret<32>::from(tag_key)}};
  wipe(plaintext);
  // Without this a granter could give two members different keys that both open one ciphertext.
  if (seal::commitment_of(space, epoch, keys.epoch_key) != epoch_commitment ||
      seal::commitment_of(space, keys.tag_key) != tag_commitment) {
    return foreign();
  }
  return keys;
}

Result<void> KeyRing::add(const SpaceId& space, std::uint32_t epoch, SpaceKeys keys) {
  const auto differs = [](const Secret<32>& a, const Secret<32>& b) {
    return !equal_in_constant_time(a.view(), b.view());
  };
  if (const auto found = spaces_.find(space); found != spaces_.end()) {
    const auto* present = epoch_key(space, epoch);
    if (differs(found->second.tag_key.bytes, keys.tag_key.bytes) ||
        (present != nullptr && differs(present->bytes, keys.epoch_key.bytes))) {
      return fail(ErrorCode::already_exists, "key_ring", "another key of the space is here");
    }
    found->second.epochs.try_emplace(epoch, std::move(keys.epoch_key));
    return {};
  }
  Space added{std::move(keys.tag_key), {}};
  added.epochs.emplace(epoch, std::move(keys.epoch_key));
  spaces_.emplace(space, std::move(added));
  return {};
}

const seal::SpaceKey* KeyRing::epoch_key(const SpaceId& space, std::uint32_t epoch) const {
  const auto found = spaces_.find(space);
  if (found == spaces_.end()) return nullptr;
  const auto key = found->second.epochs.find(epoch);
  return key == found->second.epochs.end() ? nullptr : &key->second;
}

const seal::TagKey* KeyRing::tag_key(const SpaceId& space) const {
  const auto found = spaces_.find(space);
  return found == spaces_.end() ? nullptr : &found->second.tag_key;
}

KeyRing KeyRing::take_after(const SpaceId& space, std::uint32_t last) {
  KeyRing out;
  const auto found = spaces_.find(space);
  if (found == spaces_.end()) return out;
  Space& from = found->second;
  Space taken{{from.tag_key.bytes.duplicate()}, {}};
  for (auto each = from.epochs.upper_bound(last); each != from.epochs.end(); each = from.epochs.erase(each)) {
    taken.epochs.emplace(each->first, std::move(each->second));
  }
  if (!taken.epochs.empty()) out.spaces_.emplace(space, std::move(taken));
  return out;
}

Bytes KeyRing::encode() const {
  Writer out;
  out.u8(kKeyRingVersion);
  out.varint(spaces_.size());
  for (const auto& [id, space] : spaces_) {
    out.fixed(id);
    out.raw(space.tag_key.bytes.view());
    out.varint(space.epochs.size());
    for (const auto& [epoch, key] : space.epochs) {
      out.varint(epoch);
      out.raw(key.bytes.view());
    }
  }
  return out.take();
}

Result<KeyRing> KeyRing::decode(ByteView bytes) {
  Reader in(bytes);
  KeyRing out;
  if (in.u8() != kKeyRingVersion) in.refuse(ErrorCode::version_unknown);
  for (std::size_t spaces = in.count(kSpacesMax, 49); spaces > 0 && !in.failed(); --spaces) {
    const auto id = in.fixed<SpaceId>();
    const ByteView tag_key = in.raw(32);
    if (in.failed()) break;
    Space space{{Secret<32>::from(tag_key)}, {}};
    for (std::size_t epochs = in.count(kSpacesMax, 33); epochs > 0; --epochs) {
      const auto epoch = static_cast<std::uint32_t>(in.varint(0xffffffff));
      const ByteView key = in.raw(32);
      if (in.failed()) break;
      if (!space.epochs.empty() && space.epochs.rbegin()->first >= epoch) in.refuse(ErrorCode::not_canonical);
      space.epochs.emplace(epoch, seal::SpaceKey{Secret<32>::from(key)});
    }
    if (!out.spaces_.empty() && out.spaces_.rbegin()->first >= id) in.refuse(ErrorCode::not_canonical);
    out.spaces_.emplace(id, std::move(space));
  }
  SAMLA_TRY(in.finish("key_ring"));
  return out;
}

}  // namespace samla::custody
