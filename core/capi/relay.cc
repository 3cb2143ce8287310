#include "core/capi/relay.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/base/secret.h"
#include "core/capi/frame.h"
#include "core/capi/socket_place.h"

namespace samla::capi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kStallMax{10'000};
constexpr std::size_t kEventsMax = 1024;

/// The error in the owner's refusal.
Error refusal_of(std::string_view text) {
  const auto json = nlohmann::json::parse(text, nullptr, false);
  std::string code;
  std::string hint;
  if (json.is_object() && json.contains("error") && json["error"].is_object()) {
    const auto& error = json["error"];
    if (error.contains("code") && error["code"].is_string()) code = error["code"].get<std::string>();
    if (error.contains("hint") && error["hint"].is_string()) hint = error["hint"].get<std::string>();
  }
  for (const ErrorCode known : {ErrorCode::wrong_passphrase, ErrorCode::version_unknown}) {
    if (code == error_name(known)) return fail(known, "open", hint);
  }
  return fail(ErrorCode::store_busy, "open", "the program that has it open gave no access");
}

Result<void> prove(int socket, std::string_view passphrase) {
  std::string proof(1, static_cast<char>(kOwnerSocketVersion));
  proof += passphrase;
  if (proof.size() > kProofBytesMax) return fail(ErrorCode::wrong_passphrase, "open");
  const auto sent = write_frame(socket, FrameKind::kProof, proof, kStallMax);
  wipe({reinterpret_cast<std::uint8_t*>(proof.data()), proof.size()});
  auto answer = read_frame(socket, kRequestFrameBytesMax);
  if (!sent || !answer) return fail(ErrorCode::store_busy, "open", "the program that had it open ended");
  if (answer->kind == FrameKind::kWelcome) return {};
  return refusal_of(answer->payload);
}

}  // namespace

Result<std::unique_ptr<Relay>> Relay::connect(const std::filesystem::path& profile,
                                              std::string_view passphrase) {
  Error last = fail(ErrorCode::store_busy, "open", "the program that has it open cannot be asked");
  for (const auto& path : socket_candidates(profile)) {
    const auto socket = connect_to(path);
    if (!socket) continue;
    const auto proven = prove(*socket, passphrase);
    if (proven) return std::unique_ptr<Relay>(new Relay(*socket));
    ::close(*socket);
    last = proven.error();
  }
  return last;
}

Relay::Relay(int socket) : socket_(socket) {
  reading_ = std::thread([this] { read_all(); });
}

Relay::~Relay() {
  end();
  reading_.join();
  ::close(socket_);
}

void Relay::end() { ::shutdown(socket_, SHUT_RDWR); }

void Relay::receive(std::string text, Stage stage) {
  const std::lock_guard lock(mutex_);
  stage_ = stage;
  reply_ = std::move(text);
  changed_.notify_all();
}

void Relay::read_all() {
  for (;;) {
    auto frame = read_frame(socket_, kReplyFrameBytesMax);
    if (!frame) break;
    if (frame->kind == FrameKind::kTaken) {
      receive({}, Stage::kTaken);
    } else if (frame->kind == FrameKind::kReply) {
      receive(std::move(frame->payload), Stage::kReplied);
    } else if (frame->kind == FrameKind::kCut) {
      receive({}, Stage::kCut);
    } else if (frame->kind == FrameKind::kEvent) {
      const std::lock_guard lock(mutex_);
      if (events_.size() == kEventsMax) events_.pop_front();
      events_.push_back(std::move(frame->payload));
      changed_.notify_all();
    } else {
      break;
    }
  }
  // Wakes a writer too; what is sent from here on has no effect there.
  ::shutdown(socket_, SHUT_RDWR);
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

Answer Relay::ask(std::string_view json) {
  using Outcome = Answer::Outcome;
  if (json.size() > kRequestFrameBytesMax) json = json.substr(0, kRequestFrameBytesMax);
  const std::lock_guard one_at_a_time(asking_);
  {
    const std::lock_guard lock(mutex_);
    if (over_) return {Outcome::kNotRun, {}};
    stage_ = Stage::kSent;
  }
  // A frame that did not arrive whole is not run; the reader learns of the end in either case.
  if (!write_frame(socket_, FrameKind::kRequest, json, kStallMax)) end();
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return over_ || stage_ == Stage::kReplied || stage_ == Stage::kCut; });
  switch (std::exchange(stage_, Stage::kIdle)) {
    case Stage::kReplied:
      return {Outcome::kReplied, std::move(reply_)};
    case Stage::kCut:
      return {Outcome::kCut, {}};
    case Stage::kTaken:
      return {Outcome::kUncertain, {}};
    case Stage::kSent:
    case Stage::kIdle:
      break;
  }
  return {Outcome::kNotRun, {}};
}

bool Relay::over() const {
  const std::lock_guard lock(mutex_);
  return over_;
}

void Relay::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

std::optional<std::string> Relay::next_event(milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::max(timeout, milliseconds(0)),
                    [this] { return over_ || woken_ || !events_.empty(); });
  woken_ = false;
  if (events_.empty()) return std::nullopt;
  std::string event = std::move(events_.front());
  events_.pop_front();
  return event;
}

}  // namespace samla::capi
