#include "core/requests/client.h"

#include <mutex>

#include "core/requests/catalogue.h"
#include "core/requests/parse.h"
#include "core/requests/profile.h"

namespace samla::requests {
namespace {

std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A request may hold a passphrase, a request or its reply recovery words.
struct WipedAtEnd {
  Json& json;
  ~WipedAtEnd() { wipe_texts(json); }
};

Result<Json> answer(Profile& profile, std::string_view text) {
  SAMLA_ASSIGN(Json json, parse_object(text));
  const WipedAtEnd wiped{json};
  const auto name = json.find("request");
  if (name == json.end() || !name->is_string()) {
    return fail(ErrorCode::invalid_argument, "request", "the member 'request' names what is asked");
  }
  const auto word = name->get<std::string>();
  const Request* request = find_request(word);
  if (request == nullptr) {
    return fail(ErrorCode::unknown_request, "request",
                "there is no request '" + word.substr(0, 64) + "'; 'requests' lists all");
  }
  SAMLA_ASSIGN(const Arguments arguments, check_arguments(*request, json));
  auto reply = request->answer(profile, arguments);
  if (reply) return std::move(*reply);
  Error error = reply.error();
  // What lies below speaks of its own steps; the person asked for this.
  error.operation = word;
  return error;
}

}  // namespace

class Client::Impl {
 public:
  explicit Impl(Options options) : profile(std::move(options)) {}

  Profile profile;
  mutable std::mutex one_at_a_time;
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::open(Options options) {
  auto impl = std::make_unique<Impl>(std::move(options));
  SAMLA_TRY(impl->profile.open());
  return std::unique_ptr<Client>(new Client(std::move(impl)));
}

std::string Client::request(std::string_view json) {
  const std::lock_guard lock(impl_->one_at_a_time);
  impl_->profile.begin_request();
  auto reply = answer(impl_->profile, json);
  if (!reply) return error_reply(reply.error());
  const WipedAtEnd answered{*reply};
  Json out = {{"ok", true}};
  const WipedAtEnd wiped{out};
  out.update(*reply);
  return text_of(out);
}

std::optional<std::string> Client::next_event(std::chrono::milliseconds timeout) {
  return impl_->profile.events().next(timeout);
}

bool Client::proves(std::string_view passphrase) const {
  const std::lock_guard lock(impl_->one_at_a_time);
  return impl_->profile.proves(passphrase);
}

void Client::interrupt() { impl_->profile.interrupt(); }

std::string error_reply(const Error& error) {
  Json inner = {{"code", error_name(error.code)},
                {"operation", error.operation},
                {"message", error.message()},
                {"hint", error.hint}};
  return text_of({{"ok", false}, {"error", std::move(inner)}});
}

}  // namespace samla::requests
