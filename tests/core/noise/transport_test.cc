// Ciphers, rekeying and the channel of logical messages.
#include <gtest/gtest.h>

#include <limits>

#include "core/noise/channel.h"

namespace samla::noise {
namespace {

Secret<32> key(std::uint8_t value) { return Secret<32>::from(Bytes(32, value)); }

Transport transport(std::uint8_t send, std::uint8_t receive, std::uint64_t nonce = 0) {
  return Transport(CipherState(key(send), nonce), CipherState(key(receive), nonce), {}, {});
}

Bytes framed(Transport& sender, std::uint8_t flag, std::size_t size) {
  Bytes plaintext(1 + size, 'x');
  plaintext[0] = flag;
  return *sender.encrypt(plaintext);
}

TEST(CipherState, ReservesTheLastNonce) {
  CipherState sender(key(1), std::numeric_limits<std::uint64_t>::max() - 1);
  CipherState receiver(key(1), std::numeric_limits<std::uint64_t>::max() - 1);
  Bytes last, none;
  ASSERT_TRUE(sender.encrypt({}, as_bytes("a"), last).ok());
  EXPECT_EQ(sender.encrypt({}, as_bytes("a"), none).error().code, ErrorCode::wrong_state);
  EXPECT_TRUE(none.empty());
  ASSERT_TRUE(receiver.decrypt({}, last).ok());
  EXPECT_EQ(receiver.decrypt({}, last).error().code, ErrorCode::wrong_state);
}

TEST(Transport, AForgedMessageChangesNothing) {
  Transport sender = transport(1, 2), receiver = transport(2, 1);
  const Bytes first = *sender.encrypt(as_bytes("en")), second = *sender.encrypt(as_bytes("to"));
  for (std::size_t bit = 0; bit < first.size() * 8; ++bit) {
    Bytes flipped = first;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_EQ(receiver.decrypt(flipped).error().code, ErrorCode::not_authentic);
  }
  for (std::size_t size = 0; size < first.size(); ++size) {
    EXPECT_FALSE(receiver.decrypt(ByteView(first).first(size)).ok());
  }
  EXPECT_FALSE(receiver.decrypt(second).ok());  // reordered
  EXPECT_TRUE(receiver.decrypt(first).ok());
  EXPECT_FALSE(receiver.decrypt(first).ok());  // repeated
  EXPECT_TRUE(receiver.decrypt(second).ok());
}

TEST(Transport, RekeysADirectionAfter65536MessagesOnBothSides) {
  Transport sender = transport(1, 2, kMessagesPerKey - 2), receiver = transport(2, 1, kMessagesPerKey - 2);
  CipherState old(key(1), kMessagesPerKey - 2);
  for (int i = 0; i < 5; ++i) {
    const Bytes message = *sender.encrypt(as_bytes("x"));
    EXPECT_TRUE(receiver.decrypt(message).ok()) << i;
    EXPECT_EQ(old.decrypt({}, message).ok(), i < 2) << i;
  }
  CipherState once(key(1), kMessagesPerKey);
  once.rekey();
  Transport again = transport(1, 2, kMessagesPerKey - 1);
  ASSERT_TRUE(again.encrypt({}).ok());
  EXPECT_TRUE(once.decrypt({}, *again.encrypt(as_bytes("y"))).ok());
}

TEST(Transport, CarriesUpTo65535BytesAMessage) {
  Transport sender = transport(1, 2), receiver = transport(2, 1);
  const Bytes message = *sender.encrypt(Bytes(kNoisePayloadBytesMax));
  EXPECT_EQ(message.size(), kNoiseMessageBytesMax);
  EXPECT_TRUE(receiver.decrypt(message).ok());
  EXPECT_EQ(sender.encrypt(Bytes(kNoisePayloadBytesMax + 1)).error().code, ErrorCode::too_large);
  EXPECT_EQ(receiver.decrypt(Bytes(kNoiseMessageBytesMax + 1)).error().code, ErrorCode::too_large);
}

TEST(Channel, CarriesMessagesOfEverySizeWhole) {
  Channel sender(transport(1, 2)), receiver(transport(2, 1));
  SeededRandom random(5);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kFragmentBytes - 1, kFragmentBytes,
                                 kFragmentBytes + 1, kLogicalMessageBytesMax}) {
    Bytes message(size);
    random.fill(message);
    std::size_t offset = 0;
    Channel::Event event = Channel::Event::partial;
    do {
      EXPECT_EQ(event, Channel::Event::partial);
      event = *receiver.open(*sender.seal_fragment(message, offset));
    } while (offset < size);
    ASSERT_EQ(event, Channel::Event::message) << size;
    EXPECT_EQ(receiver.take_message(), message);
  }
  std::size_t offset = 0;
  EXPECT_EQ(sender.seal_fragment(Bytes(kLogicalMessageBytesMax + 1), offset).error().code,
            ErrorCode::too_large);
}

TEST(Channel, NothingFollowsTheClose) {
  Transport raw = transport(1, 2);
  Channel sender(transport(1, 2)), receiver(transport(2, 1));
  EXPECT_EQ(*receiver.open(*sender.seal_close()), Channel::Event::closed);
  std::size_t offset = 0;
  EXPECT_EQ(sender.seal_fragment({}, offset).error().code, ErrorCode::wrong_state);
  EXPECT_EQ(sender.seal_close().error().code, ErrorCode::wrong_state);
  framed(raw, 1, 0);
  EXPECT_EQ(receiver.open(framed(raw, 1, 0)).error().code, ErrorCode::protocol);
}

TEST(Channel, RefusesBrokenFraming) {
  const auto first = [](const Bytes& plaintext) {
    Transport raw = transport(1, 2);
    Channel receiver(transport(2, 1));
    return receiver.open(*raw.encrypt(plaintext)).error().code;
  };
  EXPECT_EQ(first({}), ErrorCode::protocol);
  EXPECT_EQ(first({0}), ErrorCode::protocol);
  EXPECT_EQ(first({3}), ErrorCode::protocol);
  EXPECT_EQ(first({2, 0}), ErrorCode::protocol);
  EXPECT_EQ(first({255, 1}), ErrorCode::protocol);
}

TEST(Channel, RefusesACloseInTheMiddleOfAMessage) {
  Transport raw = transport(1, 2);
  Channel receiver(transport(2, 1));
  EXPECT_EQ(*receiver.open(framed(raw, 0, 1)), Channel::Event::partial);
  EXPECT_EQ(receiver.open(framed(raw, 2, 0)).error().code, ErrorCode::protocol);
}

TEST(Channel, RefusesAMessageOverAMebibyte) {
  Transport raw = transport(1, 2);
  Channel receiver(transport(2, 1));
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(receiver.open(framed(raw, 0, 65518)).ok());
  EXPECT_EQ(receiver.open(framed(raw, 0, 65518)).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace samla::noise
