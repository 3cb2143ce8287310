#include "core/session/refused.h"

#include <utility>

namespace samla::session {
namespace {

using wire::Refused;

constexpr std::pair<Refused, ErrorCode> kPairs[] = {
    {Refused::kLater, ErrorCode::retry_later},
    {Refused::kVoid, ErrorCode::malformed},
    {Refused::kQuarantined, ErrorCode::wrong_state},
    {Refused::kGap, ErrorCode::sequence_gap},
    {Refused::kForked, ErrorCode::writer_forked},
    {Refused::kChainBehind, ErrorCode::chain_behind},
    {Refused::kChainConflict, ErrorCode::chain_conflict},
    {Refused::kNotPermitted, ErrorCode::not_permitted},
    {Refused::kInviteUsed, ErrorCode::invite_used},
    {Refused::kInviteExpired, ErrorCode::invite_expired},
    {Refused::kInviteRevoked, ErrorCode::invite_revoked},
    {Refused::kInviteUnknown, ErrorCode::invite_unknown},
    {Refused::kClaimUsed, ErrorCode::claim_used},
    {Refused::kProtocol, ErrorCode::protocol},
    {Refused::kDeviceRevoked, ErrorCode::device_revoked},
    {Refused::kNamesMissing, ErrorCode::names_missing},
};

}  // namespace

ErrorCode error_code_of(Refused refused) {
  for (const auto& [wire, code] : kPairs) {
    if (wire == refused) return code;
  }
  return ErrorCode::protocol;
}

Refused refused_of(ErrorCode code) {
  for (const auto& [wire, known] : kPairs) {
    if (known == code) return wire;
  }
  switch (code) {
    case ErrorCode::io:
    case ErrorCode::disk_full:
    case ErrorCode::store_busy:
    case ErrorCode::store_corrupt:
    case ErrorCode::internal:
      return Refused::kLater;
    case ErrorCode::chain_forked:
      return Refused::kChainConflict;
    case ErrorCode::bad_signature:
      return Refused::kNotPermitted;
    default:
      return Refused::kVoid;
  }
}

}  // namespace samla::session
