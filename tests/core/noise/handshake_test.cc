// The XK handshake as devices and servers use it, against hostile messages.
#include <gtest/gtest.h>

#include "core/base/encoding.h"
#include "core/noise/channel.h"
#include "core/noise/gate.h"
#include "core/noise/initiator.h"
#include "core/noise/responder.h"

namespace samla::noise {
namespace {

class Xk : public testing::Test {
 protected:
  SeededRandom random{11};
  NoiseKeyPair server = NoiseKeyPair::generate(random);
  NoiseKeyPair device = NoiseKeyPair::generate(random);
  Bytes prologue = sync_prologue("/sync");

  Result<Initiator::Started> start() {
    return Initiator::start(server.public_key(), device.duplicate(), prologue, random);
  }
};

TEST_F(Xk, GivesBothSidesTheSameHashAndTheOthersKey) {
  auto started = start();
  ASSERT_TRUE(started.ok());
  auto answered = Responder::answer(server, prologue, started->message, random);
  ASSERT_TRUE(answered.ok());
  auto finished = std::move(started->next).finish(answered->message);
  ASSERT_TRUE(finished.ok());
  auto transport = std::move(answered->next).finish(finished->message);
  ASSERT_TRUE(transport.ok());
  EXPECT_EQ(transport->handshake_hash(), finished->transport.handshake_hash());
  EXPECT_EQ(transport->remote_key(), device.public_key());
  EXPECT_EQ(finished->transport.remote_key(), server.public_key());
  EXPECT_EQ(*transport->decrypt(*finished->transport.encrypt(as_bytes("opp"))), to_bytes(as_bytes("opp")));
  EXPECT_EQ(*finished->transport.decrypt(*transport->encrypt(as_bytes("ned"))), to_bytes(as_bytes("ned")));
}

TEST_F(Xk, EveryFlippedBitOfEveryMessageIsRefused) {
  for (std::size_t bit = 0; bit < 64 * 8; ++bit) {
    auto started = start();
    const std::size_t byte = bit / 8;
    const auto flip = static_cast<std::uint8_t>(1u << (bit % 8));
    Bytes first = started->message;
    ASSERT_EQ(first.size(), 64u);
    first[byte] ^= flip;
    EXPECT_FALSE(Responder::answer(server, prologue, first, random).ok()) << bit;
    // Behind a gate that was made anew the Noise message itself must refuse. X25519 ignores the top bit
    // of a key, but the transcript does not.
    if (byte >= GateMac::kSize) {
      const Bytes regated = with_gate(server.public_key(), ByteView(first).subspan(GateMac::kSize));
      EXPECT_FALSE(Responder::answer(server, prologue, regated, random).ok()) << bit;
    }

    auto answered = Responder::answer(server, prologue, started->message, random);
    ASSERT_TRUE(answered.ok());
    Bytes second = answered->message;
    if (byte < second.size()) {
      second[byte] ^= flip;
      const auto finished = std::move(started->next).finish(second);
      ASSERT_FALSE(finished.ok()) << bit;
      EXPECT_EQ(finished.error().code, ErrorCode::wrong_server_key);
      continue;
    }
    auto finished = std::move(started->next).finish(second);
    ASSERT_TRUE(finished.ok());
    Bytes third = finished->message;
    ASSERT_EQ(third.size(), 64u);
    third[(byte - second.size()) * 4] ^= flip;
    EXPECT_FALSE(std::move(answered->next).finish(third).ok()) << bit;
  }
}

TEST_F(Xk, EveryTruncationAndAnyExtensionIsRefused) {
  for (std::size_t cut = 0; cut <= 65; ++cut) {
    auto started = start();
    auto answered = Responder::answer(server, prologue, started->message, random);
    ASSERT_TRUE(answered.ok());
    const auto resized = [cut](Bytes message) {
      message.resize(cut);
      return message;
    };
    const Bytes inner = to_bytes(ByteView(started->message).subspan(GateMac::kSize));
    if (cut != inner.size()) {
      const Bytes gated = with_gate(server.public_key(), resized(inner));
      EXPECT_FALSE(Responder::answer(server, prologue, gated, random).ok()) << cut;
    }
    if (cut != started->message.size()) {
      EXPECT_FALSE(Responder::answer(server, prologue, resized(started->message), random).ok()) << cut;
    }
    if (cut != answered->message.size()) {
      EXPECT_FALSE(std::move(started->next).finish(resized(answered->message)).ok()) << cut;
      continue;
    }
    auto finished = std::move(started->next).finish(answered->message);
    ASSERT_TRUE(finished.ok());
    for (std::size_t size = 0; size <= 65; ++size) {
      if (size == 64) continue;
      auto again = Responder::answer(server, prologue, started->message, random);
      Bytes third = finished->message;
      third.resize(size);
      EXPECT_FALSE(std::move(again->next).finish(third).ok()) << size;
    }
  }
}

TEST_F(Xk, AnotherPrologueOrServerKeyIsRefused) {
  auto started = start();
  EXPECT_FALSE(Responder::answer(server, sync_prologue("/other"), started->message, random).ok());
  const NoiseKeyPair other = NoiseKeyPair::generate(random);
  const auto answered = Responder::answer(other, prologue, started->message, random);
  ASSERT_FALSE(answered.ok());
  EXPECT_EQ(answered.error().code, ErrorCode::wrong_server_key);
}

TEST_F(Xk, AReplayedFirstMessageYieldsNothingUsable) {
  auto started = start();
  auto first = Responder::answer(server, prologue, started->message, random);
  auto replayed = Responder::answer(server, prologue, started->message, random);
  ASSERT_TRUE(first.ok() && replayed.ok());
  auto finished = std::move(started->next).finish(first->message);
  ASSERT_TRUE(finished.ok());
  EXPECT_FALSE(std::move(replayed->next).finish(finished->message).ok());
}

TEST_F(Xk, SmallOrderEphemeralsAbort) {
  for (const char* point : {"0000000000000000000000000000000000000000000000000000000000000000",
                            "0100000000000000000000000000000000000000000000000000000000000000",
                            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    Bytes message = *from_hex(point);
    EXPECT_FALSE(device.agree(PublicKey::from(message)).ok());
    message.resize(48);
    const auto answered =
        Responder::answer(server, prologue, with_gate(server.public_key(), message), random);
    ASSERT_FALSE(answered.ok());
    EXPECT_EQ(answered.error().code, ErrorCode::not_authentic);
  }
}

TEST_F(Xk, StepsOutOfTurnAndAfterAFailureAreRefused) {
  HandshakeKeys keys;
  keys.own = device.duplicate();
  EXPECT_FALSE(Handshake::start(kXK, Role::initiator, std::move(keys), prologue, random).ok());
  HandshakeKeys own;
  own.own = server.duplicate();
  auto handshake = Handshake::start(kXK, Role::responder, std::move(own), prologue, random);
  ASSERT_TRUE(handshake.ok());
  EXPECT_EQ(handshake->write({}).error().code, ErrorCode::wrong_state);
  EXPECT_FALSE(handshake->read(Bytes(48, 9)).ok());
  EXPECT_EQ(handshake->write({}).error().code, ErrorCode::wrong_state);
  EXPECT_EQ(handshake->read(Bytes(48, 9)).error().code, ErrorCode::wrong_state);
  EXPECT_FALSE(handshake->complete());
}

TEST_F(Xk, APayloadInAHandshakeMessageIsRefused) {
  HandshakeKeys keys;
  keys.own = device.duplicate();
  keys.remote = server.public_key();
  auto handshake = Handshake::start(kXK, Role::initiator, std::move(keys), prologue, random);
  const Bytes first = *handshake->write(as_bytes("early"));
  const auto answered = Responder::answer(server, prologue, with_gate(server.public_key(), first), random);
  ASSERT_FALSE(answered.ok());
  EXPECT_EQ(answered.error().code, ErrorCode::malformed);
}

}  // namespace
}  // namespace samla::noise
