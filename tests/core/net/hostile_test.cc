// The listener and the client against wrong keys, garbage, floods and tampering.
#include <gtest/gtest.h>

#include "core/net/address_budget.h"
#include "core/net/limits.h"
#include "tests/core/net/raw_socket.h"
#include "tests/core/net/test_server.h"

namespace samla::net {
namespace {

constexpr std::string_view kSwitching = "HTTP/1.1 101";

/// A relay to `port` for one connection that flips a bit of what the server sends at `offset` behind
/// the HTTP response (2 bytes of frame header, then the second message).
class TamperingRelay {
 public:
  TamperingRelay(std::uint16_t port, std::size_t offset)
      : offset_(offset), listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    listen(listener_, 1);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, port] { relay(port); });
  }
  ~TamperingRelay() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::uint16_t port() const { return port_; }

 private:
  void relay(std::uint16_t port) {
    const int accepted = accept(listener_, nullptr, nullptr);
    if (accepted < 0) return;
    RawSocket client(accepted, nullptr), server(port);
    bool upgraded = false;
    std::size_t passed = 0;
    for (;;) {
      pollfd waiting[2] = {{client.fd(), POLLIN, 0}, {server.fd(), POLLIN, 0}};
      if (poll(waiting, 2, 20000) <= 0) return;
      if (waiting[0].revents != 0) {
        const std::string bytes = client.read_some();
        if (bytes.empty() || !server.write(bytes)) return;
      }
      if (waiting[1].revents != 0) {
        std::string bytes = server.read_some();
        if (bytes.empty()) return;
        const std::size_t begin = upgraded ? 0 : bytes.find("\r\n\r\n") + 4;
        upgraded = true;
        if (offset_ >= passed && offset_ - passed + begin < bytes.size()) {
          bytes[offset_ - passed + begin] = static_cast<char>(bytes[offset_ - passed + begin] ^ 1);
        }
        passed += bytes.size() - begin;
        if (!client.write(bytes)) return;
      }
    }
  }

  std::size_t offset_;
  int listener_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(NetHostile, AWrongServerKeyIsNamedAsSuch) {
  TestServer server;
  SystemRandom random;
  const auto other = noise::NoiseKeyPair::generate(random);
  const auto channel =
      ClientChannel::connect({"127.0.0.1", server.port()}, other.public_key(),
                             noise::NoiseKeyPair::generate(random), noise::sync_prologue("/sync"), kPatience);
  ASSERT_FALSE(channel.ok());
  EXPECT_EQ(channel.error().code, ErrorCode::wrong_server_key);
  EXPECT_FALSE(channel.error().hint.empty());
}

TEST(NetHostile, ATamperedHandshakeIsNotTheServersKey) {
  TestServer server;
  for (const std::size_t offset : {2u, 33u, 34u, 49u}) {
    TamperingRelay relay(server.port(), offset);
    const auto channel = server.connect(relay.port());
    ASSERT_FALSE(channel.ok()) << offset;
    EXPECT_EQ(channel.error().code, ErrorCode::wrong_server_key) << offset;
  }
}

TEST(NetHostile, ATamperedMessageEndsTheConnection) {
  TestServer server;
  TamperingRelay relay(server.port(), 50 + 2 + 3);
  auto channel = server.connect(relay.port());
  ASSERT_TRUE(channel.ok()) << channel.error().message();
  ASSERT_TRUE((*channel)->send(as_bytes("melding")).ok());
  const auto received = (*channel)->receive(kPatience);
  ASSERT_FALSE(received.ok());
  EXPECT_EQ(received.error().code, ErrorCode::protocol);
}

TEST(NetHostile, AnotherPrologueIsRefused) {
  TestServer server;
  SystemRandom random;
  const auto channel =
      ClientChannel::connect({"127.0.0.1", server.port()}, server.key(),
                             noise::NoiseKeyPair::generate(random), noise::sync_prologue("/x"), kPatience);
  ASSERT_FALSE(channel.ok());
  EXPECT_EQ(channel.error().code, ErrorCode::connection_closed);
}

TEST(NetHostile, GarbageIsClosedWithoutAWord) {
  TestServer server;
  SeededRandom random(9);
  for (int i = 0; i < 20; ++i) {
    Bytes garbage(static_cast<std::size_t>(random.below(300)) + 8);
    random.fill(garbage);
    RawSocket raw(server.port());
    ASSERT_TRUE(raw.write(as_text(garbage)) && raw.write("\r\n\r\n"));
    EXPECT_EQ(raw.read_all(), "");
    EXPECT_TRUE(raw.ended());
  }
  EXPECT_TRUE(server.connect().ok());
}

TEST(NetHostile, AHeaderOver4KiBIsClosedWithoutAWord) {
  TestServer server;
  RawSocket raw(server.port());
  raw.write("GET /healthz HTTP/1.1\r\nX: " + std::string(5000, 'a') + "\r\n\r\n");
  EXPECT_EQ(raw.read_all(), "");
  EXPECT_TRUE(raw.ended());
}

TEST(NetHostile, PlainHttpIsAnsweredByTheCallback) {
  TestServer server;
  const auto get = [&](const std::string& head) {
    RawSocket raw(server.port());
    raw.write(head + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return raw.read_all();
  };
  const std::string health = get("GET /healthz?full");
  EXPECT_EQ(health.substr(0, 12), "HTTP/1.1 200");
  EXPECT_EQ(health.substr(health.size() - 7), "\r\n\r\nok\n");
  EXPECT_EQ(get("GET /nothing").substr(0, 12), "HTTP/1.1 404");
  EXPECT_EQ(get("POST /healthz").substr(0, 12), "HTTP/1.1 405");
  EXPECT_EQ(get("GET /sync").substr(0, 12), "HTTP/1.1 426");
}

TEST(NetHostile, BrowsersAndOtherSubprotocolsAreRefusedOnTheSyncPath) {
  TestServer server;
  RawSocket browser(server.port());
  browser.write(upgrade_request("Origin: https://example.org\r\n"));
  EXPECT_EQ(browser.read_all().substr(0, 12), "HTTP/1.1 403");
  RawSocket other(server.port());
  other.write(upgrade_request("", "chat"));
  EXPECT_EQ(other.read_all().substr(0, 12), "HTTP/1.1 426");
}

TEST(NetHostile, NoExtensionIsNegotiated) {
  TestServer server;
  RawSocket raw(server.port());
  raw.write(upgrade_request("Sec-WebSocket-Extensions: permessage-deflate\r\n"));
  const std::string response = raw.read_until("\r\n\r\n");
  EXPECT_EQ(response.substr(0, 12), kSwitching);
  EXPECT_EQ(response.find("xtensions"), std::string::npos);
  EXPECT_NE(response.find("samla.sync.1"), std::string::npos);
}

TEST(NetHostile, OversizeTextAndForgedFramesEndTheConnectionBeforeItIsOpen) {
  TestServer server;
  const std::string bytes64(64, 'x');
  for (const std::string& sent : {frame(2, std::string(200, 'x')), frame(2, {}, std::uint64_t{1} << 40),
                                  frame(1, bytes64), frame(2, bytes64), frame(2, "")}) {
    RawSocket raw(server.port());
    raw.write(upgrade_request());
    ASSERT_EQ(raw.read_until("\r\n\r\n").substr(0, 12), kSwitching);
    raw.write(sent);
    raw.read_all();
    EXPECT_TRUE(raw.ended());
  }
  EXPECT_TRUE(server.connect().ok());
  ASSERT_TRUE(server.wait_for_opened(1));
  EXPECT_EQ(server.opened_.size(), 1u);
}

TEST(NetHostile, HandshakesThatDawdleAreCutAtTheDeadline) {
  TestServer::Options options;
  options.handshake_deadline = 60ms;
  TestServer server(options);
  RawSocket silent(server.port()), half(server.port()), upgraded(server.port());
  half.write("GET /sync HT");
  upgraded.write(upgrade_request());
  EXPECT_EQ(upgraded.read_until("\r\n\r\n").substr(0, 12), kSwitching);
  for (RawSocket* raw : {&silent, &half, &upgraded}) {
    EXPECT_EQ(raw->read_all(), "");
    EXPECT_TRUE(raw->ended());
  }
  auto channel = server.connect();
  ASSERT_TRUE(channel.ok());
  ASSERT_TRUE((*channel)->receive(150ms).ok());  // an open connection outlives the handshake's deadline
  ASSERT_TRUE((*channel)->send(as_bytes("x")).ok());
  EXPECT_TRUE((*channel)->receive(kPatience)->has_value());
}

TEST(NetHostile, ConcurrentHandshakesAreBoundedAndTheRestWaitTheirTurn) {
  TestServer::Options options;
  options.handshakes_max = 2;
  options.handshake_deadline = 100ms;
  TestServer server(options);
  RawSocket first(server.port()), second(server.port());
  const auto channel = server.connect();
  EXPECT_TRUE(channel.ok()) << channel.error().message();
}

TEST(NetHostile, OnlyFailedHandshakesDrainAnAddressesBudget) {
  TestServer::Options options;
  options.address_budget = 3;
  options.address_budget_per_second = 0;
  TestServer server(options);
  for (int i = 0; i < 10; ++i) {
    auto channel = server.connect();
    ASSERT_TRUE(channel.ok()) << i << channel.error().message();
    ASSERT_TRUE(server.wait_for_opened(static_cast<std::size_t>(i) + 1));
  }
  for (int i = 0; i < 3; ++i) {
    RawSocket raw(server.port());
    raw.write("garbage\r\n\r\n");
    raw.read_all();
  }
  const auto refused = server.connect();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::offline);
}

TEST(NetHostile, AddressBudgetGrowsBackAndStaysBounded) {
  AddressBudget budget(2, 1);
  AddressBytes v4{};
  v4[10] = v4[11] = 0xff;
  v4[15] = 1;
  EXPECT_TRUE(budget.take(v4, 0));
  EXPECT_TRUE(budget.take(v4, 0));
  EXPECT_FALSE(budget.take(v4, 500));
  EXPECT_TRUE(budget.take(v4, 1000));
  EXPECT_FALSE(budget.take(v4, 1000));
  budget.refund(v4);
  EXPECT_TRUE(budget.take(v4, 1000));
  v4[15] = 2;
  EXPECT_TRUE(budget.take(v4, 1000));  // another IPv4 host
  AddressBytes v6{0x20, 0x01};
  EXPECT_TRUE(budget.take(v6, 0));
  v6[15] = 1;  // the same IPv6 network
  EXPECT_TRUE(budget.take(v6, 0));
  v6[14] = 1;
  EXPECT_FALSE(budget.take(v6, 0));
  for (std::uint32_t i = 0; i < 2 * AddressBudget::kAddressesMax; ++i) {
    AddressBytes other{0x20, 0x02, static_cast<std::uint8_t>(i >> 16), static_cast<std::uint8_t>(i >> 8),
                       static_cast<std::uint8_t>(i)};
    EXPECT_TRUE(budget.take(other, 0));
  }
  EXPECT_LE(budget.size(), AddressBudget::kAddressesMax);
}

TEST(NetHostile, ATakenPortIsNamedAsSuch) {
  TestServer server;
  SystemRandom random;
  ListenOptions options;
  options.port = server.port();
  const auto second = Listener::open(options, noise::NoiseKeyPair::generate(random), {});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::address_in_use);
  EXPECT_NE(second.error().hint.find(std::to_string(server.port())), std::string::npos);
}

class ConnectErrors : public testing::Test {
 protected:
  Error connect(const std::string& host, std::uint16_t port, std::chrono::milliseconds deadline = kPatience) {
    SystemRandom random;
    auto channel =
        ClientChannel::connect({host, port}, {}, noise::NoiseKeyPair::generate(random), {}, deadline);
    return channel.ok() ? Error{} : channel.error();
  }
};

TEST_F(ConnectErrors, RefusedUnknownAndSilentServersAreOffline) {
  std::uint16_t port = 0;
  {
    TestServer gone;
    port = gone.port();
  }
  EXPECT_EQ(connect("127.0.0.1", port).code, ErrorCode::offline);
  EXPECT_EQ(connect("no-such-host.invalid", 1).code, ErrorCode::offline);
  // A socket that listens but never accepts: TCP connects, nothing answers.
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(silent, reinterpret_cast<const sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(silent, 1), 0);
  getsockname(silent, reinterpret_cast<sockaddr*>(&address), &size);
  EXPECT_EQ(connect("127.0.0.1", ntohs(address.sin_port), 50ms).code, ErrorCode::offline);
  ::close(silent);
}

TEST_F(ConnectErrors, AServerThatIsNotOursIsAProtocolError) {
  TestServer server;
  SystemRandom random;
  const auto channel = ClientChannel::connect({"127.0.0.1", server.port(), "/healthz"}, server.key(),
                                              noise::NoiseKeyPair::generate(random), {}, kPatience);
  ASSERT_FALSE(channel.ok());
  EXPECT_EQ(channel.error().code, ErrorCode::protocol);
}

}  // namespace
}  // namespace samla::net
