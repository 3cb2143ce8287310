// What a document says of events that come late, twice, or too soon; and what it knows of the past.
#include "core/text/document.h"

#include <gtest/gtest.h>

#include "tests/support/text_history.h"

namespace samla::text {
namespace {

using test::event_id;
using test::NaiveEvent;

NaiveEvent edit(EventId id, std::vector<EventId> parents, std::uint32_t position, std::uint32_t erased,
                std::string_view inserted) {
  return {id, std::move(parents), encode_edits({make_edit(position, erased, inserted)})};
}

NaiveEvent whole(EventId id, std::vector<EventId> parents, std::string_view text) {
  return {id, std::move(parents), encode_whole(text)};
}

const EventId kBase = event_id(1, 1);

TEST(Document, AnEventThatComesTwiceIsAppliedOnce) {
  Document document;
  EXPECT_EQ(apply(document, whole(kBase, {}, "hei")), Applied::done);
  EXPECT_EQ(apply(document, whole(kBase, {}, "hei")), Applied::known);
  EXPECT_EQ(document.text(), "hei");
}

TEST(Document, AnEventBeforeItsParentWaitsAndIsShownUntilItComes) {
  Document document;
  const NaiveEvent last = edit(event_id(1, 3), {event_id(1, 2)}, 6, 0, "!");
  EXPECT_EQ(apply(document, last), Applied::waiting);
  EXPECT_EQ(apply(document, last), Applied::known);
  EXPECT_EQ(apply(document, edit(event_id(1, 2), {kBase}, 3, 0, " du")), Applied::waiting);
  const auto stranded = document.stranded();
  ASSERT_EQ(stranded.size(), 2u);
  EXPECT_EQ(stranded[1].id, last.id);
  EXPECT_FALSE(stranded[1].refused);
  EXPECT_EQ(inserted_text(stranded[1].payload), "!");
  EXPECT_EQ(apply(document, whole(kBase, {}, "hei")), Applied::done);
  EXPECT_EQ(document.text(), "hei du!");
  EXPECT_TRUE(document.stranded().empty());
  EXPECT_EQ(document.frontier(), std::vector<EventId>{last.id});
}

TEST(Document, AnEditOutsideTheTextIsRefusedAndKeptWhetherItsParentCameBeforeOrAfter) {
  const NaiveEvent base = whole(kBase, {}, "hei");
  for (const NaiveEvent& bad :
       {edit(event_id(2, 1), {kBase}, 4, 0, "x"), edit(event_id(2, 1), {kBase}, 1, 3, "x"),
        edit(event_id(2, 1), {kBase}, 0, 4, "")}) {
    const NaiveEvent child = edit(event_id(2, 2), {bad.id}, 0, 0, "y");
    Document in_order;
    EXPECT_EQ(apply(in_order, base), Applied::done);
    EXPECT_EQ(apply(in_order, bad), Applied::refused);
    EXPECT_EQ(apply(in_order, child), Applied::waiting);
    Document reversed;
    EXPECT_EQ(apply(reversed, child), Applied::waiting);
    EXPECT_EQ(apply(reversed, bad), Applied::waiting);
    EXPECT_EQ(apply(reversed, base), Applied::done);
    for (const Document* document : {&in_order, &reversed}) {
      EXPECT_EQ(document->text(), "hei");
      ASSERT_EQ(document->stranded().size(), 2u);
      EXPECT_TRUE(document->stranded()[0].refused);
      EXPECT_FALSE(document->stranded()[1].refused);
    }
  }
}

TEST(Document, ALateEditIsMeasuredAgainstItsOwnParents) {
  Document document;
  apply(document, whole(kBase, {}, "hei"));
  apply(document, edit(event_id(1, 2), {kBase}, 0, 3, ""));
  // Position 3 is outside the text of now, and inside the one that its author saw.
  EXPECT_EQ(apply(document, edit(event_id(2, 1), {kBase}, 3, 0, " du")), Applied::done);
  EXPECT_EQ(document.text(), " du");
  EXPECT_EQ(apply(document, edit(event_id(2, 2), {event_id(2, 1)}, 7, 0, "?")), Applied::refused);
}

TEST(Document, APayloadThatCannotBeReadIsAnErrorAndNothingIsKept) {
  Document document;
  const Bytes bytes = {1, 1, 1, 0, 0, 1, 0xff};
  EXPECT_EQ(document.apply(kBase, {}, bytes).error().code, ErrorCode::malformed);
  EXPECT_FALSE(*document.holds(kBase));
  const std::vector<EventId> many(kParentsMax + 1, kBase);
  EXPECT_EQ(document.apply(kBase, many, encode_whole("")).error().code, ErrorCode::too_large);
}

TEST(Document, TwoBeginningsStandOneAfterTheOtherInTheOrderOfTheirIds) {
  const NaiveEvent a = whole(event_id(1, 1), {}, "Kari skrev dette. ");
  const NaiveEvent b = whole(event_id(2, 1), {}, "Ola skrev dette. ");
  const NaiveEvent after_a = edit(event_id(1, 2), {a.id}, 4, 1, "_");
  for (const auto& order :
       {std::vector{a, b, after_a}, std::vector{b, a, after_a}, std::vector{after_a, b, a}}) {
    Document document;
    for (const NaiveEvent& event : order) apply(document, event);
    EXPECT_EQ(document.text(), "Kari_skrev dette. Ola skrev dette. ");
  }
}

TEST(Document, AWholeTextTakesThePlaceOfWhatItsAuthorSawAndOfNothingElse) {
  Document document;
  apply(document, whole(kBase, {}, "gammel tekst"));
  apply(document, edit(event_id(2, 1), {kBase}, 6, 0, " NY"));
  EXPECT_EQ(apply(document, whole(event_id(1, 2), {kBase}, "helt ny. ")), Applied::done);
  EXPECT_EQ(document.text(), "helt ny.  NY");
  EXPECT_EQ(apply(document, whole(event_id(3, 1), document.frontier(), "")), Applied::done);
  EXPECT_EQ(document.text(), "");
  EXPECT_EQ(apply(document, edit(event_id(3, 2), document.frontier(), 0, 0, "igjen")), Applied::done);
  EXPECT_EQ(document.text(), "igjen");
}

TEST(Document, BothWhoEraseTheSameAreSatisfied) {
  Document document;
  apply(document, whole(kBase, {}, "abcdef"));
  apply(document, edit(event_id(1, 2), {kBase}, 1, 3, ""));
  apply(document, edit(event_id(2, 1), {kBase}, 2, 3, "X"));
  EXPECT_EQ(document.text(), "aXf");
  EXPECT_EQ(document.frontier().size(), 2u);
}

TEST(Document, TheTextOfEveryVersionAndWhatChangedBetweenTwoCanBeSeen) {
  Document document;
  apply(document, whole(kBase, {}, "en to tre"));
  const NaiveEvent mine = edit(event_id(1, 2), {kBase}, 3, 2, "2");
  const NaiveEvent yours = edit(event_id(2, 1), {kBase}, 9, 0, " fire");
  apply(document, mine);
  apply(document, yours);
  const std::vector<EventId> base = {kBase};
  const std::vector<EventId> only_mine = {mine.id};
  const std::vector<EventId> only_yours = {yours.id};
  EXPECT_EQ(*document.text_at(base), "en to tre");
  EXPECT_EQ(*document.text_at(only_mine), "en 2 tre");
  EXPECT_EQ(*document.text_at(only_yours), "en to tre fire");
  EXPECT_EQ(*document.text_at({}), "");
  const std::vector<Change> expected = {{ChangeKind::kept, "en "},
                                        {ChangeKind::added, "to"},
                                        {ChangeKind::removed, "2"},
                                        {ChangeKind::kept, " tre"},
                                        {ChangeKind::added, " fire"}};
  auto changes = document.changes(only_mine, only_yours);
  ASSERT_TRUE(changes.ok());
  std::string before;
  std::string after;
  for (const Change& change : *changes) {
    if (change.kind != ChangeKind::added) before += change.text;
    if (change.kind != ChangeKind::removed) after += change.text;
  }
  EXPECT_EQ(before, "en 2 tre");
  EXPECT_EQ(after, "en to tre fire");
  EXPECT_EQ(changes->size(), expected.size());
  const std::vector<EventId> unknown = {event_id(7, 7)};
  EXPECT_EQ(document.text_at(unknown).error().code, ErrorCode::not_found);
}

TEST(Document, EveryPartOfTheTextHasItsAuthor) {
  Document document;
  apply(document, whole(kBase, {}, "en to"));
  const NaiveEvent mine = edit(event_id(1, 2), {kBase}, 5, 0, " tre");
  const NaiveEvent more = edit(event_id(1, 3), {mine.id}, 9, 0, " fire");
  const NaiveEvent yours = edit(event_id(2, 1), {kBase}, 2, 0, " og");
  for (const NaiveEvent& event : {mine, more, yours}) apply(document, event);
  EXPECT_EQ(document.text(), "en og to tre fire");
  const std::vector<AuthoredRange> expected = {
      {2, kBase}, {3, yours.id}, {3, kBase}, {4, mine.id}, {5, more.id}};
  EXPECT_EQ(*document.authors(), expected);
}

TEST(Document, ASnapshotTakesWhatKnewOfItAndKeepsTheRestWaiting) {
  Document document;
  apply(document, whole(kBase, {}, "hei"));
  apply(document, edit(event_id(1, 2), {kBase}, 3, 0, " du"));
  apply(document, edit(event_id(2, 1), {kBase}, 3, 0, " der"));
  const auto frontier = document.frontier();
  const Snapshot snapshot{*document.seen_at(frontier), document.text()};
  std::optional<Document> loaded =
      Document::from_snapshot(frontier, *decode_snapshot(encode_snapshot(snapshot)));
  EXPECT_TRUE(*document.agrees(frontier, snapshot));
  EXPECT_EQ(loaded->agrees(frontier, snapshot).error().code, ErrorCode::not_found);
  EXPECT_EQ(loaded->text(), document.text());
  EXPECT_EQ(loaded->frontier(), frontier);
  EXPECT_EQ(apply(*loaded, edit(event_id(1, 2), {kBase}, 3, 0, " du")), Applied::known);
  EXPECT_EQ(apply(*loaded, edit(event_id(3, 1), {frontier[0]}, 0, 0, "x")), Applied::waiting);
  EXPECT_EQ(apply(*loaded, whole(event_id(4, 1), {}, "x")), Applied::waiting);
  for (Document* each : {&document, &*loaded}) {
    EXPECT_EQ(apply(*each, edit(event_id(5, 1), frontier, 0, 1, "H")), Applied::done);
    EXPECT_EQ(apply(*each, edit(event_id(6, 1), frontier, 3, 0, ",")), Applied::done);
    EXPECT_EQ(apply(*each, edit(event_id(6, 2), {event_id(5, 1), event_id(6, 1)}, 4, 1, " ")), Applied::done);
  }
  EXPECT_EQ(loaded->text(), document.text());
  EXPECT_EQ(*loaded->text_at(frontier), *document.text_at(frontier));
  EXPECT_FALSE(loaded->authors()->front().event == std::nullopt);
  EXPECT_EQ(loaded->authors()->back().event, std::nullopt);
}

TEST(Document, AWritersEventsWithSeveralIndicesInOneSeqAreAllKnown) {
  Document document;
  std::vector<EventId> parents;
  std::vector<EventId> ids;
  for (std::uint64_t seq = 1; seq <= 4; ++seq) {
    for (const std::uint32_t index : {0u, 3u, 4u, 5u}) {
      ids.push_back(event_id(1, seq, index));
      EXPECT_EQ(apply(document, edit(ids.back(), parents, 0, 0, "x")), Applied::done);
      parents = {ids.back()};
    }
  }
  for (const EventId& id : ids) EXPECT_TRUE(*document.holds(id));
  EXPECT_FALSE(*document.holds(event_id(1, 2, 1)));
  EXPECT_FALSE(*document.holds(event_id(1, 5, 0)));
}

TEST(Document, IdsInAnyOrderAreFound) {
  Document document;
  const auto chain = [&](std::uint64_t first, std::uint64_t last, std::uint32_t index) {
    std::vector<EventId> parents;
    for (std::uint64_t seq = first; seq <= last; ++seq) {
      apply(document, edit(event_id(1, seq, index), parents, 0, 0, "x"));
      parents = {event_id(1, seq, index)};
    }
  };
  chain(5, 9, 0);
  chain(7, 7, 3);  // between two ids of the first row
  chain(1, 2, 0);
  for (const std::uint64_t seq : {1u, 2u, 5u, 6u, 7u, 8u, 9u})
    EXPECT_TRUE(*document.holds(event_id(1, seq, 0)));
  EXPECT_TRUE(*document.holds(event_id(1, 7, 3)));
  EXPECT_FALSE(*document.holds(event_id(1, 3, 0)));
}

}  // namespace
}  // namespace samla::text
