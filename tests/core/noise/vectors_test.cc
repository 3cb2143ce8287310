// Known answers: cacophony's published vectors where they are present, and frozen ones of our own.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "core/noise/handshake.h"
#include "core/noise/initiator.h"
#include "core/noise/responder.h"
#include "tests/core/noise/fixed_random.h"

namespace samla::noise {
namespace {

using Json = nlohmann::json;

Bytes hex(const Json& vector, const char* name) { return *from_hex(vector.at(name).get<std::string>()); }

NoiseKeyPair key_from(ByteView secret) { return NoiseKeyPair::from_secret(Secret<32>::from(secret)); }

const Pattern* pattern_named(std::string_view name) {
  for (const Pattern* pattern : {&kXK, &kNK, &kIK, &kXX, &kXKpsk3}) {
    if (pattern->protocol == name) return pattern;
  }
  return nullptr;
}

struct Party {
  FixedRandom random;
  Result<Handshake> handshake;

  Party(const Json& vector, const Pattern& pattern, const std::string& side)
      : random(hex(vector, (side + "_ephemeral").c_str())),
        handshake(Handshake::start(pattern, side == "init" ? Role::initiator : Role::responder,
                                   keys(vector, side), hex(vector, (side + "_prologue").c_str()), random)) {}

  static HandshakeKeys keys(const Json& vector, const std::string& side) {
    HandshakeKeys keys;
    if (vector.contains(side + "_static")) keys.own = key_from(hex(vector, (side + "_static").c_str()));
    if (vector.contains(side + "_remote_static")) {
      keys.remote = PublicKey::from(hex(vector, (side + "_remote_static").c_str()));
    }
    if (vector.contains(side + "_psks")) {
      keys.preshared = Secret<32>::from(*from_hex(vector.at(side + "_psks").at(0).get<std::string>()));
    }
    return keys;
  }
};

void replay(const Json& vector) {
  const Pattern* pattern = pattern_named(vector.at("protocol_name").get<std::string>());
  ASSERT_NE(pattern, nullptr) << vector.at("protocol_name");
  Party initiator(vector, *pattern, "init"), responder(vector, *pattern, "resp");
  ASSERT_TRUE(initiator.handshake.ok() && responder.handshake.ok());
  const Json& messages = vector.at("messages");
  const std::size_t handshake_messages = pattern->message_count();
  ASSERT_GT(messages.size(), handshake_messages);
  for (std::size_t i = 0; i < handshake_messages; ++i) {
    Handshake& writer = i % 2 == 0 ? *initiator.handshake : *responder.handshake;
    Handshake& reader = i % 2 == 0 ? *responder.handshake : *initiator.handshake;
    const Bytes payload = hex(messages[i], "payload");
    const Result<Bytes> message = writer.write(payload);
    ASSERT_TRUE(message.ok()) << i;
    EXPECT_EQ(to_hex(*message), messages[i].at("ciphertext")) << i;
    const Result<Bytes> read = reader.read(*message);
    ASSERT_TRUE(read.ok()) << i;
    EXPECT_EQ(*read, payload) << i;
  }
  Transport initiating = std::move(*initiator.handshake).split();
  Transport responding = std::move(*responder.handshake).split();
  EXPECT_EQ(to_hex(initiating.handshake_hash()), vector.at("handshake_hash"));
  EXPECT_EQ(to_hex(responding.handshake_hash()), vector.at("handshake_hash"));
  for (std::size_t i = handshake_messages; i < messages.size(); ++i) {
    Transport& writer = i % 2 == 0 ? initiating : responding;
    Transport& reader = i % 2 == 0 ? responding : initiating;
    const Bytes payload = hex(messages[i], "payload");
    const Result<Bytes> message = writer.encrypt(payload);
    ASSERT_TRUE(message.ok()) << i;
    EXPECT_EQ(to_hex(*message), messages[i].at("ciphertext")) << i;
    const Result<Bytes> read = reader.decrypt(*message);
    ASSERT_TRUE(read.ok()) << i;
    EXPECT_EQ(*read, payload) << i;
  }
}

TEST(NoiseVectors, AgreeWithThePublishedOnesInBothDirections) {
  const char* folder = std::getenv("SAMLA_VECTORS");
  const std::filesystem::path path =
      std::filesystem::path(folder ? folder : SAMLA_SOURCE_DIR "/../shared/vectors") / "noise/cacophony.json";
  std::ifstream file(path);
  if (!file) {
    std::cout << "no published vectors at " << path << "; only the project's own were run\n";
    return;
  }
  const Json all = Json::parse(file);
  std::size_t replayed = 0;
  for (const Json& vector : all.at("vectors")) {
    SCOPED_TRACE(vector.at("protocol_name").get<std::string>());
    replay(vector);
    ++replayed;
  }
  EXPECT_GE(replayed, 5u);
}

TEST(NoiseVectors, HmacIsRfc2104WithABlockOf128Bytes) {
  // Made with Python: hmac.new(b"k" * n, b"melding", hashlib.blake2b).
  std::array<std::uint8_t, 64> out;
  hmac_blake2b(out, Bytes(64, 'k'), as_bytes("mel"), as_bytes("ding"));
  EXPECT_EQ(to_hex(out),
            "b2e33be53bd705dd33b7af0ec3fc353aab0662c48d47b4db3600b12ea269ab643dd04f3c75a33221f797e3cd4fd2e19c"
            "dc3f2fffc708fb6177a56a1d7fc72b86");
  hmac_blake2b(out, Bytes(128, 'k'), as_bytes("melding"));
  EXPECT_EQ(to_hex(out),
            "fb33ffa10a00bae2ce6428d72d223aba7ae43358946db68d50660b140995e8548558662b63e590f74128d79c40330c5d"
            "8bd90fee0cfbac7cbd5fa65509359831");
}

// The bytes of a whole connection's opening, gate and prologue included, as they were when frozen.
TEST(NoiseVectors, TheFrozenOpeningOfAConnectionStays) {
  FixedRandom device_random(Bytes(32, 3)), server_random(Bytes(32, 4));
  const NoiseKeyPair server = key_from(Bytes(32, 1));
  const Bytes prologue = to_bytes(as_bytes("samla/frozen/1"));
  auto started = Initiator::start(server.public_key(), key_from(Bytes(32, 2)), prologue, device_random);
  ASSERT_TRUE(started.ok());
  EXPECT_EQ(to_hex(started->message),
            "f5d09b3e4e1c411efe7361dd96c57f1e5dfedd3b6bd47f6fa28ee15d969d5bb0ea53774d488bdaf9df1c6e0124b3ef22"
            "674bef0811ba3b55a3b9f6063080cb61");
  auto answered = Responder::answer(server, prologue, started->message, server_random);
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(
      to_hex(answered->message),
      "ac01b2209e86354fb853237b5de0f4fab13c7fcbf433a61c019369617fecf10b9b574286bbd00010e57a8b2d70098d65");
  auto finished = std::move(started->next).finish(answered->message);
  ASSERT_TRUE(finished.ok());
  EXPECT_EQ(to_hex(finished->message),
            "685e33af3e6bec64ad9ea85fe51a3601c8eef3fa2d14aca91fae83556f1c15393501f8e09c99857d22a6e53bcf94399f"
            "478e46ebe78abefe3c365daa065c2c34");
  auto transport = std::move(answered->next).finish(finished->message);
  ASSERT_TRUE(transport.ok());
  EXPECT_EQ(to_hex(*finished->transport.encrypt(as_bytes("melding"))),
            "2d94c507d27015039f8b5b1e1763a9073fde70a1c722bb");
}

}  // namespace
}  // namespace samla::noise
