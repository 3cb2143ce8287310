// A document as bytes: round trips, going on after loading, damage, frozen bytes.
#include <gtest/gtest.h>

#include <fstream>

#include "core/base/encoding.h"
#include "core/text/document.h"
#include "tests/support/text_history.h"

namespace samla::text {
namespace {

using test::HistoryPlan;
using test::NaiveEvent;
using test::TextHistory;

Document played(const std::vector<NaiveEvent>& events, std::size_t first, std::size_t last) {
  Document document;
  for (std::size_t i = first; i < last; ++i) apply(document, events[i]);
  return document;
}

void expect_same(Document& a, Document& b) {
  EXPECT_EQ(a.text(), b.text());
  EXPECT_EQ(a.frontier(), b.frontier());
  EXPECT_EQ(*a.seen_at(a.frontier()), *b.seen_at(b.frontier()));
  EXPECT_EQ(*a.authors(), *b.authors());
  ASSERT_EQ(a.stranded().size(), b.stranded().size());
}

TEST(DocumentCodec, ALoadedDocumentGoesOnLikeTheOneThatWasKept) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const HistoryPlan plan{2 + seed % 4, 60, 25};
    TextHistory history(plan, seed);
    const auto& events = history.events();
    const std::size_t half = history.below(static_cast<unsigned>(events.size()));
    // Without its first events some wait, which has to survive as well.
    const std::size_t first = seed % 5 == 0 ? std::min<std::size_t>(2, half) : 0;
    Document kept = played(events, first, half);
    const auto encoded = kept.encode();
    ASSERT_TRUE(encoded.ok());
    auto loaded = Document::load(*encoded);
    ASSERT_TRUE(loaded.ok()) << loaded.error().message();
    EXPECT_EQ(loaded->text(), kept.text());
    EXPECT_EQ(*loaded->encode(), *encoded);
    for (std::size_t i = half; i < events.size(); ++i)
      ASSERT_EQ(apply(*loaded, events[i]), apply(kept, events[i]));
    for (std::size_t i = 0; i < first; ++i) ASSERT_EQ(apply(*loaded, events[i]), apply(kept, events[i]));
    expect_same(kept, *loaded);
  }
}

Bytes snapshot_of(Document& document) {
  return encode_snapshot({*document.seen_at(document.frontier()), document.text()});
}

TEST(DocumentCodec, SnapshotsOfTheSameEventsAreTheSameBytes) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TextHistory history({3, 40, 20}, seed);
    Document forward = played(history.events(), 0, history.events().size());
    Document backward;
    for (auto event = history.events().rbegin(); event != history.events().rend(); ++event)
      apply(backward, *event);
    EXPECT_EQ(snapshot_of(forward), snapshot_of(backward));
  }
}

/// Does all that reads the history; false if any of it was refused.
bool usable(const Bytes& bytes) {
  auto document = Document::load(bytes);
  if (!document.ok()) return false;
  const auto frontier = document->frontier();
  if (!document->text_at(frontier).ok() || !document->authors().ok()) return false;
  return document->apply(test::event_id(77, 1), {}, encode_whole("sent")).ok();
}

Bytes sample() {
  TextHistory history({3, 40, 20}, 5);
  Document document = played(history.events(), 0, history.events().size());
  apply(document, NaiveEvent{test::event_id(50, 2), {test::event_id(50, 1)}, encode_whole("venter")});
  return *document.encode();
}

TEST(DocumentCodec, EveryTruncationIsRefused) {
  const Bytes bytes = sample();
  ASSERT_TRUE(usable(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(usable(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)))) << size;
  }
  Document document = std::move(*Document::load(bytes));
  const Bytes snapshot = snapshot_of(document);
  for (std::size_t size = 0; size < snapshot.size(); ++size) {
    EXPECT_FALSE(decode_snapshot(ByteView(snapshot).first(size)).ok()) << size;
  }
}

TEST(DocumentCodec, ASnapshotHasOneFormAndAFlippedBitMakesAnotherOrNone) {
  Document document = std::move(*Document::load(sample()));
  const Bytes bytes = snapshot_of(document);
  const Snapshot snapshot = *decode_snapshot(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << (bit % 8)));
    const auto decoded = decode_snapshot(flipped);
    if (!decoded.ok()) continue;
    EXPECT_NE(*decoded, snapshot) << bit;
    EXPECT_EQ(encode_snapshot(*decoded), flipped) << bit;
    // What the frontier says anyhow it may leave out, or say of less.
    const bool same = decoded->text == snapshot.text && seen_with(decoded->seen, document.frontier()) ==
                                                            seen_with(snapshot.seen, document.frontier());
    EXPECT_EQ(*document.agrees(document.frontier(), *decoded), same) << bit;
  }
}

/// With whatever of the later events, and of those below, which are known already.
TEST(DocumentCodec, ADocumentOnASnapshotComesToTheTextOfTheWholeLog) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    TextHistory history({2 + seed % 4, 60, 25}, seed);
    const auto& events = history.events();
    const std::size_t half = 1 + history.below(static_cast<unsigned>(events.size() - 1));
    Document whole = played(events, 0, half);
    const auto frontier = whole.frontier();
    const Snapshot snapshot{*whole.seen_at(frontier), whole.text()};
    Document on_snapshot = Document::from_snapshot(frontier, snapshot);
    // One edit that knew of all, and some after it: what is concurrent to the frontier would wait.
    NaiveEvent join{test::event_id(90, 1), frontier, encode_edits({make_edit(0, 0, "!")})};
    std::vector<NaiveEvent> later = {join};
    for (std::uint8_t i = 2; i < 6; ++i) {
      later.push_back({test::event_id(static_cast<std::uint8_t>(90 + i), i),
                       {join.id},
                       encode_edits({make_edit(1, 0, std::to_string(i))})});
    }
    for (const NaiveEvent& event : later) {
      ASSERT_EQ(apply(whole, event), Applied::done);
      ASSERT_EQ(apply(on_snapshot, event), Applied::done);
    }
    for (std::size_t i = 0; i < half; ++i) ASSERT_EQ(apply(on_snapshot, events[i]), Applied::known);
    EXPECT_EQ(on_snapshot.text(), whole.text());
    EXPECT_EQ(*on_snapshot.seen_at(on_snapshot.frontier()), *whole.seen_at(whole.frontier()));
    auto loaded = Document::load(*on_snapshot.encode());
    ASSERT_TRUE(loaded.ok());
    EXPECT_EQ(loaded->text(), whole.text());
    EXPECT_TRUE(loaded->below_floor(events.front().id));
  }
}

TEST(DocumentCodec, AFlippedBitNeverEndsTheProcess) {
  const Bytes bytes = sample();
  std::size_t refused = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ (1u << (bit % 8)));
    if (!usable(flipped)) ++refused;
  }
  EXPECT_GT(refused, bytes.size());
}

TEST(DocumentCodec, ADamagedHistoryLeavesTheTextReadableAndSaysSo) {
  Bytes bytes = sample();
  const std::string text = Document::load(bytes)->text();
  bytes.resize(bytes.size() - 1);
  auto document = Document::load(bytes);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(document->text(), text);
  EXPECT_FALSE(document->apply(test::event_id(77, 1), {}, encode_whole("x")).ok());
  EXPECT_FALSE(document->encode().ok());
  EXPECT_EQ(document->text(), text);
}

TEST(DocumentCodec, ANewerVersionIsToldApartFromDamage) {
  EXPECT_EQ(Document::load(Bytes{2, 1, 0}).error().code, ErrorCode::version_unknown);
  EXPECT_EQ(Document::load(Bytes{1, 9, 0}).error().code, ErrorCode::malformed);
  EXPECT_EQ(Document::load(Bytes{}).error().code, ErrorCode::truncated);
}

/// tests/vectors/text.txt: lines of a kind, the text in hex, the bytes in hex. What was once written is read
/// for ever.
TEST(DocumentCodec, FrozenBytesAreReadForEver) {
  std::ifstream file(SAMLA_SOURCE_DIR "/tests/vectors/text.txt");
  std::string kind;
  std::string text;
  std::string bytes;
  std::size_t lines = 0;
  while (file >> kind >> text >> bytes) {
    ++lines;
    const std::string expected(as_text(*from_hex(text)));
    const Bytes stored = *from_hex(bytes);
    if (kind == "payload") {
      Document document;
      ASSERT_EQ(*document.apply(test::event_id(1, 1), {}, stored), Applied::done);
      EXPECT_EQ(document.text(), expected);
    } else if (kind == "sealed") {
      const auto snapshot = decode_snapshot(stored);
      ASSERT_TRUE(snapshot.ok());
      EXPECT_EQ(snapshot->text, expected);
      EXPECT_EQ(snapshot->seen.size(), 2u);
    } else {
      auto document = Document::load(stored);
      ASSERT_TRUE(document.ok()) << document.error().message();
      EXPECT_EQ(document->text(), expected);
      EXPECT_EQ(*document->text_at(document->frontier()), expected);
    }
  }
  EXPECT_EQ(lines, 7u);
}

}  // namespace
}  // namespace samla::text
