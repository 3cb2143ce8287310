#include "core/resolve/live_writes.h"

#include <gtest/gtest.h>

#include "core/base/random.h"

namespace samla::resolve {
namespace {

using change::WriteHeader;
using change::WriteRef;
using change::WriteType;

const WriterId kKari{{1}}, kOla{{2}}, kPer{{3}};
const FieldTag kTitle{{1}}, kBody{{2}};

/// One record as the server sees it, write after write.
class Record {
 public:
  WriteRef write(const WriterId& writer, WriteType type, std::vector<FieldTag> tags,
                 std::vector<WriteRef> prev) {
    WriteHeader header;
    header.type = type;
    header.tags = std::move(tags);
    header.time = HybridTime::from(++ms_, 0);
    std::ranges::sort(prev);
    header.prev = std::move(prev);
    const WriteRef ref{writer, ++seq_[writer], 0};
    headers.emplace(ref, header);
    live.apply(header, ref, state);
    state.apply(header, ref);
    return ref;
  }
  WriteRef init(const WriterId& writer) { return write(writer, WriteType::kInit, {kTitle, kBody}, {}); }
  WriteRef assign(const WriterId& writer, const FieldTag& tag) {
    const FieldState* field = state.field(tag);
    return write(writer, WriteType::kAssign, {tag},
                 field == nullptr ? std::vector<WriteRef>() : field->prev_for_new_write());
  }
  WriteRef append(const WriterId& writer, std::vector<WriteRef> parents) {
    return write(writer, WriteType::kAppend, {kBody}, std::move(parents));
  }
  WriteRef snapshot(const WriterId& writer, std::vector<WriteRef> frontier) {
    return write(writer, WriteType::kSnapshot, {kBody}, std::move(frontier));
  }
  NeededWrites needed() const { return live.needed(state); }

  RecordState state;
  LiveWrites live;
  std::map<WriteRef, WriteHeader> headers;

 private:
  std::uint64_t ms_ = 1000;
  std::map<WriterId, std::uint64_t> seq_;
};

TEST(LiveWrites, AreTheHeadsAndTheOrigin) {
  Record record;
  const WriteRef init = record.init(kKari);
  record.assign(kOla, kTitle);
  const WriteRef body = record.assign(kPer, kBody);
  const WriteRef title = record.assign(kKari, kTitle);
  EXPECT_EQ(record.needed().writes, (std::set{init, title, body}));
  EXPECT_FALSE(record.needed().whole);
  EXPECT_EQ(record.live.writes(), 4u);
}

TEST(LiveWrites, OfATextAreAllItsEditsAndTheValueThatItBeganWith) {
  Record record;
  const WriteRef init = record.init(kKari);
  const WriteRef before = record.assign(kOla, kBody);
  const WriteRef first = record.append(kKari, {before});
  const WriteRef replaced = record.assign(kOla, kBody);
  const WriteRef second = record.append(kPer, {first});
  EXPECT_EQ(record.needed().writes, (std::set{init, before, first, replaced, second}));
  EXPECT_EQ(record.live.texts().at(kBody).roots, (std::set{before}));
}

TEST(LiveWrites, OfATextWithASnapshotAreThatAndWhatCameAfter) {
  Record record;
  const WriteRef init = record.init(kKari);
  WriteRef last = record.append(kKari, {init});
  for (int i = 0; i < 10; ++i) last = record.append(kOla, {last});
  const WriteRef snapshot = record.snapshot(kKari, {last});
  const WriteRef after = record.append(kPer, {last});
  EXPECT_EQ(record.needed().writes, (std::set{init, snapshot, after}));
  EXPECT_EQ(record.needed().last_edits, (std::map<WriterId, std::uint64_t>{{kKari, 2}, {kOla, 10}}))
      << "an erase is measured by them";
}

/// A text that begins with a snapshot has no place for an edit that did not know of all of it.
TEST(LiveWrites, OfATextWithAnEditBesideItsSnapshotAreAllUntilTheNext) {
  Record record;
  const WriteRef init = record.init(kKari);
  const WriteRef first = record.append(kKari, {init});
  const WriteRef second = record.append(kKari, {first});
  record.snapshot(kKari, {second});
  EXPECT_FALSE(record.needed().whole);
  const WriteRef beside = record.append(kOla, {first});
  EXPECT_TRUE(record.needed().whole);
  const WriteRef merged = record.append(kPer, {second, beside});
  EXPECT_TRUE(record.needed().whole);
  const WriteRef snapshot = record.snapshot(kPer, {merged});
  EXPECT_FALSE(record.needed().whole);
  EXPECT_EQ(record.needed().writes, (std::set{init, snapshot}));
}

TEST(LiveWrites, ASnapshotThatDoesNotStandForEverythingIsNotTaken) {
  Record record;
  const WriteRef init = record.init(kKari);
  const WriteRef first = record.append(kKari, {init});
  const WriteRef beside = record.append(kOla, {init});
  record.snapshot(kKari, {first});
  EXPECT_EQ(record.needed().writes, (std::set{init, first, beside}));
  record.snapshot(kPer, {{kPer, 900, 0}});
  EXPECT_EQ(record.needed().writes, (std::set{init, first, beside})) << "it names what nobody made";
  const WriteRef taken = record.snapshot(kOla, {first, beside});
  EXPECT_EQ(record.needed().writes, (std::set{init, taken}));
}

TEST(LiveWrites, AnEditThatNamesWhatIsNotThereMakesTheRecordWhole) {
  Record record;
  record.init(kKari);
  record.append(kKari, {{kPer, 77, 0}});
  EXPECT_TRUE(record.needed().whole);
  record.append(kKari, {});
  EXPECT_TRUE(record.needed().whole) << "for good";
}

/// What is needed, and the server's word for the rest, make the same heads as all writes.
TEST(LiveWrites, AndWhatTheyReplacedMakeTheSameState) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    SeededRandom random(seed);
    const std::vector<WriterId> writers = {kKari, kOla, kPer};
    // Each writer's own view of the record: what it has not seen it does not name.
    std::map<WriterId, RecordState> views;
    Record record;
    const auto share = [&](const WriteRef& ref) {
      for (const WriterId& writer : writers) {
        if (writer == ref.writer || random.below(2) == 0) views[writer].apply(record.headers.at(ref), ref);
      }
    };
    share(record.init(kKari));
    for (int i = 0; i < 30; ++i) {
      const WriterId& writer = writers[random.below(3)];
      RecordState& seen = views[writer];
      const FieldTag& tag = random.below(2) == 0 ? kTitle : kBody;
      const FieldState* field = seen.field(tag);
      share(record.write(writer, WriteType::kAssign, {tag},
                         field == nullptr ? std::vector<WriteRef>() : field->prev_for_new_write()));
      for (const auto& [ref, header] : record.headers) {
        if (random.below(4) == 0) seen.apply(header, ref);
      }
    }
    RecordState fed;
    const NeededWrites needed = record.needed();
    std::vector<WriteRef> order(needed.writes.begin(), needed.writes.end());
    for (std::size_t at = order.size(); at > 1; --at) std::swap(order[at - 1], order[random.below(at)]);
    for (const WriteRef& ref : order) fed.apply(record.headers.at(ref), ref);
    for (const auto& [tag, field] : record.state.fields()) fed.vouch(tag, field.context());
    ASSERT_EQ(fed.encode(), record.state.encode()) << "seed " << seed;
  }
}

TEST(LiveWrites, ComeBackByteForByteAndNothingElseDoes) {
  Record record;
  const WriteRef init = record.init(kKari);
  const WriteRef first = record.append(kKari, {init});
  record.snapshot(kOla, {first});
  record.append(kPer, {first});
  record.append(kOla, {init});
  const Bytes bytes = record.live.encode();
  const auto decoded = LiveWrites::decode(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.error().message();
  EXPECT_EQ(*decoded, record.live);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(LiveWrites::decode(ByteView(bytes).first(size)).ok());
  }
  SeededRandom random(3);
  for (int round = 0; round < 2000; ++round) {
    Bytes flipped = bytes;
    flipped[random.below(flipped.size())] ^= static_cast<std::uint8_t>(1u << random.below(8));
    const auto read = LiveWrites::decode(flipped);
    if (read.ok()) {
      EXPECT_EQ(read->encode(), flipped);
    }
  }
}

}  // namespace
}  // namespace samla::resolve
