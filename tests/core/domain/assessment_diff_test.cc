#include "core/domain/assessment_diff.h"

#include <gtest/gtest.h>

#include "core/domain/assessment_print.h"
#include "core/domain/form_json.h"

namespace samla::domain {
namespace {

AssessmentItem item(const std::string& id, const std::string& text) {
  AssessmentItem out;
  out.id = id;
  out.type = "styrke";
  out.text = text;
  return out;
}

std::vector<std::string> words_of(const std::vector<Change>& changes) {
  std::vector<std::string> out;
  for (const Change& each : changes) {
    out.push_back(each.what + " " + each.id + " " + each.change + (each.part.empty() ? "" : " " + each.part));
  }
  return out;
}

TEST(AssessmentDiff, NamesWhatCameWentChangedAndMovedAndNothingElse) {
  Assessment before;
  before.answers = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  before.items = {item("i1", "en"), item("i2", "to"), item("i3", "tre"), item("i4", "fire")};
  before.participants = {"Kari", "Ola"};
  Assessment after = before;
  after.answers = {{"a", "1"}, {"b", "to"}, {"d", "4"}};
  after.items = {item("i4", "fire"), item("i1", "en"), item("i5", "fem"), item("i3", "TRE")};
  after.items[3].evidence = "sett selv";
  after.participants = {"Kari", "Nils"};
  EXPECT_EQ(
      words_of(changes_between(before, after)),
      (std::vector<std::string>{"answer b changed", "answer c removed", "answer d added", "item i4 moved",
                                "item i5 added", "item i3 changed text", "item i3 changed evidence",
                                "item i2 removed", "participant Nils added", "participant Ola removed"}));
  EXPECT_TRUE(changes_between(after, after).empty());
}

TEST(AssessmentPrint, WhatPeopleWroteIsTextInBothForms) {
  Assessment assessment;
  assessment.unit = "1902";
  assessment.form = "egenvurdering";
  assessment.form_version = 1;
  assessment.status = "sendt";
  assessment.answers = {{"summary", "<script>alert(1)</script>\n# Ikke overskrift\n- ikke liste"}};
  assessment.items = {item("i1", "Tett & nær")};
  assessment.items[0].theme = "ett-nav";
  PrintLabels labels = {{{"ett-nav", "Ett NAV", "Eitt NAV"}}, {}, Language::kNynorsk};
  for (const std::string_view text : built_in_form_texts()) {
    const ReadForm read = read_form(text);
    if (read.form.id == "egenvurdering") labels.form = read.form;
  }
  const std::string html = print_html(assessment, labels);
  EXPECT_EQ(html.find("<script"), html.npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(1)&lt;/script&gt;"), html.npos);
  EXPECT_NE(html.find("<li>Tett &amp; nær <span class=\"labels\">Eitt NAV</span></li>"), html.npos) << html;
  EXPECT_NE(html.find("<html lang=\"nn\">"), html.npos);
  const std::string markdown = print_markdown(assessment, labels);
  EXPECT_NE(markdown.find("\\<script\\>"), markdown.npos);
  EXPECT_NE(markdown.find("\n\\# Ikke overskrift\n\\- ikke liste\n"), markdown.npos) << markdown;
  EXPECT_NE(markdown.find("# Eigenvurdering, eining 1902\n"), markdown.npos) << markdown;
  EXPECT_NE(markdown.find("\n## Styrkar\n\n- Tett \\& nær (Eitt NAV)\n"), markdown.npos) << markdown;
}

}  // namespace
}  // namespace samla::domain
