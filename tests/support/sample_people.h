// People with profiles of their own, over a real server on loopback: what the command line does, without it.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "core/requests/client.h"
#include "core/requests/json.h"
#include "tests/support/loopback_server.h"

namespace samla::test {

using requests::Json;

/// One profile. Every reply must be one JSON object with `ok`.
class Person {
 public:
  explicit Person(std::filesystem::path profile) : profile_(std::move(profile)) { open(); }

  void open() {
    auto opened = requests::Client::open({profile_, "passord"});
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    client_ = std::move(*opened);
  }
  void close() { client_.reset(); }
  requests::Client& client() { return *client_; }

  Json raw(const std::string& text) {
    Json reply = Json::parse(client_->request(text), nullptr, false);
    EXPECT_TRUE(reply.is_object() && reply.contains("ok") && reply["ok"].is_boolean()) << text.substr(0, 200);
    return reply;
  }
  Json ask(const std::string& request, Json parameters = Json::object()) {
    parameters["request"] = request;
    return raw(parameters.dump());
  }
  /// As ask; the test fails where the reply does.
  Json must(const std::string& request, Json parameters = Json::object()) {
    Json reply = ask(request, std::move(parameters));
    EXPECT_TRUE(reply["ok"].get<bool>()) << request << ": " << reply.dump();
    return reply;
  }
  /// A member of the reply, by value: what a loop over a reply's list wants.
  Json must_list(const std::string& request, const std::string& member, Json parameters = Json::object()) {
    return must(request, std::move(parameters))[member];
  }
  /// The error's code; "" where there is none.
  std::string code(const std::string& request, Json parameters = Json::object()) {
    const Json reply = ask(request, std::move(parameters));
    return reply["ok"].get<bool>() ? "" : reply["error"]["code"].get<std::string>();
  }
  Json sync() {
    Json reply = must("sync.now");
    EXPECT_EQ(reply["reached"], "centre") << reply.dump();
    return reply;
  }

 private:
  std::filesystem::path profile_;
  std::unique_ptr<requests::Client> client_;
};

/// A server, HR, and whoever HR invites.
class People {
 public:
  People() {
    hr = std::make_unique<Person>(folder_.path() / "hr");
    hr->must("org.create", {{"name", "NAV PULS (oppdiktet)"}, {"server", server.url()}});
  }

  std::string invite(const std::string& user, const std::string& role, const std::string& unit = {},
                     const std::string& expires = "14d") {
    Json parameters = {{"user", user}, {"name", user + " Eksempel"}, {"role", role}, {"expires", expires}};
    if (!unit.empty()) parameters["unit"] = unit;
    return hr->must("invite.create", parameters).value("invite", "");
  }
  std::unique_ptr<Person> stranger(const std::string& folder) {
    return std::make_unique<Person>(folder_.path() / folder);
  }
  std::unique_ptr<Person> join(const std::string& invite, const std::string& device) {
    auto person = stranger("p" + std::to_string(++count_));
    person->must("join", {{"invite", invite}, {"device", device}});
    return person;
  }
  /// A leader of a unit with one device.
  std::unique_ptr<Person> leader(const std::string& user, const std::string& unit,
                                 const std::string& device) {
    return join(invite(user, "leader", unit), device);
  }
  std::filesystem::path folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
  int count_ = 0;

 public:
  LoopbackServer server;
  std::unique_ptr<Person> hr;
};

}  // namespace samla::test
