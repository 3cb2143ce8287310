// A server connection over Beast: HTTP header, WebSocket upgrade, Noise handshake, then a reader and a
// writer coroutine until one of them ends. See connection.h.
// Invariant: the queue, the channel and the stream are touched on the strand only.
#include "core/net/connection.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <optional>

#include "core/net/asio_words.h"
#include "core/net/limits.h"
#include "core/noise/channel.h"
#include "core/noise/responder.h"

namespace samla::net {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using Request = http::request<http::empty_body>;

std::string_view to_view(beast::string_view text) { return {text.data(), text.size()}; }

bool offers_subprotocol(const Request& request) {
  for (const auto protocol : http::token_list(request[http::field::sec_websocket_protocol])) {
    if (to_view(protocol) == noise::kSubprotocol) return true;
  }
  return false;
}

class WebSocketConnection final : public Connection,
                                  public std::enable_shared_from_this<WebSocketConnection> {
 public:
  WebSocketConnection(asio::io_context& io, int socket, bool is_v6, ConnectionId id, ConnectionOwner& owner)
      : id_(id),
        owner_(owner),
        stream_(asio::make_strand(io)),
        phase_timer_(stream_.get_executor()),
        write_timer_(stream_.get_executor()),
        writer_wake_(stream_.get_executor(), asio::steady_timer::time_point::max()),
        reader_wake_(stream_.get_executor(), asio::steady_timer::time_point::max()) {
    beast::error_code ignored;
    lowest().assign(is_v6 ? tcp::v6() : tcp::v4(), socket, ignored);
    lowest().set_option(tcp::no_delay(true), ignored);
  }

  void start() override {
    auto self = shared_from_this();
    // A root: whatever is thrown below, by a callback or for want of memory, ends this connection only.
    asio::co_spawn(stream_.get_executor(), serve(self), [self](std::exception_ptr) { self->finish(); });
  }

  Result<void> send(Bytes message) override {
    if (message.size() > noise::kLogicalMessageBytesMax) return fail(ErrorCode::too_large, "net.send");
    if (!accepts_messages_) return fail(ErrorCode::connection_closed, "net.send");
    const std::size_t size = queue_charge(message.size());
    if (queued_bytes_.fetch_add(size) + size > kSendQueueBytesMax) {
      queued_bytes_ -= size;
      return fail(ErrorCode::retry_later, "net.send", "the receiver is slower than the sender");
    }
    asio::post(stream_.get_executor(), [self = shared_from_this(), message = std::move(message)]() mutable {
      self->queue_.push_back(std::move(message));
      self->writer_wake_.cancel();
    });
    return {};
  }

  void close() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] {
      if (!self->accepts_messages_.exchange(false)) {
        if (!self->was_open_) self->close_socket();
        return;
      }
      self->closing_ = true;
      self->paused_ = false;  // the other side's answer to the close must be read
      self->reader_wake_.cancel();
      self->writer_wake_.cancel();
    });
  }

  void cut() override {
    asio::post(stream_.get_executor(), [self = shared_from_this()] { self->close_socket(); });
  }

  std::size_t queued_bytes() const override { return queued_bytes_; }

  void pause_reading(bool paused) override {
    asio::post(stream_.get_executor(), [self = shared_from_this(), paused] {
      self->paused_ = paused && !self->closing_;
      self->reader_wake_.cancel();
    });
  }

 private:
  tcp::socket& lowest() { return stream_.next_layer(); }

  void close_socket() {
    beast::error_code ignored;
    lowest().close(ignored);
    ended_ = true;
    reader_wake_.cancel();
    writer_wake_.cancel();
  }

  /// Cuts the connection unless `disarm` comes within `limit`.
  void arm(asio::steady_timer& timer, std::chrono::milliseconds limit) {
    timer.expires_after(limit);
    timer.async_wait([weak = weak_from_this(), &timer](beast::error_code error) {
      const auto self = weak.lock();
      // A timer may have been moved on after its handler was queued.
      if (error || !self || timer.expiry() > std::chrono::steady_clock::now()) return;
      self->close_socket();
    });
  }
  static void disarm(asio::steady_timer& timer) { timer.expires_at(asio::steady_timer::time_point::max()); }

  void finish() {
    accepts_messages_ = false;
    close_socket();
    disarm(phase_timer_);
    disarm(write_timer_);
    owner_.ended(id_, was_open_);
  }

  asio::awaitable<void> serve(std::shared_ptr<WebSocketConnection> self) {
    arm(phase_timer_, owner_.options().handshake_deadline);
    std::optional<Request> request = co_await read_request();
    if (!request) co_return;
    const beast::string_view target = request->target();
    const std::string_view path = to_view(target.substr(0, target.find('?')));
    if (path != owner_.options().path || request->method() != http::verb::get) {
      co_await answer(*request, path);
      co_return;
    }
    if (!co_await upgrade(*request)) co_return;
    request.reset();
    if (!co_await shake_hands()) co_return;
    disarm(phase_timer_);
    was_open_ = true;
    accepts_messages_ = true;
    stream_.read_message_max(kFrameBytesMax);
    owner_.handshake_completed(id_);
    owner_.opened(id_, channel_->remote_key());
    asio::co_spawn(stream_.get_executor(), write_messages(self),
                   [self](std::exception_ptr) { self->close_socket(); });
    co_await read_messages();
  }

  /// Nothing where what came is not HTTP, too long, or has bytes behind the header.
  asio::awaitable<std::optional<Request>> read_request() {
    beast::flat_buffer buffer(2 * kHeaderBytesMax);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kHeaderBytesMax);
    const auto [error, size] = co_await http::async_read_header(lowest(), buffer, parser, kTuple);
    if (error || buffer.size() > 0) co_return std::nullopt;
    co_return parser.release();
  }

  asio::awaitable<void> reply(const Request& request, HttpReply content) {
    http::response<http::string_body> response(static_cast<http::status>(content.status), request.version());
    response.set(http::field::content_type, content.content_type);
    response.set(http::field::cache_control, "no-store");
    response.keep_alive(false);
    response.body() = std::move(content.body);
    response.prepare_payload();
    const auto [error, size] = co_await http::async_write(lowest(), response, kTuple);
    beast::error_code ignored;
    if (!error) lowest().shutdown(tcp::socket::shutdown_send, ignored);
  }

  asio::awaitable<void> refuse(const Request& request, int status, const char* why) {
    // Named, not a temporary: g++ 12 destroys aggregates in a co_await expression twice.
    HttpReply content{status, why};
    co_await reply(request, std::move(content));
  }

  asio::awaitable<void> answer(const Request& request, std::string_view path) {
    if (request.method() != http::verb::get) {
      co_await refuse(request, 405, "only GET\n");
      co_return;
    }
    HttpReply content = owner_.http(id_, path);
    co_await reply(request, std::move(content));
    owner_.handshake_completed(id_);
  }

  asio::awaitable<bool> upgrade(const Request& request) {
    // Browsers send Origin and no device does: a page must not reach the sync port by its visitor.
    if (request.find(http::field::origin) != request.end()) {
      co_await refuse(request, 403, "no browsers here\n");
      co_return false;
    }
    if (!websocket::is_upgrade(request) || !offers_subprotocol(request)) {
      co_await refuse(request, 426, "a Samla device is expected here\n");
      co_return false;
    }
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = websocket::stream_base::none();  // ours covers it
    timeouts.idle_timeout = owner_.options().idle_deadline;
    timeouts.keep_alive_pings = true;
    stream_.set_option(timeouts);
    stream_.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
      response.set(http::field::sec_websocket_protocol, noise::kSubprotocol);
      response.erase(http::field::server);
    }));
    stream_.read_message_max(kHandshakeFrameBytesMax);
    stream_.auto_fragment(false);
    stream_.binary(true);
    const auto [error] = co_await stream_.async_accept(request, kTuple);
    co_return !error;
  }

  asio::awaitable<bool> shake_hands() {
    SystemRandom random;
    beast::flat_buffer buffer;
    if (!co_await read_frame(buffer)) co_return false;
    auto answered =
        noise::Responder::answer(owner_.key(), owner_.options().prologue, view_of(buffer), random);
    const noise::NoiseKeyPair* const earlier = owner_.earlier_key();
    if (!answered.ok() && answered.error().code == ErrorCode::wrong_server_key && earlier != nullptr) {
      answered = noise::Responder::answer(*earlier, owner_.options().prologue, view_of(buffer), random);
    }
    if (!answered.ok()) {
      if (answered.error().code == ErrorCode::wrong_server_key) {
        arm(phase_timer_, std::min(kRefusalDeadline, owner_.options().handshake_deadline));
        co_await stream_.async_close(websocket::close_reason(websocket::close_code{kWrongKeyCloseCode}),
                                     kTuple);
      }
      co_return false;
    }
    if (!co_await write_frame(answered->message)) co_return false;
    buffer.clear();
    if (!co_await read_frame(buffer)) co_return false;
    auto transport = std::move(answered->next).finish(view_of(buffer));
    if (!transport.ok()) co_return false;
    channel_.emplace(std::move(*transport));
    co_return true;
  }

  asio::awaitable<bool> read_frame(beast::flat_buffer& buffer) {
    const auto [error, size] = co_await stream_.async_read(buffer, kTuple);
    co_return !error && stream_.got_binary();
  }

  asio::awaitable<bool> write_frame(const Bytes& frame) {
    arm(write_timer_, owner_.options().stalled_write_deadline);
    const auto [error, size] = co_await stream_.async_write(asio::buffer(frame), kTuple);
    disarm(write_timer_);
    co_return !error;
  }

  asio::awaitable<void> read_messages() {
    beast::flat_buffer buffer;
    for (;;) {
      while (paused_ && !ended_) co_await reader_wake_.async_wait(kTuple);
      if (ended_ || !co_await read_frame(buffer)) co_return;
      const auto event = channel_->open(view_of(buffer));
      if (!event.ok()) co_return;
      buffer.clear();
      if (*event == noise::Channel::Event::partial) continue;
      if (buffer.capacity() > kIdleBufferBytes) buffer.shrink_to_fit();
      if (*event == noise::Channel::Event::closed) co_return;
      owner_.received(id_, channel_->take_message());
    }
  }

  asio::awaitable<void> write_messages(std::shared_ptr<WebSocketConnection> /*keeps this*/) {
    while (!ended_) {
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
        if (!fragment.ok() || !co_await write_frame(*fragment)) co_return;
      } while (offset < message.size());
      queued_bytes_ -= queue_charge(message.size());
    }
    if (ended_) co_return;
    arm(phase_timer_, kCloseDeadline);
    const auto last = channel_->seal_close();
    if (!last.ok() || !co_await write_frame(*last)) co_return;
    co_await stream_.async_close(websocket::close_code::normal, kTuple);
  }

  const ConnectionId id_;
  ConnectionOwner& owner_;
  websocket::stream<tcp::socket, false> stream_;
  std::optional<noise::Channel> channel_;
  std::deque<Bytes> queue_;
  asio::steady_timer phase_timer_;  // the handshake's deadline, then the close's
  asio::steady_timer write_timer_;  // the deadline of the frame being written
  asio::steady_timer writer_wake_;  // never expires; cancelled to wake the writer
  asio::steady_timer reader_wake_;  // likewise
  std::atomic<std::size_t> queued_bytes_ = 0;
  std::atomic<bool> accepts_messages_ = false;
  bool was_open_ = false;
  bool paused_ = false;
  bool closing_ = false;
  bool ended_ = false;
};

}  // namespace

std::shared_ptr<Connection> make_connection(asio::io_context& io, int socket, bool is_v6, ConnectionId id,
                                            ConnectionOwner& owner) {
  return std::make_shared<WebSocketConnection>(io, socket, is_v6, id, owner);
}

}  // namespace samla::net
