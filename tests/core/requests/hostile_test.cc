// Whatever comes in, one JSON object with `ok` goes out; what is refused changes nothing.
#include <gtest/gtest.h>

#include "core/base/random.h"
#include "core/requests/catalogue.h"
#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;

const std::vector<std::string>& telling_texts() {
  static const std::vector<std::string> texts = {"",
                                                 "a",
                                                 "ffff",
                                                 "0000",
                                                 "notebook",
                                                 "egenvurdering",
                                                 "æøå",
                                                 "🎉",
                                                 "%s%n",
                                                 "' OR 1=1 --",
                                                 "../..",
                                                 std::string(300, 'x'),
                                                 std::string(5'000, 'f'),
                                                 "\"",
                                                 "*",
                                                 "sendt",
                                                 "styrke",
                                                 "samla:AAAA",
                                                 "14d"};
  return texts;
}

Json random_value(SeededRandom& random, int depth) {
  switch (random.below(depth > 3 ? 6 : 9)) {
    case 0:
      return nullptr;
    case 1:
      return random.below(2) == 0;
    case 2:
      return random.next();
    case 3:
      return -static_cast<std::int64_t>(random.below(1'000'000));
    case 4:
      return 1.5;
    case 5:
    case 6:
      return telling_texts()[random.below(telling_texts().size())];
    case 7: {
      Json list = Json::array();
      for (std::uint64_t i = random.below(4); i > 0; --i) list.push_back(random_value(random, depth + 1));
      return list;
    }
    default: {
      Json object = Json::object();
      for (std::uint64_t i = random.below(4); i > 0; --i) {
        object[telling_texts()[random.below(telling_texts().size())]] = random_value(random, depth + 1);
      }
      return object;
    }
  }
}

/// A request of the catalogue with parameters of the right names, most of the right types.
Json random_request(SeededRandom& random) {
  const Request& request = catalogue()[random.below(catalogue().size())];
  Json out = {{"request", request.name}};
  for (const Parameter& parameter : request.parameters) {
    const std::string name(parameter.name);
    if (random.below(8) == 0) continue;
    const std::string& text = telling_texts()[random.below(telling_texts().size())];
    if (random.below(8) == 0) {
      out[name] = random_value(random, 0);
    } else if (!parameter.one_of.empty()) {
      out[name] = parameter.one_of[random.below(parameter.one_of.size())];
    } else if (parameter.type == Type::kText) {
      out[name] = text;
    } else if (parameter.type == Type::kInteger) {
      out[name] = random.below(5);
    } else if (parameter.type == Type::kBoolean) {
      out[name] = random.below(2) == 0;
    } else if (parameter.type == Type::kTexts) {
      out[name] = Json::array({text});
    } else {
      out[name] = Json{{"summary", text}};
    }
  }
  if (random.below(16) == 0) out[telling_texts()[random.below(telling_texts().size())]] = 1;
  return out;
}

/// Waits for the network or changes the store's key; each of them is tested elsewhere.
bool is_slow(const Json& request) {
  for (const char* name : {"sync.now", "sync.watch", "key.passphrase.change", "scrub", "join", "org.create",
                           "invite.create", "invite.revoke", "requests", "doctor", "demo.load", "device.pair",
                           "key.recovery.show", "key.rotate"}) {
    // A mangled request may have lost the member.
    if (request.is_object() && request.contains("request") && request.at("request") == name) return true;
  }
  return false;
}

TEST(HostileRequests, AnEmptyProfileAnswersEverythingAndBecomesNoStore) {
  TemporaryFolder folder;
  test::Person nobody(folder.path() / "nobody");
  const std::uint64_t seed = SystemRandom().fixed<FieldTag>().bytes[0];
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  for (int i = 0; i < 2'000; ++i) {
    Json request = random_request(random);
    if (request["request"] == "org.create" || request["request"] == "join") continue;
    nobody.raw(request.dump());
    nobody.raw(random_value(random, 0).dump());
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "nobody"));
  EXPECT_EQ(nobody.code("note.lsit"), "unknown_request");
  EXPECT_EQ(nobody.code("note.list"), "store_missing");
}

TEST(HostileRequests, AFullProfileAnswersEverythingAndKeepsItsNotes) {
  People people;
  const std::string id = people.hr->must("note.add", {{"title", "urørt"}})["note"]["id"];
  const std::uint64_t seed = SystemRandom().fixed<FieldTag>().bytes[0];
  SCOPED_TRACE("seed " + std::to_string(seed));
  SeededRandom random(seed);
  for (int i = 0; i < 1'500; ++i) {
    const Json request = random_request(random);
    if (is_slow(request)) continue;
    people.hr->raw(request.dump());
    std::string mangled = request.dump();
    mangled[random.below(mangled.size())] = static_cast<char>(random.below(256));
    if (!Json::accept(mangled) || !is_slow(Json::parse(mangled))) people.hr->raw(mangled);
  }
  EXPECT_EQ(people.hr->must("note.show", {{"id", id}})["note"]["title"], "urørt");
}

TEST(HostileRequests, ErrorsNameTheRequestAndWhatToDo) {
  TemporaryFolder folder;
  test::Person nobody(folder.path() / "nobody");
  const Json error = nobody.ask("note.edit", {{"id", 7}})["error"];
  EXPECT_EQ(error["code"], "invalid_argument");
  EXPECT_EQ(error["operation"], "note.edit");
  EXPECT_NE(error["hint"].get<std::string>().find("'id'"), std::string::npos);
  EXPECT_EQ(nobody.raw("nei")["error"]["code"], "malformed");
  EXPECT_EQ(nobody.raw("{}")["error"]["code"], "invalid_argument");
  EXPECT_EQ(nobody.raw(R"({"request":"version"})")["version"], "0.1.0");
}

}  // namespace
}  // namespace samla::requests
