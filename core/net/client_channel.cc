// The client channel over Asio and Beast. See client_channel.h.
// A reader and a writer coroutine run on the channel's own io_context, which turns only while a method
// pumps it; so nothing here needs a lock.
#include "core/net/client_channel.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>

#include "core/net/asio_words.h"
#include "core/net/limits.h"
#include "core/net/resolver.h"
#include "core/noise/channel.h"
#include "core/noise/initiator.h"

namespace samla::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds kProgressDeadline{10};
constexpr int kKeepAliveSeconds = 600;
/// Above this the reader rests until `receive` is called. Far more than a session's window.
constexpr std::size_t kIncomingBytesMax = 8u << 20;

std::chrono::milliseconds until(SteadyClock::time_point deadline) {
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyClock::now()),
                  std::chrono::milliseconds(0));
}

Error closed_error(std::string_view hint) {
  return fail(ErrorCode::connection_closed, "net.receive", std::string(hint));
}

}  // namespace

class ClientChannel::Impl {
 public:
  Result<void> connect(const Endpoint& endpoint, const noise::PublicKey& server_key,
                       noise::NoiseKeyPair device_key, ByteView prologue, std::chrono::milliseconds limit) {
    const auto deadline = SteadyClock::now() + limit;
    SAMLA_TRY(connect_tcp(endpoint, deadline));
    std::optional<Result<void>> outcome;
    asio::co_spawn(io_, shake_hands(endpoint, server_key, std::move(device_key), prologue, outcome),
                   [&outcome](std::exception_ptr thrown) {
                     if (thrown) outcome = fail(ErrorCode::internal, "net.connect");
                   });
    if (!pump_until(deadline, [&outcome] { return outcome.has_value(); })) {
      // The coroutine refers to our locals, so it must be over before we return.
      close_socket();
      pump_until(SteadyClock::time_point::max(), [&outcome] { return outcome.has_value(); });
      return fail(ErrorCode::offline, "net.connect", endpoint.authority() + " did not answer in time");
    }
    SAMLA_TRY(*outcome);
    asio::co_spawn(io_, read_messages(), [this](std::exception_ptr thrown) { end_if(thrown); });
    asio::co_spawn(io_, write_messages(), [this](std::exception_ptr thrown) { end_if(thrown); });
    return {};
  }

  Result<void> send(ByteView message) {
    if (message.size() > noise::kLogicalMessageBytesMax) return fail(ErrorCode::too_large, "net.send");
    while (!failure_ && !has_room(message.size())) {
      const auto progress = fragments_written_;
      const bool moved = pump_until(SteadyClock::now() + kProgressDeadline, [&] {
        return failure_ || has_room(message.size()) || fragments_written_ != progress;
      });
      if (!moved) return fail(ErrorCode::timed_out, "net.send", "the server takes nothing more");
    }
    if (failure_) return *failure_;
    queue_.push_back(to_bytes(message));
    queued_bytes_ += queue_charge(message.size());
    writer_wake_.cancel();
    io_.poll();
    return {};
  }

  Result<std::optional<Bytes>> receive(std::chrono::milliseconds timeout) {
    if (queued_bytes_ > 0 || timeout.count() == 0) io_.poll();
    if (incoming_.empty()) {
      pump_until(SteadyClock::now() + timeout, [this] { return !incoming_.empty() || failure_ || woken_; });
    }
    woken_ = false;
    if (incoming_.empty()) {
      if (failure_) return *failure_;
      return std::optional<Bytes>();
    }
    Bytes message = std::move(incoming_.front());
    incoming_.pop_front();
    incoming_bytes_ -= queue_charge(message.size());
    if (incoming_bytes_ <= kIncomingBytesMax) reader_wake_.cancel();
    return std::optional<Bytes>(std::move(message));
  }

  /// By way of the loop, which alone touches `woken_`.
  void wake() {
    asio::post(io_, [this] { woken_ = true; });
  }

  void close() {
    if (!failure_) {
      closing_ = true;
      writer_wake_.cancel();
      reader_wake_.cancel();
      pump_until(SteadyClock::now() + kCloseDeadline, [this] { return failure_.has_value(); });
    }
    close_socket();
    failure_ = closed_error("this side has closed the connection");
    incoming_.clear();
  }

  const noise::HandshakeHash& handshake_hash() const { return channel_->handshake_hash(); }

 private:
  tcp::socket& lowest() { return stream_.next_layer(); }

  void close_socket() {
    beast::error_code ignored;
    lowest().close(ignored);
  }

  /// The first failure is kept; everything that waits wakes up.
  void end(Error error) {
    if (!failure_) failure_ = std::move(error);
    close_socket();
    writer_wake_.cancel();
    reader_wake_.cancel();
  }
  void end_if(const std::exception_ptr& thrown) {
    if (thrown) end(fail(ErrorCode::internal, "net.channel"));
  }

  void set_options() {
    beast::error_code ignored;
    lowest().set_option(tcp::no_delay(true), ignored);
    // A server that vanished without a word is noticed by the system, which needs no wake-up of ours.
    lowest().set_option(asio::socket_base::keep_alive(true), ignored);
#ifdef TCP_KEEPIDLE
    setsockopt(lowest().native_handle(), IPPROTO_TCP, TCP_KEEPIDLE, &kKeepAliveSeconds,
               sizeof kKeepAliveSeconds);
#endif
  }

  bool has_room(std::size_t size) const { return queued_bytes_ + queue_charge(size) <= kSendQueueBytesMax; }

  /// Runs what is ready until `done` or `deadline`; what `done` says in the end. Asio looks up every second
  /// while it waits for a time that it is told: a long wait has an alarm of its own instead.
  template <class Done>
  bool pump_until(SteadyClock::time_point deadline, Done done) {
    constexpr std::chrono::seconds kAsioLooksUp{1};
    const bool is_long = deadline - SteadyClock::now() > kAsioLooksUp;
    if (is_long && !done()) {
      alarm_.expires_at(deadline);
      alarm_.async_wait([](beast::error_code) {});
    }
    while (!done()) {
      if (is_long) {
        io_.run_one();
      } else {
        io_.run_one_until(deadline);
      }
      if (SteadyClock::now() >= deadline) break;
    }
    if (is_long) alarm_.cancel();
    return done();
  }

  Result<void> connect_tcp(const Endpoint& endpoint, SteadyClock::time_point deadline) {
    beast::error_code error;
    std::vector<std::string> addresses{endpoint.host};
    asio::ip::make_address(endpoint.host, error);
    if (error) {
      SAMLA_ASSIGN(addresses, resolve(endpoint.host, until(deadline)));
    }
    std::string reason = "did not answer in time";
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const auto address = asio::ip::make_address(addresses[i], error);
      if (error) continue;
      // A dead address (often IPv6) must not use up the time of those after it.
      const auto share = until(deadline) / static_cast<int>(addresses.size() - i);
      std::optional<beast::error_code> outcome;
      lowest().async_connect({address, endpoint.port}, [&outcome](beast::error_code e) { outcome = e; });
      if (!pump_until(SteadyClock::now() + share, [&outcome] { return outcome.has_value(); })) {
        close_socket();
        pump_until(SteadyClock::time_point::max(), [&outcome] { return outcome.has_value(); });
        continue;
      }
      if (!*outcome) {
        set_options();
        return {};
      }
      reason = outcome->message();
      close_socket();
    }
    return fail(ErrorCode::offline, "net.connect", endpoint.authority() + ": " + reason);
  }

  asio::awaitable<void> shake_hands(const Endpoint& endpoint, const noise::PublicKey& server_key,
                                    noise::NoiseKeyPair device_key, ByteView prologue,
                                    std::optional<Result<void>>& outcome) {
    Result<void> result = co_await upgrade(endpoint);
    if (result.ok()) result = co_await shake_noise(server_key, std::move(device_key), prologue);
    outcome = std::move(result);
  }

  asio::awaitable<Result<void>> upgrade(const Endpoint& endpoint) {
    stream_.set_option(websocket::stream_base::decorator([](websocket::request_type& request) {
      request.set(beast::http::field::sec_websocket_protocol, noise::kSubprotocol);
      request.erase(beast::http::field::user_agent);
    }));
    stream_.read_message_max(kFrameBytesMax);
    stream_.auto_fragment(false);
    stream_.binary(true);
    // The mask is applied in this buffer: one frame then is one write.
    stream_.write_buffer_bytes(kFrameBytesMax);
    websocket::response_type response;
    const auto [error] =
        co_await stream_.async_handshake(response, endpoint.authority(), endpoint.path, kTuple);
    const bool cut = error == beast::http::error::end_of_stream ||
                     error == beast::http::error::partial_message ||
                     error.category() == asio::error::get_system_category() || error == asio::error::eof ||
                     error == asio::error::operation_aborted;
    if (error && cut) {
      co_return fail(ErrorCode::offline, "net.connect",
                     endpoint.authority() + " closed the connection; try again");
    }
    if (error) {
      co_return fail(ErrorCode::protocol, "net.connect",
                     "what answers at " + endpoint.authority() + " is not a Samla server");
    }
    const auto chosen = response[beast::http::field::sec_websocket_protocol];
    if (std::string_view(chosen.data(), chosen.size()) != noise::kSubprotocol) {
      co_return fail(ErrorCode::protocol, "net.connect", "the server speaks another version");
    }
    co_return Result<void>();
  }

  asio::awaitable<Result<void>> shake_noise(const noise::PublicKey& server_key,
                                            noise::NoiseKeyPair device_key, ByteView prologue) {
    SystemRandom random;
    auto started = noise::Initiator::start(server_key, std::move(device_key), prologue, random);
    if (!started.ok()) co_return started.error();
    const Error given_up = fail(ErrorCode::connection_closed, "net.connect",
                                "the server closed the connection during the handshake");
    const auto [first_error, first_size] =
        co_await stream_.async_write(asio::buffer(started->message), kTuple);
    if (first_error) co_return given_up;
    beast::flat_buffer buffer;
    const auto [read_error, read_size] = co_await stream_.async_read(buffer, kTuple);
    if (read_error == websocket::error::closed && stream_.reason().code == kWrongKeyCloseCode) {
      co_return fail(ErrorCode::wrong_server_key, "net.connect",
                     "the server says that its key is another one; ask for a new invite");
    }
    if (read_error) co_return given_up;
    auto finished = std::move(started->next).finish(view_of(buffer));
    if (!finished.ok()) {
      co_return fail(ErrorCode::wrong_server_key, "net.connect",
                     "whoever answers there can't prove to be the server of the invite");
    }
    const auto [last_error, last_size] =
        co_await stream_.async_write(asio::buffer(finished->message), kTuple);
    if (last_error) co_return given_up;
    channel_.emplace(std::move(finished->transport));
    co_return Result<void>();
  }

  asio::awaitable<void> read_messages() {
    beast::flat_buffer buffer;
    while (!failure_) {
      if (incoming_bytes_ > kIncomingBytesMax && !closing_) {
        co_await reader_wake_.async_wait(kTuple);
        continue;
      }
      const auto [error, size] = co_await stream_.async_read(buffer, kTuple);
      if (error) co_return end(closed_error("the connection was cut without a close"));
      const auto event = stream_.got_binary() ? channel_->open(view_of(buffer))
                                              : Result<noise::Channel::Event>(fail(ErrorCode::protocol, ""));
      if (!event.ok()) {
        co_return end(
            fail(ErrorCode::protocol, "net.receive", "the server's bytes were altered or out of order"));
      }
      buffer.clear();
      if (*event == noise::Channel::Event::partial) continue;
      if (*event == noise::Channel::Event::closed) {
        co_return end(closed_error("the server has closed the connection"));
      }
      if (buffer.capacity() > kIdleBufferBytes) buffer.shrink_to_fit();
      Bytes message = channel_->take_message();
      if (closing_) continue;  // nobody will ask for it
      incoming_bytes_ += queue_charge(message.size());
      incoming_.push_back(std::move(message));
    }
  }

  asio::awaitable<void> write_messages() {
    while (!failure_) {
      if (queue_.empty()) {
        if (closing_) break;
        co_await writer_wake_.async_wait(kTuple);
        continue;
      }
      const Bytes message = std::move(queue_.front());
      queue_.pop_front();
      std::size_t offset = 0;
      do {
        const auto fragment = channel_->seal_fragment(message, offset);
        if (!fragment.ok()) co_return end(fragment.error());
        if (!co_await write_frame(*fragment)) co_return;
        ++fragments_written_;
      } while (offset < message.size());
      queued_bytes_ -= queue_charge(message.size());
    }
    if (failure_) co_return;
    const auto last = channel_->seal_close();
    if (!last.ok() || !co_await write_frame(*last)) co_return;
    co_await stream_.async_close(websocket::close_code::normal, kTuple);
    end(closed_error("this side has closed the connection"));
  }

  asio::awaitable<bool> write_frame(const Bytes& frame) {
    const auto [error, size] = co_await stream_.async_write(asio::buffer(frame), kTuple);
    // What has arrived already is still to be read: the reader notices the end by itself.
    co_return !error;
  }

  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  websocket::stream<tcp::socket, false> stream_{io_};
  asio::steady_timer writer_wake_{io_, SteadyClock::time_point::max()};  // never expires; cancelled to wake
  asio::steady_timer reader_wake_{io_, SteadyClock::time_point::max()};  // likewise
  asio::steady_timer alarm_{io_};                                        // ends a long wait
  std::optional<noise::Channel> channel_;
  std::deque<Bytes> queue_;
  std::deque<Bytes> incoming_;
  std::size_t queued_bytes_ = 0;
  std::size_t incoming_bytes_ = 0;
  std::uint64_t fragments_written_ = 0;
  std::optional<Error> failure_;
  bool closing_ = false;
  bool woken_ = false;
};

ClientChannel::ClientChannel(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ClientChannel::~ClientChannel() = default;

Result<std::unique_ptr<ClientChannel>> ClientChannel::connect(const Endpoint& endpoint,
                                                              const noise::PublicKey& server_key,
                                                              noise::NoiseKeyPair device_key,
                                                              ByteView prologue,
                                                              std::chrono::milliseconds deadline) {
  auto impl = std::make_unique<Impl>();
  SAMLA_TRY(impl->connect(endpoint, server_key, std::move(device_key), prologue, deadline));
  return std::unique_ptr<ClientChannel>(new ClientChannel(std::move(impl)));
}

Result<void> ClientChannel::send(ByteView logical_message) { return impl_->send(logical_message); }
Result<std::optional<Bytes>> ClientChannel::receive(std::chrono::milliseconds timeout) {
  return impl_->receive(timeout);
}
void ClientChannel::wake() { impl_->wake(); }
void ClientChannel::close() { impl_->close(); }
const noise::HandshakeHash& ClientChannel::handshake_hash() const { return impl_->handshake_hash(); }

}  // namespace samla::net
