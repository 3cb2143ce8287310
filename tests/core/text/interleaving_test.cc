// What several people write at one place at once stays whole: each one's text in one piece.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/text_history.h"

namespace samla::text {
namespace {

using test::event_id;
using test::NaiveEvent;

/// How a paragraph is typed.
enum class Way { forward, backward, in_runs };

/// Events that write `text` at `position` of what `base` made, one after the other.
std::vector<NaiveEvent> typed(std::uint8_t writer, std::string_view text, std::uint32_t position, Way way,
                              const EventId& base) {
  std::vector<NaiveEvent> events;
  std::vector<EventId> parents = {base};
  const std::size_t step = way == Way::in_runs ? 5 : 1;
  for (std::size_t done = 0; done < text.size(); done += step) {
    const std::size_t count = std::min(step, text.size() - done);
    const bool backward = way == Way::backward;
    const auto at = backward ? position : position + static_cast<std::uint32_t>(done);
    const std::string_view part =
        backward ? text.substr(text.size() - 1 - done, 1) : text.substr(done, count);
    NaiveEvent event{event_id(writer, done + 1), parents, encode_edits({make_edit(at, 0, part)})};
    parents = {event.id};
    events.push_back(std::move(event));
  }
  return events;
}

class Interleaving : public ::testing::TestWithParam<std::tuple<Way, Way, std::uint32_t>> {};

TEST_P(Interleaving, TwoParagraphsAtOnePlaceStayWholeOneAfterTheOther) {
  const auto& [first_way, second_way, position] = GetParam();
  const NaiveEvent base{event_id(9, 1), {}, encode_whole("ab")};
  const std::string mine = "This is my paragraph.";
  const std::string yours = "And here is yours, a little longer.";
  const auto a = typed(1, mine, position, first_way, base.id);
  const auto b = typed(2, yours, position, second_way, base.id);
  std::vector<NaiveEvent> alternating;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    if (i < b.size()) alternating.push_back(b[i]);
    if (i < a.size()) alternating.push_back(a[i]);
  }
  Document document;
  ASSERT_EQ(apply(document, base), Applied::done);
  for (const NaiveEvent& event : alternating) ASSERT_EQ(apply(document, event), Applied::done);
  const std::string before = std::string("ab").substr(0, position);
  const std::string after = std::string("ab").substr(position);
  EXPECT_TRUE(document.text() == before + mine + yours + after ||
              document.text() == before + yours + mine + after)
      << document.text();
  Document other;
  for (const auto* part : {&b, &a}) {
    for (const NaiveEvent& event : *part) apply(other, event);
  }
  apply(other, base);
  EXPECT_EQ(other.text(), document.text());
}

INSTANTIATE_TEST_SUITE_P(Ways, Interleaving,
                         ::testing::Combine(::testing::Values(Way::forward, Way::backward, Way::in_runs),
                                            ::testing::Values(Way::forward, Way::backward, Way::in_runs),
                                            ::testing::Values(0u, 1u, 2u)));

TEST(InterleavingOfMany, FiveWritersAtOnePlaceEachStayWhole) {
  const NaiveEvent base{event_id(9, 1), {}, encode_whole("<>")};
  Document document;
  ASSERT_EQ(apply(document, base), Applied::done);
  std::vector<std::string> texts;
  for (std::uint8_t writer = 1; writer <= 5; ++writer) {
    texts.push_back("[writer " + std::to_string(writer) + " was here]");
    const Way way = writer % 2 == 0 ? Way::forward : Way::backward;
    for (const NaiveEvent& event : typed(writer, texts.back(), 1, way, base.id)) apply(document, event);
  }
  for (const std::string& text : texts)
    EXPECT_NE(document.text().find(text), std::string::npos) << document.text();
}

}  // namespace
}  // namespace samla::text
