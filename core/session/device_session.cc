// Entrances of the device's machine. The chains' half is in device_chains.cc, the changesets' in
// device_lanes.cc.
#include "core/session/device_session.h"

#include <type_traits>
#include <utility>

#include "core/session/refused.h"

namespace samla::session {

DeviceSession::DeviceSession(DeviceHost& host, wire::Hello hello) : host_(host), hello_(std::move(hello)) {}

Result<void> DeviceSession::start() {
  send(hello_);
  return {};
}

Result<void> DeviceSession::on_message(ByteView message) {
  if (phase_ == DevicePhase::kFailed) return fail(ErrorCode::wrong_state, "session.message");
  message_bytes_ = message.size();
  auto decoded = wire::decode_message(message);
  if (!decoded.ok()) return finish(fail(ErrorCode::protocol, "session.message"));
  return finish(dispatch(*decoded));
}

Result<void> DeviceSession::on_local_change() {
  if (phase_ == DevicePhase::kFailed) return fail(ErrorCode::wrong_state, "session.local_change");
  up_empty_ = false;
  return finish(advance_chains());
}

Result<void> DeviceSession::finish(Step step) {
  if (step.ok()) {
    settle();
  } else {
    phase_ = DevicePhase::kFailed;
  }
  return step;
}

std::vector<Bytes> DeviceSession::take_outgoing() { return std::exchange(outgoing_, {}); }

void DeviceSession::send(const wire::Message& message) { outgoing_.push_back(wire::encode(message)); }

template <class Other>
Result<void> DeviceSession::handle(const Other&) {
  // Credit for the up lane says no more than the receipts do; a pong has done its work by arriving.
  if constexpr (std::is_same_v<Other, wire::Credit> || std::is_same_v<Other, wire::Pong>) return {};
  return fail(ErrorCode::protocol, "session.message");
}

Result<void> DeviceSession::dispatch(const wire::Message& message) {
  const bool first = std::holds_alternative<wire::Welcome>(message);
  const bool goodbye = std::holds_alternative<wire::Goodbye>(message);
  // The server speaks first of all of itself, and once.
  if (!goodbye && first != (phase_ == DevicePhase::kConnecting)) {
    return fail(ErrorCode::protocol, "session.message");
  }
  return std::visit([this](const auto& m) { return handle(m); }, message);
}

Result<void> DeviceSession::handle(const wire::Ping& ping) {
  send(wire::Pong{ping.nonce});
  return {};
}

Result<void> DeviceSession::handle(const wire::Goodbye& goodbye) {
  return fail(goodbye.reason ? error_code_of(*goodbye.reason) : ErrorCode::connection_closed,
              "session.goodbye");
}

void DeviceSession::settle() {
  if (phase_ != DevicePhase::kSyncing && phase_ != DevicePhase::kLevel) return;
  const bool chains = to_pull_.empty() && pulls_.empty() && noticed_.empty() && !batch_ && !question_ &&
                      to_offer_.empty() && !offering_;
  const bool up = in_flight_.empty() && up_empty_;
  const bool down = awaiting_tail_end_.empty() && behind_.empty() && asking_.empty() && !records_;
  phase_ = chains && up && down ? DevicePhase::kLevel : DevicePhase::kSyncing;
}

}  // namespace samla::session
