// The server on a real socket: devices over Noise and WebSocket, held back, drained and shown out.
#include "sync-server/listener.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/net/client_channel.h"
#include "core/noise/channel.h"
#include "tests/support/temporary_folder.h"
#include "tests/sync-server/test_server.h"

namespace samla::server {
namespace listener_test {

using namespace std::chrono_literals;
constexpr std::chrono::milliseconds kPatience = 20s;
const RecordId kNote{{1}};

class ListenerTest : public testing::Test {
 protected:
  ListenerTest() {
    {
      TestServer made(folder_.path() / "server");
      claim(made, unit_);
    }
    start();
  }
  ~ListenerTest() override { stop(); }
  void start() {
    config_.dir = folder_.path() / "server";
    config_.listen = "127.0.0.1:0";
    auto opened = ServerListener::open(config_, clock_);
    SAMLA_ASSERT(opened.ok());
    server_ = std::move(*opened);
    thread_ = std::thread([this] { server_->run(2); });
  }
  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
    server_.reset();
  }
  std::unique_ptr<net::ClientChannel> connect() {
    auto keys = ServerKeys::read(keys_file(config_.dir));
    SAMLA_ASSERT(keys.ok());
    auto channel = net::ClientChannel::connect({"127.0.0.1", server_->port()}, keys->noise_public(),
                                               noise_.duplicate(), noise::sync_prologue("/sync"), kPatience);
    SAMLA_ASSERT(channel.ok());
    return std::move(*channel);
  }
  static void send(net::ClientChannel& channel, const wire::Message& message) {
    ASSERT_TRUE(channel.send(wire::encode(message)).ok());
  }
  template <class Kind>
  static std::optional<Kind> expect(net::ClientChannel& channel) {
    for (;;) {
      const auto bytes = channel.receive(kPatience);
      if (!bytes.ok() || !*bytes) {
        ADD_FAILURE() << (bytes.ok() ? "nothing came" : bytes.error().message());
        return {};
      }
      auto message = wire::decode_message(**bytes);
      SAMLA_ASSERT(message.ok());
      if (Kind* kind = std::get_if<Kind>(&*message)) return std::move(*kind);
    }
  }

  TemporaryFolder folder_;
  SeededRandom random_{21};
  noise::NoiseKeyPair noise_ = noise::NoiseKeyPair::generate(random_);
  Unit unit_{noise_.public_key()};
  Author kari_{unit_, unit_.phone};
  FixedClock clock_;
  Config config_;
  std::unique_ptr<ServerListener> server_;
  std::thread thread_;
};

TEST_F(ListenerTest, ADeviceThatSendsFasterThanTheServerTakesIsHeldBackAndLosesNothing) {
  const auto channel = connect();
  send(*channel, Peer::hello(unit_, unit_.phone));
  ASSERT_TRUE(expect<wire::Welcome>(*channel));
  constexpr std::uint64_t kCount = 60;
  std::uint64_t sent = 0, receipted = 0;
  for (; receipted < kCount;) {
    // As much as the session's window takes: far more than may wait for the server's strand.
    for (; sent < kCount && sent - receipted < 4; ++sent) {
      const Bytes bytes = kari_.write({Author::assign(kNote, kTitle)}, 400 * 1024);
      send(*channel, wire::Push{unit_.id, sent + 1, bytes});
    }
    const auto receipts = expect<wire::Receipts>(*channel);
    ASSERT_TRUE(receipts);
    for (const wire::Receipt& receipt : receipts->receipts) EXPECT_EQ(receipt.seq, ++receipted);
  }
}

TEST_F(ListenerTest, WhoSaysNoHelloIsShownOut) {
  stop();
  config_.hello_deadline_ms = 100;
  start();
  const auto silent = connect();
  const auto end = silent->receive(kPatience);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::connection_closed);
  const auto device = connect();
  send(*device, Peer::hello(unit_, unit_.phone));
  ASSERT_TRUE(expect<wire::Welcome>(*device));
  EXPECT_TRUE(device->receive(300ms).ok()) << "a device may stay";
}

TEST_F(ListenerTest, WhatWasSubmittedIsPlacedAndAnsweredWhenItStops) {
  const auto channel = connect();
  send(*channel, Peer::hello(unit_, unit_.phone));
  ASSERT_TRUE(expect<wire::Welcome>(*channel));
  for (std::uint64_t seq = 1; seq <= 50; ++seq) send(*channel, wire::Push{unit_.id, seq, kari_.write(kNote)});
  ASSERT_TRUE(expect<wire::Receipts>(*channel));
  server_->stop();
  std::uint64_t receipted = 0;
  for (;;) {
    const auto bytes = channel->receive(kPatience);
    if (!bytes.ok()) break;
    ASSERT_TRUE(bytes->has_value());
    const auto message = wire::decode_message(**bytes);
    if (const auto* receipts = std::get_if<wire::Receipts>(&*message)) {
      receipted = receipts->receipts.back().seq;
    }
  }
  thread_.join();
  server_.reset();
  start();
  const auto again = connect();
  send(*again, Peer::hello(unit_, unit_.phone));
  const auto welcome = expect<wire::Welcome>(*again);
  ASSERT_TRUE(welcome);
  EXPECT_GE(welcome->spaces.at(0).position.seq, receipted) << "what was acknowledged is there";
}

}  // namespace listener_test
}  // namespace samla::server
