#include "core/view/records.h"
#include "core/change/record_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/change/record_id.h"
#include "core/sqlite/transaction.h"
#include "core/text/payload.h"
#include "tests/support/temporary_folder.h"

namespace samla::view {
namespace records_test {

using change::WriteRef;
using change::WriteType;

const SpaceId kSpace{{1}};
const RecordId kNote{{9}};

FieldTag tag_of(const std::string& field, const std::string& element = {}) {
  FieldTag tag;
  const std::string name = field + "/" + element;
  for (std::size_t i = 0; i < name.size(); ++i)
    tag.bytes[i % 8] = static_cast<std::uint8_t>(tag.bytes[i % 8] * 31 + name[i]);
  return tag;
}

AppliedWrite init(WriteRef ref, std::uint64_t ms, std::vector<FieldContent> fields) {
  AppliedWrite write{kSpace, ref, {}, Content{"note", std::move(fields)}};
  write.header.type = WriteType::kInit;
  write.header.record = kNote;
  write.header.time = HybridTime::from(ms, 0);
  for (const FieldContent& field : write.content->fields)
    write.header.tags.push_back(tag_of(field.field, field.element));
  return write;
}

AppliedWrite assign(WriteRef ref, std::uint64_t ms, FieldContent field, std::vector<WriteRef> prev) {
  AppliedWrite write = init(ref, ms, {std::move(field)});
  write.header.type = WriteType::kAssign;
  write.header.prev = std::move(prev);
  return write;
}

SearchQuery query(std::string_view words) {
  SearchQuery out;
  out.words = words;
  return out;
}

WriteRef by(std::uint8_t writer, std::uint64_t seq) { return {WriterId{{writer}}, seq, 0}; }

/// A store of its own, opened on a file of its own.
class Device {
 public:
  Device()
      : connection_(std::move(*sqlite::Connection::open(folder_.path() / "v.db"))),
        records_(std::move(*Records::open(connection_, {{"note", {"title", "body"}}}))) {}

  void apply(const std::vector<AppliedWrite>& writes) {
    auto transaction = sqlite::Transaction::begin(connection_);
    ASSERT_TRUE(records_.apply(writes).ok());
    ASSERT_TRUE(transaction->commit().ok());
  }
  RecordView note() { return **records_.read(kNote); }
  Records& records() { return records_; }

 private:
  TemporaryFolder folder_;
  sqlite::Connection connection_;
  Records records_;
};

TEST(Records, ShowBothValuesOfAConcurrentEditInEveryOrderOfArrival) {
  std::vector<AppliedWrite> writes = {init(by(1, 1), 1, {{"title", "", "Tromsø"}, {"body", "", ""}}),
                                      assign(by(1, 2), 5, {"body", "", "hennes"}, {by(1, 1)}),
                                      assign(by(2, 1), 4, {"body", "", "hans"}, {by(1, 1)})};
  std::vector<std::size_t> order = {0, 1, 2};
  do {
    Device device;
    for (const std::size_t i : order) device.apply({writes[i]});
    const RecordView note = device.note();
    EXPECT_EQ(note.text("title"), "Tromsø");
    EXPECT_EQ(note.text("body"), "hennes");
    EXPECT_TRUE(note.contested());
    const auto body = std::ranges::find(note.fields, "body", &FieldView::name);
    ASSERT_EQ(body->heads.size(), 2u);
    EXPECT_EQ(body->heads[1].value, Value("hans"));
    EXPECT_EQ(*device.records().contested_count(), 1u);
  } while (std::ranges::next_permutation(order).found);
}

TEST(Records, SettleIdenticalValuesAndAddWinsInASetByThemselves) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"body", "", "a"}, {"tags", "samarbeid", true}}),
                assign(by(1, 2), 2, {"body", "", "likt"}, {by(1, 1)}),
                assign(by(2, 1), 3, {"body", "", "likt"}, {by(1, 1)}),
                assign(by(1, 3), 9, {"tags", "samarbeid", false}, {by(1, 1)}),
                assign(by(2, 2), 4, {"tags", "samarbeid", true}, {by(1, 1)})});
  EXPECT_FALSE(device.note().contested());
  EXPECT_EQ(device.note().elements("tags"), std::vector<std::string>{"samarbeid"});
}

TEST(Records, KeepAnUnreadableHeadAndShowItOnceItOpens) {
  Device device;
  AppliedWrite edit = assign(by(2, 1), 5, {"body", "", "nå lesbar"}, {by(1, 1)});
  AppliedWrite sealed = edit;
  sealed.content.reset();
  device.apply({init(by(1, 1), 1, {{"body", "", "a"}}), sealed});
  ASSERT_EQ(device.records().unreadable(kSpace)->size(), 1u);
  device.apply({edit});
  EXPECT_TRUE(device.records().unreadable(kSpace)->empty());
  EXPECT_EQ(device.note().text("body"), "nå lesbar");
}

TEST(Records, TakeATextEditThatDidNotOpenOnceItDoes) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "t"}, {"body", "", "grunn"}})});
  AppliedWrite edit = assign(by(2, 1), 5, {"body", "", TextEdits{}}, {by(1, 1)});
  edit.header.type = WriteType::kAppend;
  const Content content{"note",
                        {{"body", "", TextEdits{text::encode_edits({text::make_edit(5, 0, "mur")})}}}};
  edit.content.reset();
  device.apply({edit});
  EXPECT_EQ(device.note().text("body"), "grunn");
  ASSERT_EQ(*device.records().unreadable(kSpace), std::vector{by(2, 1)});
  edit.content = content;
  device.apply({edit});
  EXPECT_EQ(device.note().text("body"), "grunnmur");
  EXPECT_TRUE(device.records().unreadable(kSpace)->empty());
}

TEST(Records, KeepEveryByteOfAText) {
  Device device;
  const std::string body =
      "æøå 👩‍👩‍👧\r\n\n\ttab" + std::string(64 * 1024, 'x') + std::string("\0z", 2);
  device.apply({init(by(1, 1), 1, {{"title", "", ""}, {"body", "", body}})});
  EXPECT_EQ(device.note().text("body"), body);
  EXPECT_EQ(device.note().text("title"), "");
}

TEST(Search, KeepsNorwegianLettersApartAndTakesAnyInput) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "En måte å lede på"}, {"body", "", "blåbær"}})});
  const auto hits = [&](std::string_view words) { return device.records().search(query(words))->size(); };
  EXPECT_EQ(hits("måte"), 1u);
  EXPECT_EQ(hits("mate"), 0u);
  EXPECT_EQ(hits("blåb"), 1u);
  for (const char* hostile :
       {"", "\"", "a AND", "NEAR(", "* *", "title:x", "-", "'; DROP TABLE record;", "(", "måte OR"}) {
    EXPECT_TRUE(device.records().search(query(hostile)).ok()) << hostile;
  }
}

/// Notes with these bodies, by their first byte.
void write_notes(Device& device, const std::vector<std::string>& bodies) {
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    AppliedWrite write = init(by(1, i + 1), 1000 + i, {{"title", "", "notat"}, {"body", "", bodies[i]}});
    write.header.record.bytes = {static_cast<std::uint8_t>(i)};
    device.apply({write});
  }
}

std::vector<int> found(Device& device, std::string_view words) {
  std::vector<int> out;
  const auto hits = device.records().search(query(words));
  for (const SearchHit& hit : *hits) out.push_back(hit.id.bytes[0]);
  return out;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

TEST(Search, FindsWordsOfTheSameStemInBokmalAndNynorskTheWordItselfFirst) {
  Device device;
  write_notes(device, {"vi var på samlinga i Bodø", "alle samlingene i vinter", "en samling", "frimerker"});
  EXPECT_THAT(found(device, "samlingane vinter"), ElementsAre(1));
  EXPECT_THAT(found(device, "samling i"), UnorderedElementsAre(0, 1));
  EXPECT_THAT(found(device, "samlinga"), UnorderedElementsAre(0, 1, 2));
  EXPECT_EQ(found(device, "samlinga").front(), 0);
  EXPECT_THAT(found(device, "\"samlingene i\""), ElementsAre(1)) << "a phrase is what it says";
  EXPECT_THAT(found(device, "fri"), ElementsAre(3)) << "the last word is a beginning";
  EXPECT_THAT(found(device, "vin alle"), IsEmpty()) << "only the last";
}

TEST(Search, FindsWhatWasTypedWithoutTheNorwegianLettersAfterAllElse) {
  Device device;
  write_notes(device, {"møtene på blåhøyden", "mot i brystet", "Ærlig talt", "maate"});
  EXPECT_THAT(found(device, "mot"), ElementsAre(1, 0));
  EXPECT_THAT(found(device, "moetene"), ElementsAre(0));
  EXPECT_THAT(found(device, "blaahoyd"), ElementsAre(0));
  EXPECT_THAT(found(device, "aerlig"), ElementsAre(2));
  EXPECT_THAT(found(device, "måte"), ElementsAre(3)) << "and the other way round";
  EXPECT_THAT(found(device, "mate"), IsEmpty()) << "å is aa, never a";
}

TEST(Search, CutsASnippetAroundWhatWasFoundAndTakesFilters) {
  Device device;
  write_notes(device,
              {"en to tre fire fem seks sju åtte ni ti elleve tolv tretten samlingene femten", "samling"});
  SearchQuery asked = query("samling");
  asked.until_ms = 1001;
  const auto hits = *device.records().search(asked);
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0].snippet, "…elleve tolv tretten «samlingene» femten");
  EXPECT_EQ(hits[0].title, "notat");
  asked = query("samling");
  asked.kinds = {"measure"};
  EXPECT_TRUE(device.records().search(asked)->empty());
  asked.kinds = {"note", "measure"};
  asked.spaces = {kSpace};
  asked.limit = 1;
  EXPECT_EQ(device.records().search(asked)->size(), 1u);
  asked.element = {"tags", "nei"};
  EXPECT_TRUE(device.records().search(asked)->empty());
}

TEST(Search, ForgetsAnErasedRecord) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "borte"}})});
  AppliedWrite erase{kSpace, by(1, 2), {}, Content{"note", {}}};
  erase.header = {WriteType::kErase, kNote, {}, HybridTime::from(2, 0), {}, {{WriterId{{1}}, 1}}, 0};
  device.apply({erase});
  EXPECT_TRUE(device.note().erased);
  EXPECT_TRUE(device.records().search(query("borte"))->empty());
  EXPECT_TRUE(device.records().list({})->empty());
}

AppliedWrite append(WriteRef ref, const std::string& field, const Bytes& payload) {
  AppliedWrite write = init(ref, 9, {{field, "", TextEdits{payload}}});
  write.header.type = WriteType::kAppend;
  return write;
}

TEST(Records, StayReadableWhateverNumberOfTextsAMemberMakesUp) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "her"}})});
  std::vector<AppliedWrite> writes;
  const Bytes payload = text::encode_edits({text::make_edit(0, 0, "x")});
  for (std::uint64_t i = 0; i < kFieldsMax + 100; ++i) {
    AppliedWrite write = append(by(2, i + 1), "felt " + std::to_string(i), payload);
    for (std::size_t b = 0; b < 8; ++b)
      write.header.tags[0].bytes[b] = static_cast<std::uint8_t>(i >> (8 * b));
    write.header.tags[0].bytes[7] = 1;
    writes.push_back(std::move(write));
  }
  device.apply(writes);
  EXPECT_EQ(device.note().text("title"), "her");
}

TEST(Records, TakeAnEditOfAnUnknownVersionForNonsenseAndGoOn) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "her"}, {"body", "", "tekst"}})});
  device.apply({append(by(2, 1), "body", Bytes{0xff, 1, 2, 3}),
                assign(by(1, 2), 5, {"title", "", "der"}, {by(1, 1)})});
  EXPECT_EQ(device.note().text("title"), "der");
  EXPECT_EQ(device.note().text("body"), "tekst");
}

TEST(Records, KeepAnIdWithTheSpaceThatHadItFirstWhenBuiltAnew) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "vår"}})});
  AppliedWrite claim = init(by(2, 1), 1, {{"title", "", "stjålet"}});
  claim.space = SpaceId{{2}};
  device.apply({claim});
  ASSERT_TRUE(device.records().forget(kSpace, kNote).ok());
  device.apply({init(by(1, 1), 1, {{"title", "", "vår"}})});
  EXPECT_EQ(device.note().space, kSpace);
}

TEST(Records, GiveAnIdToTheSpaceForWhichItWasMadeWhoeverCameFirst) {
  const RecordId id = change::record_id(kSpace, {{7}});
  AppliedWrite ours = init(by(1, 1), 1, {{"title", "", "vår"}});
  ours.header.record = id;
  AppliedWrite claim = init(by(2, 1), 1, {{"title", "", "stjålet"}});
  claim.header.record = id;
  claim.space = SpaceId{{2}};
  for (const auto& order : {std::vector{claim, ours}, std::vector{ours, claim}}) {
    Device device;
    for (const AppliedWrite& write : order) device.apply({write});
    EXPECT_EQ((*device.records().read(id))->space, kSpace);
    EXPECT_EQ((*device.records().read(id))->text("title"), "vår");
    Query there;
    there.space = claim.space;
    EXPECT_EQ(device.records().list(there)->size(), 1u) << "shown where it was written, as what it is";
  }
}

TEST(Records, BringOneManyEditsAtOnceWithoutComparingAllOfThem) {
  Device device;
  device.apply({init(by(1, 1), 1, {{"title", "", "t"}, {"body", "", std::string(4000, '.')}})});
  std::vector<AppliedWrite> writes;
  for (std::uint64_t i = 0; i < 400; ++i) {
    const auto at = static_cast<std::uint32_t>(i * 8);
    writes.push_back(append(by(2, i + 1), "body", text::encode_edits({text::make_edit(at, 0, "x")})));
    writes.back().header.prev = {by(1, 1)};
  }
  device.apply(writes);
  EXPECT_TRUE(device.note().contested());
}

TEST(Search, FindsWhatIsNewAndWhatHasChangedWhetherItWaitsForTheIndexOrNot) {
  Device device;
  constexpr std::uint64_t kRows = 2500;  // beyond what waits at the most, and some that wait
  for (std::uint64_t i = 0; i < kRows; ++i) {
    AppliedWrite write = init(by(1, i + 1), 1000 + i, {{"title", "", "sten" + std::to_string(i)}});
    write.header.record.bytes = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    device.apply({write});
  }
  const auto hits = [&](const std::string& words) {
    return device.records().search(query('"' + words + '"'))->size();
  };
  const auto rename = [&](std::uint64_t i, std::uint64_t seq, WriteRef before, const std::string& title) {
    AppliedWrite write = assign(by(2, seq), 9000 + seq, {"title", "", title}, {before});
    write.header.record.bytes = {static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    device.apply({write});
  };
  rename(3, 1, by(1, 4), "berg");        // in the index before
  rename(3, 2, by(2, 1), "fjell");       // waits already
  rename(2499, 3, by(1, 2500), "vann");  // has never been in the index
  for (const char* gone : {"sten3", "berg", "sten2499"}) EXPECT_EQ(hits(gone), 0u) << gone;
  for (const char* there : {"sten0", "sten1500", "sten2498", "fjell", "vann"})
    EXPECT_EQ(hits(there), 1u) << there;
  rename(3, 4, by(2, 2), "skog");
  EXPECT_EQ(hits("fjell"), 0u);
  EXPECT_EQ(hits("skog"), 1u);
}

}  // namespace records_test
}  // namespace samla::view
