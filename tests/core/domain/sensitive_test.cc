#include "core/domain/sensitive.h"

#include <gtest/gtest.h>

namespace samla::domain {
namespace {

bool warns(std::string_view text, std::string_view code) {
  for (const Warning& warning : warnings_of(text, "the body")) {
    if (warning.code == code) return true;
  }
  return false;
}

/// Numbers of nobody: the days are in the future of 2016, or the checks were worked out by hand.
TEST(Sensitive, KnowsNationalIdentityNumbersByBothTheirCheckDigits) {
  EXPECT_TRUE(is_national_identity_number("01010750160"));
  EXPECT_FALSE(is_national_identity_number("01010750161"));
  EXPECT_FALSE(is_national_identity_number("01010750170"));
  EXPECT_FALSE(is_national_identity_number("0101075016"));
  EXPECT_FALSE(is_national_identity_number("010107501600"));
  EXPECT_FALSE(is_national_identity_number("0101075016a"));
}

TEST(Sensitive, EveryDigitOfANationalIdentityNumberCounts) {
  const std::string number = "01010750160";
  for (std::size_t at = 0; at < number.size(); ++at) {
    for (char digit = '0'; digit <= '9'; ++digit) {
      std::string other = number;
      other[at] = digit;
      EXPECT_EQ(is_national_identity_number(other), other == number) << other;
    }
  }
}

TEST(Sensitive, FindsThemInRunningText) {
  EXPECT_TRUE(warns("Ring 010107 50160 før møtet.", "national_identity_number"));
  EXPECT_TRUE(warns("(01010750160)", "national_identity_number"));
  EXPECT_FALSE(warns("Saksnummer 901010750160 er annet", "national_identity_number"));
  EXPECT_FALSE(warns("", "national_identity_number"));
}

TEST(Sensitive, TellsTelephoneNumbersFromDatesAndOtherNumbers) {
  for (const char* text : {"tlf. 91234567", "+47 912 34 567", "004722334455", "22 33 44 55", "912 34 567"}) {
    EXPECT_TRUE(warns(text, "phone_number")) << text;
  }
  for (const char* text : {"20160315", "15032016", "12345678", "1 600 ledere", "0101 1600 9000", "81549300",
                           "9123456", "912345678", "2016 2017"}) {
    EXPECT_FALSE(warns(text, "phone_number")) << text;
  }
}

}  // namespace
}  // namespace samla::domain
