#include "core/replica/conversation.h"

namespace samla::replica {

Result<void> Conversation::take(ByteView message) {
  const auto taken = session_.on_message(message);
  if (session_.phase() < session::DevicePhase::kChains || session_.phase() == session::DevicePhase::kFailed) {
    return taken;
  }
  host_.set_incarnation(session_.welcome().incarnation);
  if (!clock_skew_ms_) {
    clock_skew_ms_ = static_cast<std::int64_t>(session_.welcome().server_ms) -
                     static_cast<std::int64_t>(local_.clock.now_ms());
  }
  return taken;
}

}  // namespace samla::replica
