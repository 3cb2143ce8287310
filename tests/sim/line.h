// The line between a device and the server: two queues of messages, inside Noise in the full stack. It breaks
// as the network does: what was under way is gone, and what Noise does not know again ends it.
#pragma once

#include <deque>
#include <memory>
#include <optional>

#include "core/noise/channel.h"
#include "core/noise/keys.h"

namespace samla::sim {

/// One direction.
class Lane {
 public:
  explicit Lane(noise::Channel* sender, noise::Channel* receiver) : sender_(sender), receiver_(receiver) {}

  void send(const Bytes& message) {
    if (sender_ == nullptr) {
      pieces.push_back(message);
      return;
    }
    std::size_t offset = 0;
    do {
      auto piece = sender_->seal_fragment(message, offset);
      if (!piece.ok()) return;
      pieces.push_back(std::move(*piece));
    } while (offset < message.size());
  }
  /// Takes the next piece; absent: it was no whole message. An error ends the line.
  Result<std::optional<Bytes>> receive() {
    const Bytes piece = std::move(pieces.front());
    pieces.pop_front();
    if (receiver_ == nullptr) return std::optional(piece);
    SAMLA_ASSIGN(const auto event, receiver_->open(piece));
    if (event != noise::Channel::Event::message) return std::optional<Bytes>();
    return std::optional(receiver_->take_message());
  }

  std::deque<Bytes> pieces;  ///< as the network sees them

 private:
  noise::Channel* sender_;
  noise::Channel* receiver_;
};

struct Line {
  std::uint64_t number = 0;
  std::unique_ptr<noise::Channel> device_end;  ///< null: messages go as they are
  std::unique_ptr<noise::Channel> server_end;
  Lane up{nullptr, nullptr};
  Lane down{nullptr, nullptr};
  bool mangled = false;  ///< the network did more than lose the end

  /// With a handshake between the two keys.
  static Result<Line> connect(std::uint64_t number, const noise::NoiseKeyPair& server, ByteView device_secret,
                              Random& random);
  static Line plain(std::uint64_t number) {
    Line out;
    out.number = number;
    return out;
  }
};

}  // namespace samla::sim
