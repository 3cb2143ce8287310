#include "core/domain/csv.h"

#include <gtest/gtest.h>

#include <random>

namespace samla::domain {
namespace {

using Cells = std::vector<std::string>;

TEST(Csv, TakesWhatSpreadsheetsWrite) {
  const auto rows =
      parse_csv("\xef\xbb\xbfnummer;navn\r\n1902; Tromsø \r\n\r\n\"19\"\"03\";\"to\nlinjer; her\"\n1904;x");
  ASSERT_TRUE(rows.ok());
  ASSERT_EQ(rows->size(), 4u);
  EXPECT_EQ((*rows)[0].cells, (Cells{"nummer", "navn"}));
  EXPECT_EQ((*rows)[1].cells, (Cells{"1902", "Tromsø"}));
  EXPECT_EQ((*rows)[2].cells, (Cells{"19\"03", "to\nlinjer; her"}));
  EXPECT_EQ((*rows)[2].line, 4u);
  EXPECT_EQ((*rows)[3].line, 6u);
  EXPECT_EQ((*parse_csv("a,b\n1,2"))[1].cells, (Cells{"1", "2"}));
  EXPECT_EQ((*parse_csv("a\tb\n1\t2"))[1].cells, (Cells{"1", "2"}));
}

TEST(Csv, NamesTheLineOfWhatIsWrong) {
  EXPECT_EQ(parse_csv("a;b\n\"1;2").error().hint, "line 2: a quotation mark is never closed");
  EXPECT_EQ(parse_csv("a;b\n1;2\n\"1\"x;2").error().hint,
            "line 3: text stands behind a closing quotation mark");
  EXPECT_FALSE(parse_csv("a;\xff").ok());
  EXPECT_FALSE(parse_csv(std::string("a\0b", 3)).ok());
  EXPECT_TRUE(parse_csv("").ok());
}

TEST(Csv, WhatIsWrittenIsReadAgain) {
  const std::uint32_t seed = std::random_device()();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 300; ++round) {
    // A first cell that is never empty or a formula, so that no row is left out or marked.
    Cells cells = {"x"};
    const std::size_t count = random() % 5;
    for (std::size_t i = 0; i < count; ++i) {
      std::string cell = "c";
      const std::size_t length = random() % 6;
      for (std::size_t j = 0; j < length; ++j) cell += ";,\"\r\n\tæ x'"[random() % 11];
      // Half of a letter is none.
      cells.push_back(parse_csv(cell).ok() || cell.find('\xc3') == cell.npos ? cell : "c");
    }
    for (const char separator : {';', ','}) {
      const std::string line = csv_line({"a", "b", "c"}, separator) + csv_line(cells, separator);
      const auto rows = parse_csv(line);
      if (!rows.ok()) continue;
      ASSERT_EQ(rows->size(), 2u);
      Cells expected = cells;
      for (std::string& each : expected) {
        const bool is_quoted = each.find_first_of("\"\r\n;,\t") != each.npos;
        while (!is_quoted && each.back() == ' ') each.pop_back();
      }
      ASSERT_EQ((*rows)[1].cells, expected) << line;
    }
  }
}

TEST(Csv, TextThatASpreadsheetWouldRunIsMarkedAsText) {
  EXPECT_EQ(csv_line({"=1+1", "+47", "a=b", "@x", "-"}, ';'), "'=1+1;'+47;a=b;'@x;'-\r\n");
}

}  // namespace
}  // namespace samla::domain
