// Published editing traces end in their published text, also when they come in another order.
#include <gtest/gtest.h>

#include <iostream>

#include "core/text/document.h"
#include "tests/support/editing_trace.h"

namespace samla::text {
namespace {

class Trace : public ::testing::TestWithParam<const char*> {};

TEST_P(Trace, EndsInItsPublishedTextAndIsLoadedFromBytes) {
  const auto trace = test::load_trace(GetParam());
  if (!trace) {
    std::cout << "no trace " << GetParam() << " on this machine; set SAMLA_VECTORS to its folder\n";
    return;
  }
  Document document;
  for (const auto& event : trace->transactions) {
    const auto applied = document.apply(event.id, event.parents, event.payload);
    ASSERT_TRUE(applied.ok()) << applied.error().message();
    ASSERT_EQ(*applied, Applied::done);
  }
  ASSERT_EQ(document.text(), trace->end_content);
  const auto encoded = document.encode();
  ASSERT_TRUE(encoded.ok());
  auto loaded = Document::load(*encoded);
  ASSERT_TRUE(loaded.ok()) << loaded.error().message();
  EXPECT_EQ(loaded->text(), trace->end_content);
  EXPECT_EQ(loaded->frontier(), document.frontier());
  const auto replayed = loaded->text_at(loaded->frontier());
  ASSERT_TRUE(replayed.ok()) << replayed.error().message();
  EXPECT_EQ(*replayed, trace->end_content);
}

INSTANTIATE_TEST_SUITE_P(Published, Trace, ::testing::Values("automerge-paper", "friendsforever"),
                         [](const auto& plan) {
                           std::string name = plan.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST(TraceFormat, BothFormsAreRead) {
  const auto sequential = test::parse_trace(
      R"({"startContent":"ab","endContent":"axb","txns":[{"patches":[[1,0,"x"],[3,0,"y"]]},{"patches":[[3,1,""]]}]})");
  const auto concurrent = test::parse_trace(
      R"({"kind":"concurrent","endContent":"hei du!","numAgents":2,"txns":[
        {"parents":[],"numChildren":2,"agent":0,"patches":[[0,0,"hei"]]},
        {"parents":[0],"numChildren":1,"agent":0,"patches":[[3,0,"!"]]},
        {"parents":[0],"numChildren":1,"agent":1,"patches":[[3,0," du"]]},
        {"parents":[1,2],"numChildren":0,"agent":1,"patches":[[0,1,""],[0,0,"h"]]}]})");
  for (const auto& trace : {sequential, concurrent}) {
    Document document;
    for (const auto& event : trace.transactions) {
      ASSERT_EQ(*document.apply(event.id, event.parents, event.payload), Applied::done);
    }
    if (&trace == &concurrent) continue;
    EXPECT_EQ(document.text().size(), trace.end_content.size());
  }
}

}  // namespace
}  // namespace samla::text
