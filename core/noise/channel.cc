#include "core/noise/channel.h"

#include "core/base/codec.h"

namespace samla::noise {
namespace {

// On the wire: do not renumber.
enum class Flag : std::uint8_t { more = 0, last = 1, close = 2 };

}  // namespace

Bytes sync_prologue(std::string_view path, const OrganisationId& organisation) {
  Writer writer;
  writer.text("samla/transport");
  writer.u8(kTransportVersion);
  writer.text(kSubprotocol);
  writer.text(path);
  writer.fixed(organisation);
  return writer.take();
}

Result<Bytes> Channel::seal_fragment(ByteView message, std::size_t& offset) {
  if (sent_close_ || offset > message.size()) return fail(ErrorCode::wrong_state, "channel.seal");
  if (message.size() > kLogicalMessageBytesMax) return fail(ErrorCode::too_large, "channel.seal");
  const std::size_t size = std::min(kFragmentBytes, message.size() - offset);
  const bool last = offset + size == message.size();
  Bytes plaintext;
  plaintext.reserve(1 + size);
  plaintext.push_back(static_cast<std::uint8_t>(last ? Flag::last : Flag::more));
  append(plaintext, message.subspan(offset, size));
  SAMLA_ASSIGN(Bytes sealed, transport_.encrypt(plaintext));
  offset += size;
  return sealed;
}

Result<Bytes> Channel::seal_close() {
  if (sent_close_) return fail(ErrorCode::wrong_state, "channel.close");
  const auto flag = static_cast<std::uint8_t>(Flag::close);
  SAMLA_ASSIGN(Bytes sealed, transport_.encrypt({&flag, 1}));
  sent_close_ = true;
  return sealed;
}

Result<Channel::Event> Channel::open(ByteView noise_message) {
  // A cut-off stream must not look whole: nothing follows the close, not even what is authentic.
  if (received_close_) return fail(ErrorCode::protocol, "channel.open");
  if (message_whole_) return fail(ErrorCode::wrong_state, "channel.open");
  SAMLA_ASSIGN(const Bytes plaintext, transport_.decrypt(noise_message));
  if (plaintext.empty()) return fail(ErrorCode::protocol, "channel.open");
  const ByteView payload = ByteView(plaintext).subspan(1);
  const Flag flag{plaintext[0]};
  if (flag == Flag::close) {
    if (!payload.empty() || !incoming_.empty()) return fail(ErrorCode::protocol, "channel.open");
    received_close_ = true;
    return Event::closed;
  }
  if (flag != Flag::more && flag != Flag::last) return fail(ErrorCode::protocol, "channel.open");
  // An empty fragment that is not the last would let a peer keep us busy for nothing.
  if (flag == Flag::more && payload.empty()) return fail(ErrorCode::protocol, "channel.open");
  if (payload.size() > kLogicalMessageBytesMax - incoming_.size()) {
    return fail(ErrorCode::too_large, "channel.open");
  }
  append(incoming_, payload);
  message_whole_ = flag == Flag::last;
  return message_whole_ ? Event::message : Event::partial;
}

Bytes Channel::take_message() {
  SAMLA_ASSERT(message_whole_);
  message_whole_ = false;
  return std::exchange(incoming_, {});
}

}  // namespace samla::noise
