// The C functions. The one place, beside the roots of coroutines, where exceptions end.
#include "core/include/samla/samla.h"

#include <cstdlib>
#include <cstring>
#include <exception>
#include <nlohmann/json.hpp>

#include "core/base/encoding.h"
#include "core/base/wipe_text.h"
#include "core/capi/handle.h"
#include "core/requests/version.h"

struct samla_client {
  std::unique_ptr<samla::capi::Handle> handle;
};

namespace samla::capi {
namespace {

Error refuse(std::string hint) { return fail(ErrorCode::invalid_argument, "open", std::move(hint)); }

Result<std::string> text_option(const nlohmann::json& options, const char* name) {
  const auto found = options.find(name);
  if (found == options.end()) return std::string();
  const std::string quoted = "'" + std::string(name) + "'";
  if (!found->is_string()) return refuse(quoted + " must be a text");
  auto text = found->get<std::string>();
  if (text.find('\0') != text.npos) return refuse(quoted + " holds a NUL character");
  return text;
}

Result<requests::Options> parse_options(const char* text) {
  if (text == nullptr) return refuse("options are needed: {\"profile\": folder, \"passphrase\": text}");
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object()) return refuse("the options are not a JSON object");
  for (const auto& [name, value] : json.items()) {
    if (name != "profile" && name != "passphrase") return refuse("there is no option '" + name + "'");
  }
  requests::Options options;
  SAMLA_ASSIGN(const std::string profile, text_option(json, "profile"));
  SAMLA_ASSIGN(std::string passphrase, text_option(json, "passphrase"));
  options.passphrase = passphrase;
  wipe_text(passphrase);
  if (const auto given = json.find("passphrase"); given != json.end()) {
    wipe_text(given->get_ref<std::string&>());
  }
  options.profile = profile;
  return options;
}

/// For the caller, who frees it. Out of memory ends the process.
char* copy_of(std::string_view text) {
  auto* const out = static_cast<char*>(std::malloc(text.size() + 1));
  if (out == nullptr) std::abort();
  std::memcpy(out, text.data(), text.size());
  out[text.size()] = '\0';
  return out;
}

std::string failed_inside(const char* what) {
  // What an exception says may be of any encoding.
  return requests::error_reply(fail(ErrorCode::internal, "samla", is_utf8(what) ? what : ""));
}

samla_client* open(const char* options_json, std::string& error) {
  auto options = parse_options(options_json);
  if (!options) {
    error = requests::error_reply(options.error());
    return nullptr;
  }
  auto handle = Handle::open(std::move(*options));
  if (handle) return new samla_client{std::move(*handle)};
  error = requests::error_reply(handle.error());
  return nullptr;
}

std::string request(samla_client* client, const char* json) {
  if (client == nullptr || json == nullptr) {
    return requests::error_reply(
        fail(ErrorCode::invalid_argument, "request", "a client and a request are needed"));
  }
  return client->handle->request(json);
}

}  // namespace
}  // namespace samla::capi

samla_client* samla_open(const char* options_json, char** error_json) {
  std::string error;
  samla_client* client = nullptr;
  try {
    client = samla::capi::open(options_json, error);
  } catch (const std::exception& exception) {
    error = samla::capi::failed_inside(exception.what());
  } catch (...) {
    error = samla::capi::failed_inside("");
  }
  if (error_json != nullptr) *error_json = client == nullptr ? samla::capi::copy_of(error) : nullptr;
  return client;
}

char* samla_request(samla_client* client, const char* request_json) {
  try {
    return samla::capi::copy_of(samla::capi::request(client, request_json));
  } catch (const std::exception& exception) {
    return samla::capi::copy_of(samla::capi::failed_inside(exception.what()));
  } catch (...) {
    return samla::capi::copy_of(samla::capi::failed_inside(""));
  }
}

char* samla_next_event(samla_client* client, int timeout_ms) {
  if (client == nullptr) return nullptr;
  try {
    const auto event = client->handle->next_event(timeout_ms);
    return event ? samla::capi::copy_of(*event) : nullptr;
  } catch (...) {
    return nullptr;
  }
}

void samla_free(char* text) { std::free(text); }

void samla_close(samla_client* client) {
  if (client == nullptr) return;
  try {
    client->handle->close();
    delete client;
  } catch (...) {
    // Nothing can be said here, and nothing is lost: what was acknowledged is durable.
  }
}

const char* samla_version(void) { return samla::requests::kVersion; }
