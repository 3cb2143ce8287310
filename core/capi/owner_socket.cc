#include "core/capi/owner_socket.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#include "core/base/secret.h"
#include "core/capi/frame.h"
#include "core/capi/socket_place.h"

namespace samla::capi {
namespace {

using std::chrono::milliseconds;

constexpr std::chrono::seconds kProofWait{5};
constexpr milliseconds kStallMax{10'000};
/// The turn is held meanwhile: who takes nothing for so long is let go.
constexpr milliseconds kTakenStallMax{1'000};
constexpr milliseconds kEventWait{60 * 60 * 1000};
/// An interrupt that comes before the client has begun is forgotten by it.
constexpr milliseconds kWithdrawAgain{20};
constexpr milliseconds kNoDescriptorsPause{50};

/// Also when this side shuts the connection down.
void wait_for_hang_up(int socket) {
  pollfd state{socket, 0, 0};
  while (::poll(&state, 1, -1) < 0 && errno == EINTR) continue;
}

ino_t inode_of(const std::filesystem::path& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

}  // namespace

class OwnerSocket::Connection {
 public:
  Connection(Owner& owner, int socket) : owner_(owner), socket_(socket) {
    thread_ = std::thread([this] { serve(); });
  }
  ~Connection() {
    stop_reading();
    thread_.join();
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  bool ended() const { return ended_; }
  /// What is under way still gets its reply.
  void stop_reading() { ::shutdown(socket_, SHUT_RD); }

 private:
  void serve() {
    if (const auto refused = prove()) {
      send(FrameKind::kRefusal, requests::error_reply(*refused), kStallMax);
    } else {
      converse();
    }
    ::shutdown(socket_, SHUT_RDWR);
    ended_ = true;
  }

  std::optional<Error> prove() {
    auto frame = read_frame(socket_, kProofBytesMax, std::chrono::steady_clock::now() + kProofWait);
    if (!frame) return frame.error();
    std::string& proof = frame->payload;
    if (frame->kind != FrameKind::kProof || proof.empty()) {
      return fail(ErrorCode::protocol, "owner.socket", "the proof of the passphrase comes first");
    }
    if (static_cast<std::uint8_t>(proof.front()) != kOwnerSocketVersion) {
      return fail(ErrorCode::version_unknown, "owner.socket",
                  "the program that has the store open is of another version; end it first");
    }
    const bool proven = owner_.proves(std::string_view(proof).substr(1));
    wipe({reinterpret_cast<std::uint8_t*>(proof.data()), proof.size()});
    if (!proven) return fail(ErrorCode::wrong_passphrase, "open");
    return std::nullopt;
  }

  void converse() {
    const Owner::Asker asker = owner_.admit();
    if (send(FrameKind::kWelcome, {}, kStallMax)) {
      std::atomic<bool> over = false;
      std::thread forwarding([&] { forward_events(asker, over); });
      std::thread watching([&] { withdraw_when_gone(asker, over); });
      while (answer_one(asker)) continue;
      over = true;
      ::shutdown(socket_, SHUT_RDWR);
      owner_.withdraw(asker);
      forwarding.join();
      watching.join();
    }
    owner_.dismiss(asker);
  }

  bool answer_one(Owner::Asker asker) {
    const auto frame = read_frame(socket_, kRequestFrameBytesMax);
    if (!frame || frame->kind != FrameKind::kRequest) return false;
    const Answer answer =
        owner_.ask(asker, frame->payload, [this] { return send(FrameKind::kTaken, {}, kTakenStallMax); });
    if (answer.outcome == Answer::Outcome::kReplied) return reply(answer.reply);
    // Not run: the end of the connection says so, since kTaken was not sent.
    if (answer.outcome == Answer::Outcome::kCut) send(FrameKind::kCut, {}, kStallMax);
    return false;
  }

  bool reply(std::string_view text) {
    if (text.size() <= kReplyFrameBytesMax) return send(FrameKind::kReply, text, kStallMax);
    return send(FrameKind::kReply,
                requests::error_reply(fail(ErrorCode::too_large, "request", "ask for less at once")),
                kStallMax);
  }

  void forward_events(Owner::Asker asker, const std::atomic<bool>& over) {
    while (!over) {
      const auto event = owner_.next_event(asker, kEventWait);
      if (event) {
        send(FrameKind::kEvent, *event, kStallMax);
      } else if (!over) {
        // next_event returns at once when the owner ends or the asker is withdrawn.
        std::this_thread::sleep_for(milliseconds(1));
      }
    }
  }

  /// Nobody waits for the reply any more: a watch would go on for ever.
  void withdraw_when_gone(Owner::Asker asker, const std::atomic<bool>& over) {
    wait_for_hang_up(socket_);
    while (!over) {
      owner_.withdraw(asker);
      std::this_thread::sleep_for(kWithdrawAgain);
    }
  }

  bool send(FrameKind kind, std::string_view payload, milliseconds stall) {
    const std::lock_guard lock(sending_);
    if (spent_) return false;
    spent_ = !write_frame(socket_, kind, payload, stall).ok();
    if (spent_) ::shutdown(socket_, SHUT_RDWR);
    return !spent_;
  }

  Owner& owner_;
  const int socket_;
  std::mutex sending_;
  bool spent_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

Result<std::unique_ptr<OwnerSocket>> OwnerSocket::listen(Owner& owner, const std::filesystem::path& profile) {
  Error last = fail(ErrorCode::io, "owner.socket", "no folder for a socket");
  for (const auto& path : socket_candidates(profile)) {
    const auto socket = listen_at(path);
    if (socket) return std::unique_ptr<OwnerSocket>(new OwnerSocket(owner, path, *socket));
    last = socket.error();
  }
  return last;
}

OwnerSocket::OwnerSocket(Owner& owner, std::filesystem::path path, int socket)
    : owner_(owner), path_(std::move(path)), socket_(socket), inode_(inode_of(path_)) {
  accepting_ = std::thread([this] { accept_all(); });
}

OwnerSocket::~OwnerSocket() {
  // First, so that nobody comes any more; and only while it is this one's.
  if (inode_of(path_) == inode_) ::unlink(path_.c_str());
  closing_ = true;
  ::shutdown(socket_, SHUT_RDWR);
  accepting_.join();
  ::close(socket_);
  for (Connection& each : connections_) each.stop_reading();
  for (bool all_ended = false; !all_ended;) {
    owner_.close();
    all_ended = true;
    for (const Connection& each : connections_) all_ended = all_ended && each.ended();
    if (!all_ended) std::this_thread::sleep_for(milliseconds(2));
  }
  connections_.clear();
}

void OwnerSocket::accept_all() {
  while (!closing_) {
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (closing_) {
      if (socket >= 0) ::close(socket);
      return;
    }
    if (socket >= 0) {
      admit(socket);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      std::this_thread::sleep_for(kNoDescriptorsPause);
    }
  }
}

void OwnerSocket::admit(int socket) {
  forget_ended();
  // Who is turned away here sees the end of the connection, and comes again a little later.
  if (!peer_is_this_user(socket) || connections_.size() >= kConnectionsMax) {
    ::close(socket);
    return;
  }
  connections_.emplace_back(owner_, socket);
}

void OwnerSocket::forget_ended() {
  connections_.remove_if([](const Connection& each) { return each.ended(); });
}

}  // namespace samla::capi
