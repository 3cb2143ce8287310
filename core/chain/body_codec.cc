// Numbers and bytes of the bodies. Numbers stand in signed bytes: do not renumber.
//   identity chain: 1-21 here; reserved: 22-31
//   space chains: 32-39 here; reserved: 40-63
#include "core/chain/body_codec.h"

#include <algorithm>
#include <tuple>

namespace samla::chain {

namespace {

constexpr std::uint8_t kNumberMax = 63;
constexpr std::size_t kEntitlementsMax = 4096;
constexpr std::size_t kRecipientsMax = 8192;
constexpr std::size_t kCutoffsMax = 8192;
constexpr std::size_t kErasedMax = 16384;
constexpr std::size_t kHeadsMax = 8192;
constexpr std::size_t kShareBytesMax = 256;

void put(Writer& out, const DeviceKeysPublic& keys) {
  out.fixed(keys.sign);
  out.fixed(keys.seal);
  out.fixed(keys.noise);
}
DeviceKeysPublic get_keys(Reader& in) {
  const auto sign = in.fixed<VerifyKey>();
  const auto seal = in.fixed<SealPublicKey>();
  return {sign, seal, in.fixed<NoisePublicKey>()};
}

template <class Enum>
Enum get_enum(Reader& in, Enum least, Enum greatest) {
  const std::uint8_t value = in.u8();
  if (value < static_cast<std::uint8_t>(least) || value > static_cast<std::uint8_t>(greatest)) {
    in.refuse(ErrorCode::malformed);
    return least;
  }
  return static_cast<Enum>(value);
}
template <class Enum>
void put_enum(Writer& out, Enum value) {
  out.u8(static_cast<std::uint8_t>(value));
}

// Lists ascend strictly by id: one form for a set, and no id twice.
template <class List, class Key>
void require_ascending(Reader& in, const List& list, Key key) {
  for (std::size_t i = 1; i < list.size(); ++i) {
    if (!(key(list[i - 1]) < key(list[i]))) in.refuse(ErrorCode::not_canonical);
  }
}

void put(Writer& out, const std::vector<Entitlement>& list) {
  out.varint(list.size());
  for (const Entitlement& entitlement : list) {
    out.fixed(entitlement.space);
    put_enum(out, entitlement.right);
    out.u8(entitlement.may_found ? 1 : 0);
  }
}
std::vector<Entitlement> get_entitlements(Reader& in) {
  std::vector<Entitlement> list(in.count(kEntitlementsMax, 18));
  for (Entitlement& entitlement : list) {
    entitlement.space = in.fixed<SpaceId>();
    entitlement.right = get_enum(in, Right::kReader, Right::kManager);
    const std::uint8_t may_found = in.u8();
    if (may_found > 1) in.refuse(ErrorCode::not_canonical);
    entitlement.may_found = may_found == 1;
  }
  require_ascending(in, list, [](const Entitlement& e) { return e.space; });
  return list;
}

void put(Writer& out, const std::vector<Recipient>& list) {
  out.varint(list.size());
  for (const Recipient& recipient : list) {
    put_enum(out, recipient.kind);
    out.fixed(recipient.id);
    out.fixed(recipient.grant);
  }
}
std::vector<Recipient> get_recipients(Reader& in) {
  std::vector<Recipient> list(in.count(kRecipientsMax, 49));
  for (Recipient& recipient : list) {
    recipient.kind = get_enum(in, RecipientKind::kDevice, RecipientKind::kPairing);
    recipient.id = in.fixed<decltype(recipient.id)>();
    recipient.grant = in.fixed<sign::Hash>();
  }
  require_ascending(in, list, [](const Recipient& r) { return r.id; });
  return list;
}

void put(Writer& out, const std::vector<Cutoff>& list) {
  out.varint(list.size());
  for (const Cutoff& cutoff : list) {
    out.fixed(cutoff.space);
    out.varint(cutoff.seq);
    out.fixed(cutoff.hash);
  }
}
std::vector<Cutoff> get_cutoffs(Reader& in) {
  std::vector<Cutoff> list(in.count(kCutoffsMax, 49));
  for (Cutoff& cutoff : list) {
    cutoff.space = in.fixed<SpaceId>();
    cutoff.seq = in.varint();
    cutoff.hash = in.fixed<sign::Hash>();
  }
  require_ascending(in, list, [](const Cutoff& c) { return c.space; });
  return list;
}

bool get_bool(Reader& in) {
  const std::uint8_t value = in.u8();
  if (value > 1) in.refuse(ErrorCode::not_canonical);
  return value == 1;
}

// ---- one put and one get a body

void put(Writer& out, const Genesis& b) { out.fixed(b.root), out.fixed(b.salt); }
void put(Writer& out, const AdminCertificate& b) { out.fixed(b.user), out.u8(b.role), put(out, b.keys); }
void put(Writer& out, const AdminRemoval& b) { out.fixed(b.device); }
void put(Writer& out, const ServerKeys& b) { out.fixed(b.noise), out.fixed(b.receipts); }
void put(Writer& out, const Invite& b) {
  out.fixed(b.invite);
  out.fixed(b.user);
  out.u8(b.role);
  out.fixed(b.gate);
  out.fixed(b.auth);
  out.fixed(b.seal);
  out.u64(b.expires_ms);
  put(out, b.entitlements);
}
void put(Writer& out, const DeviceCertificate& b) {
  out.fixed(b.user), put(out, b.keys), out.fixed(b.possession);
}
void put(Writer& out, const Revocation& b) {
  put_enum(out, b.target);
  out.fixed(b.id);
  put(out, b.cutoffs);
}
void put(Writer& out, const UserChange& b) { out.fixed(b.user), out.u8(b.role), put(out, b.entitlements); }
void put(Writer& out, const SpaceGenesis& b) {
  out.varint(b.purpose);
  put_enum(out, b.space_class);
  out.fixed(b.scope);
  put_enum(out, b.co_members);
  put_enum(out, b.own_devices);
  out.fixed(b.tag_key);
}
void put(Writer& out, const Member& b) { out.fixed(b.user), put_enum(out, b.right); }
void put(Writer& out, const Epoch& b) {
  out.varint(b.epoch);
  out.fixed(b.key);
  out.blob(b.previous);
  put(out, b.recipients);
}
void put(Writer& out, const GrantList& b) { out.varint(b.epoch), put(out, b.recipients); }
void put(Writer& out, const Reversal& b) { out.fixed(b.device); }
void put(Writer& out, const Paper& b) {
  out.fixed(b.user), out.fixed(b.sign), out.fixed(b.seal), out.fixed(b.possession);
}
void put(Writer& out, const Erasure& b) {
  out.varint(b.changesets.size());
  for (const ErasedChangeset& changeset : b.changesets) {
    out.fixed(changeset.space);
    out.fixed(changeset.writer);
    out.varint(changeset.seq);
    out.varint(changeset.writes.size());
    for (const std::uint32_t write : changeset.writes) out.varint(write);
  }
}
void put(Writer& out, const Hold& b) {
  out.fixed(b.hold);
  out.varint(b.spaces.size());
  for (const SpaceId& space : b.spaces) out.fixed(space);
}
void put(Writer& out, const HoldRelease& b) { out.fixed(b.hold); }
template <std::uint8_t kNumber>
void put(Writer& out, const RepairOf<kNumber>& b) {
  out.varint(b.common.seq);
  out.fixed(b.common.hash);
  out.varint(b.abandoned.size());
  for (const Head& head : b.abandoned) out.fixed(head.hash);
}
template <std::uint8_t kNumber>
void put(Writer& out, const CheckpointOf<kNumber>& b) {
  out.fixed(b.state);
}
void put(Writer& out, const ForkChoice& b) {
  out.fixed(b.space), out.fixed(b.writer), out.varint(b.seq), out.fixed(b.hash);
}
void put(Writer& out, const StoreInstance& b) { out.fixed(b.writer); }
void put(Writer& out, const InstanceCutoffs& b) { out.fixed(b.writer), put(out, b.cutoffs); }
void put(Writer& out, const Pairing& b) {
  out.fixed(b.pairing), out.fixed(b.user), out.fixed(b.gate);
  out.fixed(b.auth), out.fixed(b.seal), out.u64(b.expires_ms);
}
void put(Writer& out, const Escrow& b) {
  out.fixed(b.escrow), out.fixed(b.seal);
  for (const EscrowHolder& holder : b.holders) {
    out.fixed(holder.sign), out.fixed(holder.seal), out.blob(holder.share);
  }
}
void put(Writer& out, const EscrowUse& b) {
  out.fixed(b.escrow), out.fixed(b.space), out.fixed(b.device);
  for (const Signature& signature : b.holders) out.fixed(signature);
}
void put(Writer& out, const SpaceEscrow& b) { out.u8(b.on ? 1 : 0); }
void put(Writer& out, const Policy& b) { put_enum(out, b.co_members), put_enum(out, b.own_devices); }
void put(Writer& out, const Reserved& b) { out.raw(b.bytes); }

Invite get_invite(Reader& in) {
  Invite b;
  b.invite = in.fixed<InviteId>();
  b.user = in.fixed<UserId>();
  b.role = in.u8();
  b.gate = in.fixed<sign::Hash>();
  b.auth = in.fixed<VerifyKey>();
  b.seal = in.fixed<SealPublicKey>();
  b.expires_ms = in.u64();
  b.entitlements = get_entitlements(in);
  return b;
}
Revocation get_revocation(Reader& in) {
  Revocation b;
  b.target = get_enum(in, RevocationTarget::kDevice, RevocationTarget::kEscrow);
  b.id = in.fixed<decltype(b.id)>();
  b.cutoffs = get_cutoffs(in);
  return b;
}
Erasure get_erasure(Reader& in) {
  Erasure b;
  b.changesets.resize(in.count(kErasedMax, 35));
  for (ErasedChangeset& changeset : b.changesets) {
    changeset.space = in.fixed<SpaceId>();
    changeset.writer = in.fixed<WriterId>();
    changeset.seq = in.varint();
    changeset.writes.resize(in.count(kErasedMax, 1));
    for (std::uint32_t& write : changeset.writes) write = static_cast<std::uint32_t>(in.varint(0xffffffff));
    require_ascending(in, changeset.writes, [](std::uint32_t write) { return write; });
  }
  require_ascending(in, b.changesets,
                    [](const ErasedChangeset& c) { return std::tuple(c.space, c.writer, c.seq); });
  return b;
}
Hold get_hold(Reader& in) {
  Hold b;
  b.hold = in.fixed<HoldId>();
  b.spaces.resize(in.count(kHeadsMax, 16));
  for (SpaceId& space : b.spaces) space = in.fixed<SpaceId>();
  require_ascending(in, b.spaces, [](const SpaceId& space) { return space; });
  return b;
}
template <class Repair>
Repair get_repair(Reader& in) {
  Repair b;
  b.common.seq = in.varint(1ull << 60);
  b.common.hash = in.fixed<sign::Hash>();
  if ((b.common.seq == 0) != b.common.hash.is_zero()) in.refuse(ErrorCode::malformed);
  b.abandoned.resize(in.count(kHeadsMax, 32));
  std::uint64_t seq = b.common.seq;
  for (Head& head : b.abandoned) head = {++seq, in.fixed<sign::Hash>()};
  return b;
}
Pairing get_pairing(Reader& in) {
  Pairing b;
  b.pairing = in.fixed<PairingId>();
  b.user = in.fixed<UserId>();
  b.gate = in.fixed<sign::Hash>();
  b.auth = in.fixed<VerifyKey>();
  b.seal = in.fixed<SealPublicKey>();
  b.expires_ms = in.u64();
  return b;
}
Escrow get_escrow(Reader& in) {
  Escrow b;
  b.escrow = in.fixed<EscrowId>();
  b.seal = in.fixed<SealPublicKey>();
  for (EscrowHolder& holder : b.holders) {
    holder.sign = in.fixed<VerifyKey>();
    holder.seal = in.fixed<SealPublicKey>();
    holder.share = to_bytes(in.blob(kShareBytesMax));
  }
  return b;
}
EscrowUse get_escrow_use(Reader& in) {
  EscrowUse b;
  b.escrow = in.fixed<EscrowId>();
  b.space = in.fixed<SpaceId>();
  b.device = in.fixed<DeviceId>();
  for (Signature& signature : b.holders) signature = in.fixed<Signature>();
  return b;
}
ForkChoice get_fork_choice(Reader& in) {
  ForkChoice b;
  b.space = in.fixed<SpaceId>();
  b.writer = in.fixed<WriterId>();
  b.seq = in.varint();
  b.hash = in.fixed<sign::Hash>();
  return b;
}
SpaceGenesis get_space_genesis(Reader& in) {
  SpaceGenesis b;
  b.purpose = static_cast<std::uint16_t>(in.varint(0xffff));
  b.space_class = get_enum(in, SpaceClass::kPersonal, SpaceClass::kShared);
  b.scope = in.fixed<decltype(b.scope)>();
  b.co_members = get_enum(in, GrantPolicy::kAuto, GrantPolicy::kConfirm);
  b.own_devices = get_enum(in, GrantPolicy::kAuto, GrantPolicy::kConfirm);
  b.tag_key = in.fixed<KeyCommitment>();
  return b;
}
Epoch get_epoch(Reader& in) {
  Epoch b;
  b.epoch = static_cast<std::uint32_t>(in.varint(0xffffffff));
  b.key = in.fixed<KeyCommitment>();
  b.previous = to_bytes(in.blob(256));
  b.recipients = get_recipients(in);
  return b;
}

}  // namespace

std::uint8_t body_number(const Body& body) {
  static constexpr std::array<std::uint8_t, 29> kNumbers = {1,  2,  3,  4,  5,  6,  7,  8,  32, 33,
                                                            34, 35, 9,  10, 11, 12, 13, 14, 15, 16,
                                                            17, 18, 19, 20, 21, 36, 37, 38, 39};
  if (const auto* reserved = std::get_if<Reserved>(&body)) return reserved->type;
  return kNumbers.at(body.index());
}

void append_body(Writer& out, const Body& body) {
  std::visit([&](const auto& b) { put(out, b); }, body);
}

Body read_body(std::uint8_t number, Reader& in) {
  // Braced lists evaluate left to right, so the reads stand in the order of the bytes.
  switch (number) {
    case 1:
      return Genesis{in.fixed<VerifyKey>(), in.fixed<decltype(Genesis::salt)>()};
    case 2:
      return AdminCertificate{in.fixed<UserId>(), in.u8(), get_keys(in)};
    case 3:
      return AdminRemoval{in.fixed<DeviceId>()};
    case 4:
      return ServerKeys{in.fixed<NoisePublicKey>(), in.fixed<VerifyKey>()};
    case 5:
      return get_invite(in);
    case 6:
      return DeviceCertificate{in.fixed<UserId>(), get_keys(in), in.fixed<Signature>()};
    case 7:
      return get_revocation(in);
    case 8:
      return UserChange{in.fixed<UserId>(), in.u8(), get_entitlements(in)};
    case 9:
      return Reversal{in.fixed<DeviceId>()};
    case 10:
      return Paper{in.fixed<UserId>(), in.fixed<VerifyKey>(), in.fixed<SealPublicKey>(),
                   in.fixed<Signature>()};
    case 11:
      return get_erasure(in);
    case 12:
      return get_hold(in);
    case 13:
      return HoldRelease{in.fixed<HoldId>()};
    case 14:
      return get_repair<Repair>(in);
    case 15:
      return Checkpoint{in.fixed<sign::Hash>()};
    case 16:
      return get_fork_choice(in);
    case 17:
      return StoreInstance{in.fixed<WriterId>()};
    case 18:
      return InstanceCutoffs{in.fixed<WriterId>(), get_cutoffs(in)};
    case 19:
      return get_pairing(in);
    case 20:
      return get_escrow(in);
    case 21:
      return get_escrow_use(in);
    case 32:
      return get_space_genesis(in);
    case 33:
      return Member{in.fixed<UserId>(), get_enum(in, Right::kNone, Right::kManager)};
    case 34:
      return get_epoch(in);
    case 35:
      return GrantList{static_cast<std::uint32_t>(in.varint(0xffffffff)), get_recipients(in)};
    case 36:
      return SpaceEscrow{get_bool(in)};
    case 37:
      return Policy{get_enum(in, GrantPolicy::kAuto, GrantPolicy::kConfirm),
                    get_enum(in, GrantPolicy::kAuto, GrantPolicy::kConfirm)};
    case 38:
      return get_repair<SpaceRepair>(in);
    case 39:
      return SpaceCheckpoint{in.fixed<sign::Hash>()};
    default:
      break;
  }
  if (number == 0 || number > kNumberMax) in.refuse(ErrorCode::version_unknown);
  return Reserved{number, to_bytes(in.raw(in.rest().size()))};
}

}  // namespace samla::chain
