// What the tests of capi share: a profile in a folder of the test's own, and handles on it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "core/include/samla/samla.h"
#include "tests/support/temporary_folder.h"

namespace samla::capi {

using Json = nlohmann::json;

inline std::string take(char* text) {
  std::string out = text == nullptr ? "" : text;
  samla_free(text);
  return out;
}

/// A samla_client.
class Session {
 public:
  explicit Session(const std::filesystem::path& profile, const std::string& passphrase = "secret")
      : options_({{"profile", profile.native()}, {"passphrase", passphrase}}) {
    open();
  }
  ~Session() { close(); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void open() {
    char* error = nullptr;
    client_ = samla_open(options_.dump().c_str(), &error);
    const std::string text = take(error);
    error_ = text.empty() ? Json() : Json::parse(text);
  }
  void close() { samla_close(std::exchange(client_, nullptr)); }
  /// The code of the error that opening ended with; empty: none.
  std::string code() const { return error_.is_null() ? "" : error_["error"]["code"].get<std::string>(); }

  Json ask(const std::string& name, Json parameters = Json::object()) {
    parameters["request"] = name;
    return Json::parse(take(samla_request(client_, parameters.dump().c_str())));
  }
  void wake() { samla_wake(client_); }
  /// Null where none came.
  Json event(int timeout_ms) {
    const std::string text = take(samla_next_event(client_, timeout_ms));
    return text.empty() ? Json() : Json::parse(text);
  }

 private:
  Json options_;
  Json error_;
  samla_client* client_ = nullptr;
};

class Stage : public ::testing::Test {
 protected:
  Stage() { ::setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1); }

  std::filesystem::path profile() const { return folder_.path() / "profile"; }
  std::filesystem::path sockets() const { return folder_.path() / "samla"; }
  std::string journal() const {
    const std::ifstream in(profile() / "journal");
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace samla::capi
