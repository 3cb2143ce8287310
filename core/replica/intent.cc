// A queued intent's bytes.
#include "core/base/codec.h"
#include "core/replica/chain_work.h"

namespace samla::replica {

namespace {

constexpr std::uint8_t kIntentVersion = 1;
constexpr std::size_t kMembersMax = 8192;

enum Flags : std::uint8_t { kConfirmCoMembers = 1, kApproveDevices = 2 };

void write_spec(Writer& out, const SpaceSpec& spec) {
  out.varint(spec.purpose);
  out.u8(static_cast<std::uint8_t>(spec.space_class));
  out.fixed(spec.scope);
  out.u8(static_cast<std::uint8_t>((spec.confirm_co_members ? kConfirmCoMembers : 0) |
                                   (spec.approve_devices ? kApproveDevices : 0)));
}

SpaceSpec read_spec(Reader& in) {
  SpaceSpec spec;
  spec.purpose = static_cast<Purpose>(in.varint(0xffff));
  const std::uint8_t space_class = in.u8();
  if (space_class < 1 || space_class > 2) in.refuse(ErrorCode::malformed);
  spec.space_class = space_class == 1 ? SpaceClass::kPersonal : SpaceClass::kShared;
  spec.scope = in.fixed<RecordId>();
  const std::uint8_t flags = in.u8();
  spec.confirm_co_members = (flags & kConfirmCoMembers) != 0;
  spec.approve_devices = (flags & kApproveDevices) != 0;
  return spec;
}

}  // namespace

Bytes Intent::encode() const {
  Writer out;
  out.u8(kIntentVersion);
  out.u8(static_cast<std::uint8_t>(type));
  if (type == Type::kApproveDevice || type == Type::kCutoffs) {
    out.fixed(device);
    return out.take();
  }
  if (type == Type::kFloating) {
    out.blob(entry);
    return out.take();
  }
  if (type == Type::kSetMember) {
    out.fixed(space);
  } else {
    write_spec(out, spec);
  }
  out.varint(members.size());
  for (const auto& [user, right] : members) {
    out.fixed(user);
    out.u8(static_cast<std::uint8_t>(right));
  }
  return out.take();
}

Result<Intent> Intent::decode(ByteView bytes) {
  Reader in(bytes);
  Intent out;
  if (in.u8() != kIntentVersion) in.refuse(ErrorCode::version_unknown);
  const std::uint8_t type = in.u8();
  if (type < 1 || type > 5) in.refuse(ErrorCode::version_unknown);
  if (!in.failed()) out.type = static_cast<Type>(type);
  if (out.type == Type::kApproveDevice || out.type == Type::kCutoffs) {
    out.device = in.fixed<DeviceId>();
  } else if (out.type == Type::kFloating) {
    out.entry = to_bytes(in.blob(chain::kEntryBytesMax));
  } else {
    if (out.type == Type::kSetMember) {
      out.space = in.fixed<SpaceId>();
    } else {
      out.spec = read_spec(in);
    }
    for (std::size_t count = in.count(kMembersMax, 17); count > 0 && !in.failed(); --count) {
      const auto user = in.fixed<UserId>();
      const std::uint8_t right = in.u8();
      if (right > 3) in.refuse(ErrorCode::malformed);
      out.members.emplace_back(user, static_cast<SpaceRight>(right));
    }
  }
  SAMLA_TRY(in.finish("intent"));
  return out;
}

}  // namespace samla::replica
