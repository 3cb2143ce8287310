// A profile as programs see it: JSON requests in, JSON replies out, events on the side. The C functions,
// the command line, the local web pages and every binding speak to this and to nothing else.
// Threads: any; requests run one at a time, in the order in which they come; events may be read meanwhile.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/secret_text.h"

namespace samla::requests {

struct Options {
  std::filesystem::path profile;  ///< the store's folder; need not exist yet (org.create and join make it)
  SecretText passphrase;
};

class Client {
 public:
  /// Opens the profile's store. Where there is none the client is empty: org.create and join make one,
  /// other requests say store_missing. Errors: store_busy, wrong_passphrase, store_corrupt, io.
  static Result<std::unique_ptr<Client>> open(Options options);
  ~Client();

  /// One JSON object for one JSON object, both UTF-8. Whatever comes in, a reply with `ok` goes out.
  std::string request(std::string_view json);
  /// The next event as a JSON object ("record.changed", "conflict", "sync.state", "progress"), oldest
  /// first; absent where none came within `timeout`. At most 1,024 wait: then the oldest of a kind go.
  std::optional<std::string> next_event(std::chrono::milliseconds timeout);
  /// Whether `passphrase` opens this profile (a second program proves it before it may ask).
  bool proves(std::string_view passphrase) const;
  /// Makes a request that waits for the network, or watches, end soon. Any thread.
  void interrupt();

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// A failed reply: {"ok":false,"error":{"code","operation","message","hint"}}.
std::string error_reply(const Error& error);
/// The catalogue as JSON: for each request its name, summary, parameters (name, type, required, default,
/// description) and reply, as JSON Schema. What `samla requests` prints; needs no profile.
std::string catalogue_json();

}  // namespace samla::requests
