// Devices with the same writes show the same, whatever came first, whatever was built anew on the way and
// whoever wrote nonsense: random histories of one record, of a text above all.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <random>

#include "core/sqlite/transaction.h"
#include "core/text/local_edit.h"
#include "core/text/snapshot.h"
#include "core/view/records.h"

namespace samla::view {
namespace convergence_test {

using change::WriteRef;
using change::WriteType;

const SpaceId kSpace{{1}};
const RecordId kNote{{9}};
const FieldTag kTitle{{1}};
const FieldTag kBody{{2}};
const FieldTag kElement{{3}};

/// In memory: thousands of small transactions.
const sqlite::OpenFlags kNotDurable = {.prepare = [](sqlite3*) -> Result<void> { return {}; }};

struct Given {
  AppliedWrite write;
  bool stands = true;  ///< false: void, or set aside later
};

/// A device: takes writes as they come, and builds a record anew as the replica does.
class Device {
 public:
  Device() : connection_(std::move(*sqlite::Connection::open(name(), "memdb", kNotDurable))) {
    records_.emplace(std::move(*Records::open(connection_, {{"note", {"title", "body"}}})));
  }

  void take(const Given& given) {
    if (!has_.emplace(given.write.ref, given).second) return;
    apply(given, {});
    if (!records_->take_gaps().empty()) build_anew();
  }
  /// It has learnt what stands.
  void judge(const std::map<WriteRef, Given>& all) {
    for (auto& [ref, given] : has_) given.stands = all.at(ref).stands;
    build_anew();
  }
  void build_anew() {
    ASSERT_TRUE(records_->forget(kSpace, kNote).ok());
    Records::Anew anew;
    for (const auto& [ref, given] : has_) {
      if (!given.stands) anew.seen_through[ref] = given.write.header.prev;
      if (given.stands && edits_text(given.write)) anew.texts.insert(given.write.header.tags.front());
    }
    const auto is_snapshot = [](const Given& given) {
      return given.stands && given.write.header.type == WriteType::kSnapshot;
    };
    for (const bool snapshots : {false, true}) {
      for (const auto& [ref, given] : has_) {
        if (is_snapshot(given) == snapshots) apply(given, anew);
      }
    }
    records_->take_gaps();
  }
  const std::map<WriteRef, Given>& has() const { return has_; }
  Records& records() { return *records_; }
  std::optional<RecordView> note() { return *records_->read(kNote); }
  resolve::RecordState state() { return (*records_->state(kNote)).value_or(resolve::RecordState{}); }
  Records::TextState text() { return (*records_->text_state(kNote, kBody)).value_or(Records::TextState{}); }

 private:
  void apply(const Given& given, const Records::Anew& anew) {
    auto transaction = sqlite::Transaction::begin(connection_);
    if (given.stands) {
      const auto done = records_->rebuild({&given.write, 1}, anew);
      ASSERT_TRUE(done.ok()) << done.error().message();
    } else {
      ASSERT_TRUE(records_->apply_transparent(given.write).ok());
    }
    ASSERT_TRUE(transaction->commit().ok());
  }

  /// One file has one writer in a process, in memory too.
  static std::string name() {
    static int number = 0;
    return "device " + std::to_string(++number);
  }

  sqlite::Connection connection_;
  std::optional<Records> records_;
  std::map<WriteRef, Given> has_;
};

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {
    give(0, make(0, WriteType::kInit, {kTitle, kBody},
                 {{"title", "", std::string("t")}, {"body", "", std::string("grunntekst")}}));
  }

  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  void step() {
    const unsigned who = below(kWriters);
    const unsigned kind = below(20);
    if (kind < 5) return fetch(who, below(kWriters));
    if (kind < 7) return give(who, assign(who, kTitle, {"title", "", name()}));
    if (kind < 9) return give(who, assign(who, kBody, {"body", "", name()}));
    if (kind < 11) return give(who, assign(who, kElement, {"tags", "a", below(2) == 0}));
    if (kind < 12) return give(who, life(who));
    if (kind < 17) return append(who);
    if (kind < 18) return snapshot(who);
    if (who == kHostile) hostile();
  }

  /// What the hostile one wrote after some point does not stand.
  void set_aside() {
    const std::uint64_t from = 1 + below(8);
    for (auto& [ref, given] : all_) {
      if (ref.writer == writer(kHostile) && ref.seq >= from) given.stands = false;
    }
  }
  const std::map<WriteRef, Given>& all() const { return all_; }
  std::vector<WriteRef> server_order() const { return order_; }
  Device& device(unsigned who) { return devices_[who]; }
  static constexpr unsigned kWriters = 3;

 private:
  static constexpr unsigned kHostile = 2;
  static WriterId writer(unsigned who) { return WriterId{{static_cast<std::uint8_t>(who + 1)}}; }

  std::string name() { return "verdi " + std::to_string(below(4)); }

  AppliedWrite make(unsigned who, WriteType type, std::vector<FieldTag> tags,
                    std::vector<FieldContent> fields) {
    AppliedWrite write{kSpace, {writer(who), ++seqs_[who], 0}, {}, Content{"note", std::move(fields)}};
    write.header.type = type;
    write.header.record = kNote;
    write.header.time = HybridTime::from(1000 + below(30), 0);
    write.header.tags = std::move(tags);
    return write;
  }
  AppliedWrite assign(unsigned who, const FieldTag& tag, FieldContent content) {
    AppliedWrite write = make(who, WriteType::kAssign, {tag}, {std::move(content)});
    const resolve::RecordState state = devices_[who].state();
    if (const auto* field = state.field(tag)) write.header.prev = field->prev_for_new_write();
    return write;
  }
  AppliedWrite life(unsigned who) {
    AppliedWrite write = make(who, below(2) == 0 ? WriteType::kErase : WriteType::kRestore, {}, {});
    const resolve::RecordState state = devices_[who].state();
    if (const auto* field = state.field(change::kLifeTag)) write.header.prev = field->prev_for_new_write();
    if (write.header.type == WriteType::kErase) write.header.seen = state.seen();
    return write;
  }
  void append(unsigned who) {
    if (!devices_[who].note()) return;
    const Records::TextState before = devices_[who].text();
    std::string after = before.text;
    const std::size_t at = after.empty() ? 0 : below(static_cast<unsigned>(after.size()));
    if (below(3) == 0) after.erase(at, 1 + below(4));
    after.insert(std::min(at, after.size()), std::string(1 + below(3), static_cast<char>('A' + who)));
    const auto payloads = text::payloads_between(before.text, after);
    if (!payloads.ok() || payloads->empty()) return;
    AppliedWrite write = make(who, WriteType::kAppend, {kBody}, {{"body", "", TextEdits{payloads->front()}}});
    write.header.prev = before.frontier;
    give(who, std::move(write));
  }
  /// The hostile one's are lies, of whatever writes.
  void snapshot(unsigned who) {
    if (!devices_[who].note()) return;
    const Records::TextState state = devices_[who].text();
    if (state.frontier.empty()) return;
    text::Snapshot made{*devices_[who].records().text_seen(kNote, kBody), state.text};
    AppliedWrite write = make(who, WriteType::kSnapshot, {kBody}, {});
    write.header.prev = state.frontier;
    if (who == kHostile) {
      made.text = name();
      if (below(2) == 0) write.header.prev = {order_[below(unsigned(order_.size()))]};
      if (below(4) == 0) made.seen.clear();
    }
    write.content->fields = {{"body", "", TextEdits{text::encode_snapshot(made)}}};
    give(who, std::move(write));
  }
  void hostile() {
    AppliedWrite write = make(kHostile, WriteType::kAppend, {kBody}, {});
    const unsigned kind = below(5);
    Value value = TextEdits{text::encode_edits({text::make_edit(below(40), below(3), "x")})};
    if (kind == 0) value = TextEdits{{0xff, 1, 2}};
    if (kind == 1) value = std::int64_t{4};
    if (kind == 2) value = TextEdits{text::encode_edits({text::make_edit(4'000'000, 0, "langt ute")})};
    write.content->fields = {{"body", "", std::move(value)}};
    for (unsigned i = below(3); i > 0; --i)
      write.header.prev.push_back(order_[below(unsigned(order_.size()))]);
    std::ranges::sort(write.header.prev);
    const auto same = std::ranges::unique(write.header.prev);
    write.header.prev.erase(same.begin(), same.end());
    if (below(6) == 0) write.content.reset();
    give(kHostile, std::move(write));
  }
  void give(unsigned who, AppliedWrite write) {
    const Given given{std::move(write), true};
    all_.emplace(given.write.ref, given);
    order_.push_back(given.write.ref);
    devices_[who].take(given);
  }
  void fetch(unsigned to, unsigned from) {
    // In the order of the server, which never puts a write before what its author knew.
    for (const WriteRef& ref : order_) {
      if (devices_[from].has().contains(ref)) devices_[to].take(all_.at(ref));
    }
  }

  std::mt19937 random_;
  std::map<WriteRef, Given> all_;
  std::vector<WriteRef> order_;
  std::array<std::uint64_t, kWriters> seqs_{};
  std::array<Device, kWriters> devices_;
};

void expect_same(Device& a, Device& b, const std::string& what) {
  EXPECT_EQ(a.note(), b.note()) << what;
  EXPECT_EQ(a.state(), b.state()) << what;
  EXPECT_EQ(a.text().text, b.text().text) << what;
  EXPECT_EQ(a.text().frontier, b.text().frontier) << what;
  const auto stranded = [](Device& device) { return *device.records().stranded_texts(kNote, kBody); };
  if (a.note() && b.note()) {
    EXPECT_EQ(stranded(a), stranded(b)) << what;
  }
}

/// Each of the writers, one that comes to it late, one that knew the verdicts from the start, one that
/// gets it in an order that no server has.
void converge(unsigned seed, bool verdicts) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  History history(seed);
  for (unsigned i = 0; i < 30; ++i) history.step();
  if (verdicts) history.set_aside();
  Device late;
  for (const WriteRef& ref : history.server_order()) late.take(history.all().at(ref));
  for (unsigned who = 0; who < History::kWriters; ++who) {
    Device& device = history.device(who);
    if (verdicts) device.judge(history.all());
    for (const WriteRef& ref : history.server_order()) device.take(history.all().at(ref));
    expect_same(late, device, "writer " + std::to_string(who));
  }
  std::vector<WriteRef> order = history.server_order();
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[history.below(unsigned(i))]);
  Device shuffled;
  for (const WriteRef& ref : order) shuffled.take(history.all().at(ref));
  expect_same(late, shuffled, "any order");
  shuffled.build_anew();
  expect_same(late, shuffled, "built anew");
}

TEST(Convergence, HoldsWhateverOrderTheWritesComeInAndWhateverAMemberMakesUp) {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    converge(seed, false);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(Convergence, HoldsAcrossWhatIsSetAsideAfterSomeHadBuiltOnIt) {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    converge(seed, true);
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace convergence_test
}  // namespace samla::view
