// Client channels against a real listener: what well-behaved sides may rely on.
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <new>

#include "core/net/limits.h"
#include "tests/core/net/test_server.h"

namespace samla::net {
namespace {

Bytes pattern(std::size_t size, std::uint8_t first) {
  Bytes out(size);
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<std::uint8_t>(first + i * 31 + (i >> 8));
  return out;
}

Bytes must_receive(ClientChannel& channel) {
  auto message = channel.receive(kPatience);
  if (!message.ok()) {
    ADD_FAILURE() << message.error().message();
    return {};
  }
  if (!*message) ADD_FAILURE() << "nothing came";
  return message->value_or(Bytes{});
}

TEST(Net, EchoesMessagesOfEverySizeUpToAMebibyte) {
  TestServer server;
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok()) << channel.error().message();
  for (const std::size_t size : {0u, 1u, 1000u, 32768u, 65535u, 1u << 20}) {
    const Bytes message = pattern(size, 3);
    ASSERT_TRUE((*channel)->send(message).ok());
    EXPECT_EQ(must_receive(**channel), message) << size;
  }
  EXPECT_EQ((*channel)->send(Bytes((1u << 20) + 1)).error().code, ErrorCode::too_large);
}

TEST(Net, KeepsTheOrderOfManySmallMessages) {
  TestServer server;
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  constexpr std::size_t kCount = 5000;
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_TRUE((*channel)->send(pattern(i % 50, i & 0xff)).ok());
  for (std::size_t i = 0; i < kCount; ++i) ASSERT_EQ(must_receive(**channel), pattern(i % 50, i & 0xff)) << i;
}

TEST(Net, BothDirectionsAtOnceNeverBlockEachOther) {
  TestServer::Options options;
  options.echo = false;
  options.threads = 2;
  TestServer server(options);
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  ASSERT_TRUE(server.wait_for_opened(1));
  const ConnectionId id = server.opened_[0];
  // 16 MiB each way, far more than the sockets hold: the server writes as fast as it may.
  constexpr int kMessages = 32;
  const Bytes message = pattern(512u << 10, 7);
  std::thread writer([&] {
    for (int i = 0; i < kMessages; ++i) {
      Result<void> sent = server.listener().send(id, message);
      while (!sent.ok() && sent.error().code == ErrorCode::retry_later) {
        std::this_thread::sleep_for(1ms);
        sent = server.listener().send(id, message);
      }
      EXPECT_TRUE(sent.ok());
    }
  });
  int received = 0;
  for (int i = 0; i < kMessages; ++i) {
    const auto sent = (*channel)->send(message);
    ASSERT_TRUE(sent.ok()) << sent.error().message();
    auto next = (*channel)->receive(0ms);
    ASSERT_TRUE(next.ok());
    if (!*next) continue;
    ++received;
    EXPECT_EQ(**next, message);
  }
  for (; received < kMessages; ++received) EXPECT_EQ(must_receive(**channel), message);
  writer.join();
  // Nothing leaves between calls: what is still queued here goes out with the close.
  (*channel)->close();
  EXPECT_TRUE(server.wait_for_closed(1));
  ASSERT_EQ(server.received_[id].size(), std::size_t{kMessages});
  for (const Bytes& one : server.received_[id]) EXPECT_EQ(one, message);
}

TEST(Net, ServerLearnsTheDevicesKeyAndBothShareTheHandshakeHash) {
  TestServer server;
  SeededRandom random(4);
  const auto device = noise::NoiseKeyPair::generate(random);
  auto channel = ClientChannel::connect({"localhost", server.port()}, server.key(), device.duplicate(),
                                        noise::sync_prologue("/sync"), kPatience);
  ASSERT_TRUE(channel.ok()) << channel.error().message();
  ASSERT_TRUE(server.wait_for_opened(1));
  EXPECT_EQ(server.keys_[0], device.public_key());
  EXPECT_FALSE((*channel)->handshake_hash().is_zero());
}

TEST(Net, ReceiveGivesNothingWhenNothingComes) {
  TestServer server;
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  const auto nothing = (*channel)->receive(5ms);
  ASSERT_TRUE(nothing.ok());
  EXPECT_FALSE(nothing->has_value());
}

TEST(Net, ACloseOfTheClientDeliversWhatWasSentFirst) {
  TestServer::Options options;
  options.echo = false;
  TestServer server(options);
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE((*channel)->send(pattern(600u << 10, 1)).ok());
  (*channel)->close();
  EXPECT_EQ((*channel)->send({}).error().code, ErrorCode::connection_closed);
  EXPECT_EQ((*channel)->receive(0ms).error().code, ErrorCode::connection_closed);
  ASSERT_TRUE(server.wait_for_closed(1));
  EXPECT_EQ(server.received_[server.opened_[0]].size(), 3u);
  EXPECT_EQ(server.listener().send(server.opened_[0], {}).error().code, ErrorCode::connection_closed);
}

TEST(Net, ACloseOfTheServerDeliversWhatWasSentFirst) {
  TestServer server;
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  ASSERT_TRUE(server.wait_for_opened(1));
  const ConnectionId id = server.opened_[0];
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(server.listener().send(id, pattern(600u << 10, 1)).ok());
  server.listener().close(id);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(must_receive(**channel), pattern(600u << 10, 1));
  const auto end = (*channel)->receive(kPatience);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, ErrorCode::connection_closed);
  EXPECT_EQ(end.error().hint, "the server has closed the connection");
  EXPECT_TRUE(server.wait_for_closed(1));
}

TEST(Net, StopDrainsTheQueuesAndReturns) {
  TestServer server;
  auto first = server.connect();
  auto second = server.connect();
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE(server.wait_for_opened(2));
  ASSERT_TRUE(server.listener().send(server.opened_[0], pattern(900u << 10, 1)).ok());
  std::thread stopper([&] { server.stop(kPatience); });
  EXPECT_EQ(must_receive(**first), pattern(900u << 10, 1));
  EXPECT_EQ((*first)->receive(kPatience).error().code, ErrorCode::connection_closed);
  EXPECT_EQ((*second)->receive(kPatience).error().code, ErrorCode::connection_closed);
  stopper.join();
  EXPECT_EQ(server.closed_.size(), 2u);
  EXPECT_EQ(server.connect().error().code, ErrorCode::offline);
}

TEST(Net, StopCutsWhoDoesNotReadAfterTheDrainDeadline) {
  TestServer server;
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  ASSERT_TRUE(server.wait_for_opened(1));
  while (server.listener().send(server.opened_[0], pattern(512u << 10, 1)).ok()) continue;
  server.stop(20ms);
  EXPECT_EQ(server.closed_.size(), 1u);
}

TEST(Net, TheSendQueueIsBoundedAndAStalledReaderIsCut) {
  TestServer::Options options;
  options.stalled_write_deadline = 50ms;
  TestServer server(options);
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  ASSERT_TRUE(server.wait_for_opened(1));
  const ConnectionId id = server.opened_[0];
  const Bytes message = pattern(512u << 10, 1);
  // Nothing leaves while the listener's thread waits, so the queue fills however slow the sender is.
  std::promise<void> filled;
  server.listener().post([waits = filled.get_future().share()] { waits.wait(); });
  Result<void> sent;
  while (sent.ok()) {
    sent = server.listener().send(id, message);
    EXPECT_LE(server.listener().queued_bytes(id), kSendQueueBytesMax);
  }
  EXPECT_EQ(sent.error().code, ErrorCode::retry_later);
  filled.set_value();
  // One full queue may yet fit into the system's buffers; who never reads is cut once those are full too.
  while (sent.ok() || sent.error().code == ErrorCode::retry_later) {
    sent = server.listener().send(id, message);
    EXPECT_LE(server.listener().queued_bytes(id), kSendQueueBytesMax);
    if (!sent.ok()) std::this_thread::sleep_for(1ms);
  }
  EXPECT_EQ(sent.error().code, ErrorCode::connection_closed);
  EXPECT_TRUE(server.wait_for_closed(1));
  Result<std::optional<Bytes>> last = (*channel)->receive(kPatience);
  while (last.ok() && last->has_value()) last = (*channel)->receive(kPatience);
  ASSERT_FALSE(last.ok());
  EXPECT_EQ(last.error().hint, "the connection was cut without a close");
}

TEST(Net, PausedReadingHoldsTheSenderBackAndLosesNothing) {
  TestServer::Options options;
  options.echo = false;
  TestServer server(options);
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  ASSERT_TRUE(server.wait_for_opened(1));
  const ConnectionId id = server.opened_[0];
  server.listener().pause_reading(id, true);
  ASSERT_TRUE((*channel)->send(pattern(10, 1)).ok());
  ASSERT_TRUE((*channel)->send(pattern(10, 2)).ok());
  ASSERT_TRUE((*channel)->receive(20ms).ok());
  ASSERT_TRUE(server.wait([&] { return server.received_[id].size() <= 1; }));  // one read was under way
  server.listener().pause_reading(id, false);
  EXPECT_TRUE(server.wait([&] { return server.received_[id].size() == 2; }));
}

TEST(Net, PostAndAfterRunOnTheListenersThread) {
  TestServer server;
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::thread::id> ran;
  const auto note = [&] {
    const std::lock_guard lock(mutex);
    ran.push_back(std::this_thread::get_id());
    changed.notify_all();
  };
  server.listener().post(note);
  server.listener().after(1ms, note);
  server.listener().after(kPatience * 10, [] { ADD_FAILURE() << "after outlived stop"; });
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, kPatience, [&] { return ran.size() == 2; }));
  EXPECT_EQ(ran[0], ran[1]);
  EXPECT_NE(ran[0], std::this_thread::get_id());
}

TEST(Net, ACallbackThatThrowsEndsItsConnectionOnly) {
  SystemRandom random;
  const auto key = noise::NoiseKeyPair::generate(random);
  std::atomic<int> closed = 0;
  std::promise<void> first_closed;
  Callbacks callbacks;
  callbacks.on_message = [](ConnectionId, Bytes message) {
    if (message.empty()) throw std::bad_alloc();
  };
  callbacks.on_closed = [&](ConnectionId) {
    if (++closed == 1) first_closed.set_value();
  };
  auto listener = Listener::open({}, key.duplicate(), callbacks);
  ASSERT_TRUE(listener.ok());
  std::thread thread([&] { (*listener)->run(); });
  const auto connect = [&] {
    return ClientChannel::connect({"127.0.0.1", (*listener)->port()}, key.public_key(),
                                  noise::NoiseKeyPair::generate(random), {}, kPatience);
  };
  auto first = connect(), second = connect();
  ASSERT_TRUE(first.ok() && second.ok());
  ASSERT_TRUE((*first)->send({}).ok());
  EXPECT_FALSE((*first)->receive(kPatience).ok());
  // The client sees the end of its socket before the owner is told.
  EXPECT_EQ(first_closed.get_future().wait_for(kPatience), std::future_status::ready);
  EXPECT_TRUE((*second)->receive(1ms).ok());
  (*listener)->stop(0ms);
  thread.join();
  EXPECT_EQ(closed, 2);
}

}  // namespace
}  // namespace samla::net
