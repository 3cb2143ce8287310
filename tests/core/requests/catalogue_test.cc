#include "core/requests/catalogue.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/requests/describe.h"
#include "core/requests/version.h"

namespace samla::requests {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

/// A value of the wrong type.
Json wrong_value(Type type) { return type == Type::kText ? Json(7) : Json("ikke slik"); }

/// A value that the declaration allows.
Json right_value(const Parameter& parameter) {
  switch (parameter.type) {
    case Type::kInteger:
      return 1u;
    case Type::kBoolean:
      return true;
    case Type::kTexts:
      return Json::array({"a"});
    case Type::kTextMap:
      return Json{{"a", "b"}};
    case Type::kText:
      break;
  }
  return parameter.one_of.empty() ? std::string("a") : std::string(parameter.one_of.front());
}

Json with_all(const Request& request) {
  Json out = {{"request", request.name}};
  for (const Parameter& each : request.parameters) out[std::string(each.name)] = right_value(each);
  return out;
}

TEST(Catalogue, NamesEveryRequestThatTheCommandLineSpeaks) {
  std::set<std::string_view> names;
  for (const Request& request : catalogue()) EXPECT_TRUE(names.insert(request.name).second) << request.name;
  for (const std::string_view name : {"org.create",
                                      "org.show",
                                      "invite.create",
                                      "invite.list",
                                      "invite.revoke",
                                      "join",
                                      "device.list",
                                      "device.approve",
                                      "device.rename",
                                      "space.list",
                                      "space.show",
                                      "space.members",
                                      "note.add",
                                      "note.edit",
                                      "note.show",
                                      "note.list",
                                      "note.search",
                                      "note.tag",
                                      "note.share",
                                      "note.delete",
                                      "note.restore",
                                      "assessment.new",
                                      "assessment.fill",
                                      "assessment.item.add",
                                      "assessment.submit",
                                      "assessment.show",
                                      "assessment.list",
                                      "conflict.list",
                                      "conflict.show",
                                      "conflict.resolve",
                                      "sync.now",
                                      "sync.watch",
                                      "report.response",
                                      "report.themes",
                                      "status",
                                      "key.passphrase.change",
                                      "scrub",
                                      "requests",
                                      "version"}) {
    EXPECT_TRUE(names.contains(name)) << name;
  }
}

TEST(Catalogue, DescribesEveryRequestParameterAndReply) {
  for (const Request& request : catalogue()) {
    EXPECT_TRUE(std::regex_match(std::string(request.name), std::regex("[a-z]+(\\.[a-z]+)*")))
        << request.name;
    EXPECT_TRUE(request.summary.ends_with('.')) << request.name;
    EXPECT_NE(request.answer, nullptr) << request.name;
    std::set<std::string_view> names = {"request"};
    for (const Parameter& parameter : request.parameters) {
      EXPECT_TRUE(names.insert(parameter.name).second) << request.name << " " << parameter.name;
      EXPECT_FALSE(parameter.description.empty()) << request.name << " " << parameter.name;
      EXPECT_FALSE(parameter.required && !parameter.default_text.empty()) << request.name;
      EXPECT_TRUE(parameter.default_text.empty() || parameter.type == Type::kText) << request.name;
    }
    for (const auto& [name, words] : request.reply)
      EXPECT_FALSE(words.empty()) << request.name << " " << name;
  }
}

TEST(Catalogue, RefusesEachParameterThatIsMissingOrOfTheWrongTypeByItsName) {
  for (const Request& request : catalogue()) {
    EXPECT_TRUE(check_arguments(request, with_all(request)).ok()) << request.name;
    for (const Parameter& parameter : request.parameters) {
      const std::string name(parameter.name);
      Json wrong = with_all(request);
      wrong[name] = wrong_value(parameter.type);
      Json absent = with_all(request);
      absent.erase(name);
      const auto refused = check_arguments(request, wrong);
      ASSERT_FALSE(refused.ok()) << request.name << " " << name;
      EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
      EXPECT_NE(refused.error().hint.find("'" + name + "'"), std::string::npos) << refused.error().hint;
      const auto missing = check_arguments(request, absent);
      EXPECT_EQ(missing.ok(), !parameter.required) << request.name << " " << name;
      if (!missing) {
        EXPECT_NE(missing.error().hint.find("'" + name + "'"), std::string::npos);
      }
    }
  }
}

TEST(Catalogue, RefusesAParameterThatIsNotDeclaredByItsName) {
  for (const Request& request : catalogue()) {
    Json json = with_all(request);
    json["tittel"] = "a";
    const auto refused = check_arguments(request, json);
    ASSERT_FALSE(refused.ok()) << request.name;
    EXPECT_NE(refused.error().hint.find("'tittel'"), std::string::npos);
  }
}

TEST(Catalogue, RefusesWordsThatAreNotAmongThoseAllowed) {
  const Request* request = find_request("invite.create");
  ASSERT_NE(request, nullptr);
  Json json = with_all(*request);
  json["role"] = "konge";
  const auto refused = check_arguments(*request, json);
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().hint.find("leader, facilitator, hr"), std::string::npos) << refused.error().hint;
}

TEST(Catalogue, FillsInDefaultsAndKeepsNumbersWithinTheirBounds) {
  const Request* invite = find_request("invite.create");
  Json json = with_all(*invite);
  json.erase("expires");
  json.erase("unit");
  const auto arguments = check_arguments(*invite, json);
  ASSERT_TRUE(arguments.ok());
  EXPECT_EQ(arguments->text("expires"), "14d");
  EXPECT_FALSE(arguments->find_text("unit"));
  const Request* list = find_request("note.list");
  for (const char* number :
       {"-1", "1.5", "1e3", "2147483648", "18446744073709551616", "null", "\"1\"", "[1]"}) {
    const Json hostile = Json::parse("{\"limit\":" + std::string(number) + "}");
    EXPECT_FALSE(check_arguments(*list, hostile).ok()) << number;
  }
  EXPECT_TRUE(check_arguments(*list, Json::parse("{\"limit\":2147483647}")).ok());
}

TEST(Catalogue, IsPrintedAsJsonSchema) {
  const Json json = describe_catalogue();
  ASSERT_EQ(json.size(), catalogue().size());
  for (const Json& row : json) {
    EXPECT_EQ(row["schema"]["additionalProperties"], false);
    EXPECT_TRUE(row["schema"]["properties"].contains("request"));
    EXPECT_EQ(row["parameters"].size() + 1, row["schema"]["properties"].size()) << row["name"];
    EXPECT_TRUE(row["reply"]["properties"].contains("ok"));
  }
}

TEST(Catalogue, HasTheVersionOfTheProject) {
  const std::string cmake = read_file(std::filesystem::path(SAMLA_SOURCE_DIR) / "CMakeLists.txt");
  EXPECT_NE(cmake.find("project(samla VERSION " + std::string(kVersion) + " "), std::string::npos);
}

TEST(Catalogue, IsWhatTheReferenceInDocsSays) {
  const std::filesystem::path page = std::filesystem::path(SAMLA_SOURCE_DIR) / "docs" / "requests.md";
  if (std::getenv("SAMLA_WRITE_DOCS") != nullptr) {
    std::ofstream(page, std::ios::binary | std::ios::trunc) << catalogue_markdown();
  }
  EXPECT_EQ(read_file(page), catalogue_markdown())
      << "make docs/requests.md anew: "
         "SAMLA_WRITE_DOCS=1 build/release/tests/requests_test --gtest_filter='Catalogue.*Reference*'";
}

}  // namespace
}  // namespace samla::requests
