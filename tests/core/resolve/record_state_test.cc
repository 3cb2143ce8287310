#include "core/resolve/record_state.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/sample_history.h"

namespace samla::resolve {
namespace record_state_test {

using change::WriteHeader;
using change::WriteRef;
using change::WriteType;

const FieldTag kTitle{{1}};
const FieldTag kBody{{2}};

struct Placed {
  WriteHeader header;
  WriteRef ref;
};

/// A writer that knows what it has applied, and makes well-formed writes from it.
class Author {
 public:
  explicit Author(std::uint8_t number) : writer_(test::writer(number)) {}

  Placed init() { return make(WriteType::kInit, {kTitle, kBody}); }
  Placed assign(FieldTag tag) { return make(WriteType::kAssign, {tag}); }
  Placed erase() { return make(WriteType::kErase, {}); }
  Placed restore() { return make(WriteType::kRestore, {}); }
  void learn(const Placed& write) { state_.apply(write.header, write.ref); }
  const RecordState& state() const { return state_; }

 private:
  Placed make(WriteType type, std::vector<FieldTag> tags) {
    Placed out{{}, {writer_, ++seq_, 0}};
    out.header.type = type;
    out.header.tags = std::move(tags);
    out.header.time = HybridTime::from(++now_, 0);
    if (type != WriteType::kInit) {
      if (const FieldState* field = state_.field(fields_of(out.header).front())) {
        out.header.prev = field->prev_for_new_write();
      }
    }
    if (type == WriteType::kErase) out.header.seen = state_.seen();
    EXPECT_TRUE(change::is_well_formed(out.header));
    learn(out);
    return out;
  }

  static inline std::uint64_t now_ = 0;
  WriterId writer_;
  std::uint64_t seq_ = 0;
  RecordState state_;
};

RecordState all_orders_agree(std::vector<Placed> writes) {
  std::vector<std::size_t> order(writes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  RecordState first;
  for (const Placed& write : writes) first.apply(write.header, write.ref);
  do {
    RecordState state;
    for (const std::size_t i : order) state.apply(writes[i].header, writes[i].ref);
    EXPECT_EQ(state.encode(), first.encode());
    EXPECT_EQ(state.life(), first.life());
  } while (std::ranges::next_permutation(order).found);
  return first;
}

TEST(RecordState, IsErasedWhenTheEraseHadSeenEveryHead) {
  Author kari(1);
  const auto init = kari.init(), edit = kari.assign(kBody), erase = kari.erase();
  EXPECT_EQ(all_orders_agree({init, edit, erase}).life(), Life::kErased);
}

TEST(RecordState, LivesFlaggedWhenAnEditWasNotSeenByTheErase) {
  Author kari(1), ola(2);
  const auto init = kari.init();
  ola.learn(init);
  const auto edit = ola.assign(kBody);
  const auto erase = kari.erase();
  EXPECT_EQ(all_orders_agree({init, edit, erase}).life(), Life::kContested);
}

TEST(RecordState, LivesAgainAfterARestoreThatKnewOfTheErase) {
  Author kari(1);
  const auto init = kari.init(), erase = kari.erase(), restore = kari.restore();
  EXPECT_EQ(all_orders_agree({init, erase, restore}).life(), Life::kAlive);
}

TEST(RecordState, IsErasedWhenTwoErasesTogetherHadSeenEverything) {
  Author kari(1), ola(2);
  const auto init = kari.init();
  ola.learn(init);
  const auto hers = kari.assign(kTitle), her_erase = kari.erase();
  const auto his = ola.assign(kBody), his_erase = ola.erase();
  EXPECT_EQ(all_orders_agree({init, hers, her_erase, his, his_erase}).life(), Life::kErased);
}

TEST(RecordState, IsContestedBetweenAnEraseAndARestoreThatDidNotKnowOfEachOther) {
  Author kari(1), ola(2);
  const auto init = kari.init(), first = kari.erase();
  ola.learn(init);
  ola.learn(first);
  const auto restore = ola.restore(), again = kari.erase();
  EXPECT_EQ(all_orders_agree({init, first, restore, again}).life(), Life::kContested);
}

TEST(RecordState, RoundTripsAndRefusesTruncationAndSurvivesFlippedBits) {
  Author kari(1), ola(2);
  const auto init = kari.init();
  ola.learn(init);
  const auto his = ola.assign(kBody), hers = kari.assign(kBody), erase = kari.erase();
  RecordState state = all_orders_agree({init, his, hers, erase});
  state.apply_transparent(his.header, {test::writer(9), 1, 0});
  const Bytes bytes = state.encode();
  EXPECT_EQ(*RecordState::decode(bytes), state);
  EXPECT_EQ(RecordState::decode(bytes)->digest(), state.digest());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(RecordState::decode(ByteView(bytes).first(size)).ok());
  }
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const auto decoded = RecordState::decode(flipped);
    EXPECT_FALSE(decoded.ok() && *decoded == state) << bit;
  }
}

}  // namespace record_state_test
}  // namespace samla::resolve
