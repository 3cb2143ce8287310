#include "core/base/encoding.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace samla {
namespace {

TEST(Encoding, RoundTripsRandomBytesAsHexAndBase64url) {
  SeededRandom random(1);
  for (std::size_t size = 0; size < 70; ++size) {
    Bytes bytes(size);
    random.fill(bytes);
    EXPECT_EQ(*from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(*from_base64url(to_base64url(bytes)), bytes);
  }
}

TEST(Encoding, RefusesOddUpperCaseAndForeignHex) {
  for (const char* text : {"a", "AB", "zz", "0 ", "ab:cd"}) EXPECT_FALSE(from_hex(text).ok()) << text;
}

TEST(Encoding, RefusesBase64urlThatIsNotCanonical) {
  EXPECT_TRUE(from_base64url("AA").ok());
  for (const char* text : {"A", "AB", "AA==", "A+", "A/", "AA "}) {
    EXPECT_FALSE(from_base64url(text).ok()) << text;
  }
}

TEST(Utf8, AcceptsNorwegianAndEmojiAndRefusesBrokenForms) {
  for (const char* good : {"", "abc", "blåbærsyltetøy", "👩‍👩‍👧", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad :
       {"\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "a\x80", "\xe0\x80\x80"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

}  // namespace
}  // namespace samla
