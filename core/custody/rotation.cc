#include "core/custody/rotation.h"

#include <algorithm>

#include "core/base/codec.h"

namespace samla::custody {

namespace {

using chain::IdentityState;
using chain::SpaceState;
using Wanted = SpaceState::Wanted;

/// A key of its own, so that the epoch's key seals values and nothing else.
Secret<32> wrapping_key(const seal::SpaceKey& key) {
  Secret<32> out;
  sign::keyed_hash(out.writable(), key.bytes.view(), "samla/epoch/previous/1", {});
  return out;
}

/// Which key it is: that of the epoch before `epoch`.
Bytes previous_of(const OrganisationId& organisation, const SpaceId& space, std::uint32_t epoch) {
  Writer out;
  out.fixed(organisation);
  out.fixed(space);
  out.u32(epoch);
  return out.take();
}

Result<seal::SpaceKey> open_previous(const SpaceState& space, const OrganisationId& organisation,
                                     std::uint32_t epoch, const seal::SpaceKey& key) {
  SAMLA_ASSIGN(Bytes opened,
               seal::open_under(wrapping_key(key), previous_of(organisation, space.space(), epoch),
                                space.epoch_entry(epoch)->previous));
  const bool fits = opened.size() == 32;
  seal::SpaceKey previous{fits ? Secret<32>::from(opened) : Secret<32>{}};
  wipe(opened);
  if (!fits || seal::commitment_of(space.space(), epoch - 1, previous) != space.epoch_entry(epoch - 1)->key) {
    return fail(ErrorCode::not_authentic, "epoch.previous", "the chain commits to another key");
  }
  return previous;
}

SpaceKeys copy_of(const seal::SpaceKey& epoch, const seal::TagKey& tag) {
  return {{epoch.bytes.duplicate()}, {tag.bytes.duplicate()}};
}

/// In order from the present epoch down to the first: every key is there, or opens.
Result<void> check_all_open(const SpaceState& space, const OrganisationId& organisation,
                            const KeyRing& ring) {
  const seal::SpaceKey* present = ring.epoch_key(space.space(), space.epoch());
  if (present == nullptr) return fail(ErrorCode::key_missing, "rotation");
  seal::SpaceKey key{present->bytes.duplicate()};
  for (std::uint32_t epoch = space.epoch(); epoch > 1; --epoch) {
    SAMLA_ASSIGN(key, open_previous(space, organisation, epoch, key));
  }
  return {};
}

std::vector<SealedGrant> seal_to_all(const std::vector<Wanted>& recipients,
                                     const OrganisationId& organisation, const SpaceId& space,
                                     std::uint32_t epoch, const SpaceKeys& keys) {
  std::vector<SealedGrant> out;
  for (const Wanted& each : recipients) {
    out.push_back({each.id, seal_grant(each.seal, organisation, space, epoch, keys)});
  }
  return out;
}

}  // namespace

std::vector<chain::Recipient> announced(const std::vector<Wanted>& recipients,
                                        const std::vector<SealedGrant>& grants) {
  SAMLA_ASSERT(recipients.size() == grants.size());
  std::vector<chain::Recipient> out;
  for (std::size_t i = 0; i < grants.size(); ++i) {
    out.push_back({recipients[i].kind, recipients[i].id, chain::grant_hash(grants[i].sealed)});
  }
  std::ranges::sort(out, {}, &chain::Recipient::id);
  return out;
}

Result<Rotation> make_rotation(Random& random, const SpaceState& space, const IdentityState& identity,
                               const KeyRing& ring, std::uint64_t now_ms) {
  const OrganisationId& organisation = identity.organisation();
  const std::vector<Wanted> recipients = space.wanted(identity, now_ms);
  const seal::TagKey* tag = ring.tag_key(space.space());
  if (tag == nullptr) return fail(ErrorCode::key_missing, "rotation");
  if (recipients.empty()) return fail(ErrorCode::wrong_state, "rotation", "nobody to seal the key to");
  Rotation out{{}, {}, SpaceKeys::generate(random)};
  out.keys.tag_key = {tag->bytes.duplicate()};
  out.entry.epoch = space.epoch() + 1;
  out.entry.key = seal::commitment_of(space.space(), out.entry.epoch, out.keys.epoch_key);
  if (space.epoch() > 0) {
    SAMLA_TRY(check_all_open(space, organisation, ring));
    out.entry.previous = seal::seal_under(wrapping_key(out.keys.epoch_key), random,
                                          previous_of(organisation, space.space(), out.entry.epoch),
                                          ring.epoch_key(space.space(), space.epoch())->bytes.view());
  }
  out.grants = seal_to_all(recipients, organisation, space.space(), out.entry.epoch, out.keys);
  out.entry.recipients = announced(recipients, out.grants);
  return out;
}

Result<std::vector<SealedGrant>> seal_grants(const SpaceState& space, const IdentityState& identity,
                                             const KeyRing& ring, const std::vector<Wanted>& recipients) {
  const seal::SpaceKey* key = ring.epoch_key(space.space(), space.epoch());
  if (key == nullptr) return fail(ErrorCode::key_missing, "grant");
  const SpaceKeys keys = copy_of(*key, *ring.tag_key(space.space()));
  return seal_to_all(recipients, identity.organisation(), space.space(), space.epoch(), keys);
}

Result<std::size_t> open_earlier_epochs(const SpaceState& space, const OrganisationId& organisation,
                                        KeyRing& ring) {
  std::size_t added = 0;
  for (std::uint32_t epoch = space.epoch(); epoch > 1; --epoch) {
    const seal::SpaceKey* key = ring.epoch_key(space.space(), epoch);
    if (key == nullptr || ring.epoch_key(space.space(), epoch - 1) != nullptr) continue;
    SAMLA_ASSIGN(seal::SpaceKey previous, open_previous(space, organisation, epoch, *key));
    SpaceKeys keys = copy_of(previous, *ring.tag_key(space.space()));
    SAMLA_TRY(ring.add(space.space(), epoch - 1, std::move(keys)));
    ++added;
  }
  return added;
}

}  // namespace samla::custody
