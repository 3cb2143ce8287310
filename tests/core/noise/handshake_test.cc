#include "core/noise/handshake.h"

#include <gtest/gtest.h>

namespace samla::noise {
namespace {

struct Sides {
  Handshake client;
  Handshake server;
};

class HandshakeTest : public testing::Test {
 protected:
  Sides begin(const Bytes& client_prologue = {1, 2}, const Bytes& server_prologue = {1, 2}) {
    return begin_with(server_key_.public_key(), client_prologue, server_prologue);
  }
  Sides begin_with(const PublicKey& expected_server, const Bytes& client_prologue,
                   const Bytes& server_prologue) {
    HandshakeOptions client{Pattern::kXK, client_prologue, client_key_.duplicate(), expected_server, {}};
    HandshakeOptions server{Pattern::kXK, server_prologue, server_key_.duplicate(), {}, {}};
    return {std::move(*Handshake::initiator(std::move(client), random_)),
            std::move(*Handshake::responder(std::move(server), random_))};
  }
  std::pair<Transport, Transport> connected() {
    Sides sides = begin();
    EXPECT_TRUE(sides.server.read_message(*sides.client.write_message({})).ok());
    EXPECT_TRUE(sides.client.read_message(*sides.server.write_message({})).ok());
    EXPECT_TRUE(sides.server.read_message(*sides.client.write_message({})).ok());
    return {std::move(*std::move(sides.client).into_transport()),
            std::move(*std::move(sides.server).into_transport())};
  }

  SeededRandom random_{42};
  KeyPair client_key_ = KeyPair::generate(random_);
  KeyPair server_key_ = KeyPair::generate(random_);
};

TEST_F(HandshakeTest, ShowsTheServerTheClientsKeyAndBothTheSameHash) {
  auto [client, server] = connected();
  EXPECT_EQ(server.remote_static(), client_key_.public_key());
  EXPECT_TRUE(equal(client.handshake_hash(), server.handshake_hash()));
}

TEST_F(HandshakeTest, FailsAtTheFirstMessageForAnotherServerKeyOrPrologue) {
  Sides wrong_key = begin_with(client_key_.public_key(), {1, 2}, {1, 2});
  EXPECT_FALSE(wrong_key.server.read_message(*wrong_key.client.write_message({})).ok());
  Sides wrong_prologue = begin({1, 2}, {1, 3});
  EXPECT_FALSE(wrong_prologue.server.read_message(*wrong_prologue.client.write_message({})).ok());
  EXPECT_FALSE(wrong_prologue.server.my_turn()) << "a failed handshake is spent";
}

TEST_F(HandshakeTest, RefusesEveryFlippedBitOfEveryMessage) {
  for (int which = 0; which < 3; ++which) {
    for (std::size_t bit = 0;; ++bit) {
      Sides sides = begin();
      Handshake* from = &sides.client;
      Handshake* to = &sides.server;
      for (int i = 0; i < which; ++i) {
        ASSERT_TRUE(to->read_message(*from->write_message({})).ok());
        std::swap(from, to);
      }
      Bytes message = *from->write_message(as_bytes("hei"));
      if (bit == message.size() * 8) break;
      // The top bit of an X25519 public key is masked by the curve, but the hash still covers it.
      message[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      EXPECT_FALSE(to->read_message(message).ok()) << "message " << which << " bit " << bit;
    }
  }
}

TEST_F(HandshakeTest, RefusesAnEphemeralOfSmallOrder) {
  Sides sides = begin();
  Bytes message = *sides.client.write_message({});
  std::fill_n(message.begin(), 32, std::uint8_t{0});
  EXPECT_EQ(sides.server.read_message(message).error().code, ErrorCode::not_authentic);
}

TEST_F(HandshakeTest, RefusesEveryTruncationAndActsOnlyInTurn) {
  Sides sides = begin();
  EXPECT_FALSE(sides.server.write_message({}).ok());
  EXPECT_FALSE(std::move(sides.server).into_transport().ok());
  const Bytes message = *sides.client.write_message({});
  for (std::size_t size = 0; size < message.size(); ++size) {
    Sides fresh = begin();
    EXPECT_FALSE(fresh.server.read_message(ByteView(message).first(size)).ok());
  }
}

TEST_F(HandshakeTest, NeedsTheKeysOfItsPattern) {
  HandshakeOptions options{Pattern::kXK, {}, client_key_.duplicate(), {}, {}};
  EXPECT_EQ(Handshake::initiator(std::move(options), random_).error().code, ErrorCode::invalid_argument);
}

TEST_F(HandshakeTest, CarriesMessagesAcrossARekeyAndAForgedOneChangesNothing) {
  auto [client, server] = connected();
  for (std::uint64_t i = 0; i < kRekeyEvery + 10; ++i) {
    const Bytes sealed = *client.encrypt(as_bytes("melding"));
    if (i % 10'000 == 0 || i + 1 == kRekeyEvery) {
      Bytes forged = sealed;
      forged.back() ^= 1;
      ASSERT_FALSE(server.decrypt(forged).ok());
    }
    const auto opened = server.decrypt(sealed);
    ASSERT_TRUE(opened.ok()) << i;
    ASSERT_EQ(as_text(*opened), "melding");
    ASSERT_FALSE(server.decrypt(sealed).ok()) << "replayed";
  }
}

TEST_F(HandshakeTest, LimitsAMessageToWhatNoiseAllows) {
  auto [client, server] = connected();
  EXPECT_TRUE(server.decrypt(*client.encrypt(Bytes(kMessageBytesMax - kTagBytes))).ok());
  EXPECT_EQ(client.encrypt(Bytes(kMessageBytesMax - kTagBytes + 1)).error().code, ErrorCode::too_large);
  EXPECT_FALSE(server.decrypt(Bytes(kMessageBytesMax + 1)).ok());
}

TEST(DoorMark, DependsOnServerAndMessage) {
  const PublicKey server{{1}}, other{{2}};
  EXPECT_EQ(door_mark(server, as_bytes("a")), door_mark(server, as_bytes("a")));
  EXPECT_NE(door_mark(server, as_bytes("a")), door_mark(other, as_bytes("a")));
  EXPECT_NE(door_mark(server, as_bytes("a")), door_mark(server, as_bytes("b")));
}

}  // namespace
}  // namespace samla::noise
