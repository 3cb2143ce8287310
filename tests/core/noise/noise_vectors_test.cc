// The published known answers of the Noise Protocol Framework, in both directions; and answers of our
// own, frozen from this code once it passed those, for machines without them.
#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "core/noise/handshake.h"
#include "tests/support/shared_vectors.h"

namespace samla::noise {
namespace {

using nlohmann::json;

/// Gives out one given key: the vectors' ephemerals.
class GivenRandom final : public Random {
 public:
  explicit GivenRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    std::ranges::copy(ByteView(bytes_).first(out.size()), out.begin());
  }

 private:
  Bytes bytes_;
};

std::optional<Pattern> pattern_of(const std::string& name) {
  for (const Pattern pattern : {Pattern::kNK, Pattern::kXK, Pattern::kIK, Pattern::kXX, Pattern::kXKpsk3}) {
    if (protocol_name(pattern) == name) return pattern;
  }
  return std::nullopt;
}

Bytes hex(const json& value) { return *from_hex(value.get<std::string>()); }

HandshakeOptions options_of(const json& vector, const std::string& side) {
  HandshakeOptions options;
  options.pattern = *pattern_of(vector["protocol_name"]);
  options.prologue = hex(vector[side + "_prologue"]);
  if (vector.contains(side + "_static")) {
    options.local_static = KeyPair::from_secret(Secret<32>::from(hex(vector[side + "_static"])));
  }
  if (vector.contains(side + "_remote_static")) {
    options.remote_static = PublicKey::from(hex(vector[side + "_remote_static"]));
  }
  if (vector.contains(side + "_psks")) options.psk = Secret<32>::from(hex(vector[side + "_psks"][0]));
  return options;
}

/// Runs both sides through one vector: every message must be written as published and read back.
void check(const json& vector) {
  SCOPED_TRACE(vector["protocol_name"].get<std::string>());
  GivenRandom initiator_random(hex(vector["init_ephemeral"])),
      responder_random(hex(vector["resp_ephemeral"]));
  auto initiator = Handshake::initiator(options_of(vector, "init"), initiator_random);
  auto responder = Handshake::responder(options_of(vector, "resp"), responder_random);
  ASSERT_TRUE(initiator.ok() && responder.ok());
  std::size_t i = 0;
  for (; !initiator->complete(); ++i) {
    const json& message = vector["messages"][i];
    Handshake& from = i % 2 == 0 ? *initiator : *responder;
    Handshake& to = i % 2 == 0 ? *responder : *initiator;
    const auto written = from.write_message(hex(message["payload"]));
    ASSERT_TRUE(written.ok()) << i;
    EXPECT_EQ(to_hex(*written), message["ciphertext"]) << i;
    const auto read = to.read_message(*written);
    ASSERT_TRUE(read.ok()) << i;
    EXPECT_EQ(to_hex(*read), message["payload"]) << i;
  }
  auto first = std::move(*initiator).into_transport(), second = std::move(*responder).into_transport();
  EXPECT_EQ(to_hex(first->handshake_hash()), vector["handshake_hash"]);
  EXPECT_EQ(to_hex(second->handshake_hash()), vector["handshake_hash"]);
  for (; i < vector["messages"].size(); ++i) {
    const json& message = vector["messages"][i];
    Transport& from = i % 2 == 0 ? *first : *second;
    Transport& to = i % 2 == 0 ? *second : *first;
    const auto written = from.encrypt(hex(message["payload"]));
    EXPECT_EQ(to_hex(*written), message["ciphertext"]) << i;
    EXPECT_EQ(to_hex(*to.decrypt(*written)), message["payload"]) << i;
  }
}

TEST(NoiseVectors, PassInBothDirections) {
  const auto path = test::shared_vector("noise/cacophony.json");
  if (!path) {
    std::cout << "the published vectors are not on this machine; the frozen ones still run\n";
    return;
  }
  std::ifstream file(*path);
  const json vectors = json::parse(file);
  std::size_t checked = 0;
  for (const json& vector : vectors["vectors"]) {
    if (!pattern_of(vector["protocol_name"])) continue;
    check(vector);
    ++checked;
  }
  EXPECT_EQ(checked, 5u);
}

TEST(NoiseVectors, OfOurOwnHoldForXK) {
  std::ifstream file(SAMLA_SOURCE_DIR "/tests/vectors/noise_xk.json");
  ASSERT_TRUE(file.good());
  check(json::parse(file));
}

}  // namespace
}  // namespace samla::noise
