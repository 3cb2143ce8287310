// Logical messages over a Transport: fragments, reassembly and the authenticated close.
// Pure; the format is docs/formats/transport.md. Stands between session's bytes and net's sockets.
// Invariant: a logical message arrives whole or not at all, and a cut is told from a close. One thread
// at a time.
#pragma once

#include "core/base/id.h"
#include "core/noise/transport.h"

namespace samla::noise {

inline constexpr std::size_t kLogicalMessageBytesMax = 1u << 20;
/// What we put into one fragment; a reader takes up to kNoisePayloadBytesMax - 1. Smaller fragments let
/// a slow line show progress.
inline constexpr std::size_t kFragmentBytes = 32u << 10;
inline constexpr std::uint8_t kTransportVersion = 1;
inline constexpr std::string_view kSubprotocol = "samla.sync.1";

/// The prologue of both sides: version, subprotocol, path and organisation (zero where it is not yet
/// known).
Bytes sync_prologue(std::string_view path, const OrganisationId& organisation = {});

class Channel {
 public:
  enum class Event : std::uint8_t { partial, message, closed };

  explicit Channel(Transport transport) : transport_(std::move(transport)) {}

  /// The Noise message for `message` from `offset` on, which it advances; to be repeated until `offset`
  /// reaches the end (once for an empty message). too_large; wrong_state after `seal_close`.
  Result<Bytes> seal_fragment(ByteView message, std::size_t& offset);
  /// The last message of this side.
  Result<Bytes> seal_close();

  /// Takes the other side's next Noise message; `message` gives `take_message`. not_authentic; protocol
  /// (unknown flag, anything after the close); too_large. After an error the connection is to be cut.
  Result<Event> open(ByteView noise_message);
  Bytes take_message();

  const PublicKey& remote_key() const { return transport_.remote_key(); }
  const HandshakeHash& handshake_hash() const { return transport_.handshake_hash(); }

 private:
  Transport transport_;
  Bytes incoming_;
  bool message_whole_ = false;
  bool sent_close_ = false;
  bool received_close_ = false;
};

}  // namespace samla::noise
