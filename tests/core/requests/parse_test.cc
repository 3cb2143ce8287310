#include "core/requests/parse.h"

#include <gtest/gtest.h>

namespace samla::requests {
namespace {

ErrorCode code_of(const std::string& text) {
  const auto parsed = parse_object(text);
  return parsed.ok() ? ErrorCode::internal : parsed.error().code;
}

TEST(ParseObject, KeepsEveryLetterOfATextAsItStands) {
  for (const std::string& text :
       {std::string(), std::string("æøåÆØÅ"), std::string("🎉👩‍🚀"), std::string("a\r\nb\nc\rd\t"),
        std::string("\"\\/"), std::string(64 * 1024, 'x'), std::string("e\xcc\x81")}) {
    const auto parsed = parse_object(Json{{"body", text}}.dump());
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ((*parsed)["body"].get<std::string>(), text);
  }
}

TEST(ParseObject, RefusesWhatIsNotOneObjectInUtf8) {
  for (const std::string& text : {std::string(),
                                  std::string("   "),
                                  std::string("{"),
                                  std::string("{}{}"),
                                  std::string("{} x"),
                                  std::string("[]"),
                                  std::string("\"a\""),
                                  std::string("7"),
                                  std::string("null"),
                                  std::string("{\"a\":\"\xff\"}"),
                                  std::string("{\"a\":\"\xc0\x80\"}"),
                                  std::string("{\"a\":\"\xed\xa0\x80\"}"),
                                  std::string("{\"a\":\"\\ud800\"}"),
                                  std::string("{\"a\":1e999}"),
                                  std::string("{\"a\":01}"),
                                  std::string("{\"a\":NaN}"),
                                  std::string("{'a':1}"),
                                  std::string("{\"a\":1,}"),
                                  std::string("{/**/}"),
                                  std::string("{\"a\":\"\n\"}"),
                                  std::string("\0", 1),
                                  std::string("{\"a\":\"\0\"}", 9)}) {
    EXPECT_EQ(code_of(text), ErrorCode::malformed) << text;
  }
}

TEST(ParseObject, RefusesNulCharactersAndMembersNamedTwice) {
  EXPECT_EQ(code_of(R"({"body":"a\u0000b"})"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"a\u0000":1})"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"a":1,"a":2})"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of(R"({"a":{"b":1,"b":1}})"), ErrorCode::invalid_argument);
  EXPECT_TRUE(parse_object(R"({"a":{"b":1},"c":{"b":1}})").ok());
}

TEST(ParseObject, RefusesWhatIsTooDeepTooWideOrTooLong) {
  EXPECT_EQ(code_of("{\"a\":" + std::string(1'000'000, '[')), ErrorCode::too_large);
  EXPECT_TRUE(parse_object("{\"a\":[[[[[[[]]]]]]]}").ok());
  EXPECT_EQ(code_of("{\"a\":[[[[[[[[]]]]]]]]}"), ErrorCode::too_large);
  Json wide = Json::array();
  for (std::size_t i = 0; i < kRequestMembersMax; ++i) wide.push_back(i);
  EXPECT_TRUE(parse_object(Json{{"a", wide}}.dump()).ok());
  wide.push_back(0);
  EXPECT_EQ(code_of(Json{{"a", wide}}.dump()), ErrorCode::too_large);
  EXPECT_EQ(code_of("{\"a\":\"" + std::string(kRequestBytesMax, 'x') + "\"}"), ErrorCode::too_large);
}

TEST(ParseObject, RefusesEveryTruncationOfARequest) {
  const std::string whole = R"({"request":"note.add","title":"Tromsø","tags":["a","b"],"n":12})";
  ASSERT_TRUE(parse_object(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(parse_object(whole.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace samla::requests
