// The arbiter over real storage: what is placed, what is refused, and that a failed commit is nothing.
#include "sync-server/arbiter.h"

#include <gtest/gtest.h>

#include "core/session/space_head.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/temporary_folder.h"
#include "tests/sync-server/failing_storage.h"
#include "tests/sync-server/unit.h"

namespace samla::server {
namespace arbiter_test {

using wire::Refused;

constexpr Asker kKari = 1, kOla = 2;
const RecordId kNote{{1}}, kPlan{{2}};

class ArbiterTest : public testing::Test {
 protected:
  ArbiterTest() {
    auto opened = open_sqlite_storage(folder_.path() / "server.db");
    SAMLA_ASSERT(opened.ok());
    inner_ = std::move(*opened);
    storage_.emplace(*inner_);
    put_chains();
  }
  /// What the organisation's chains have grown by, straight into storage.
  void put_chains() {
    auto transaction = inner_->begin();
    for (; entries_put_ < unit_.org.placed().size(); ++entries_put_) {
      const auto& [space, entry] = unit_.org.placed()[entries_put_];
      SAMLA_ASSERT((*transaction)->put_entry(space, ++chain_seqs_[space], entry).ok());
    }
    SAMLA_ASSERT((*transaction)->commit().ok());
    transaction->reset();
    restart();
  }
  /// As a new process would: everything in memory is read again.
  void restart() {
    arbiter_.reset();
    registry_.emplace();
    tips_.emplace(Incarnation{{7}});
    SAMLA_ASSERT(registry_->load(*inner_).ok());
    const auto last = inner_->last_changeset(unit_.id);
    if (*last) tips_->set(unit_.id, {tips_->incarnation(), (*last)->seq, (*last)->head});
    arbiter_.emplace(*storage_, *registry_, *tips_, keys_, clock_);
  }
  Job push(Asker asker, const Author& author, Bytes bytes) const {
    const auto header = change::decode_header(bytes);
    PushJob job{
        {unit_.id, header.ok() ? header->seq : 1, std::move(bytes)}, author.id(), {}, Refused::kLater};
    verify(job, *registry_);
    return {asker, std::move(job)};
  }
  Job append(Asker asker, std::vector<chain::Entry> entries, const InviteId& invite, const DeviceId& device) {
    wire::ChainAppend::Part part{SpaceId{}, {}, {}, {}};
    for (const chain::Entry& entry : entries) part.entries.push_back(entry.encode());
    wire::Hello hello;
    hello.entrance = wire::Entrance::kInvite;
    hello.organisation = unit_.org.id();
    hello.invite = invite;
    hello.device = device;
    return {asker, AppendJob{{1, {part}}, hello}};
  }
  /// A signature over a place that the server does not have.
  Job show_lost_place(const sign::SigningKey& key) const {
    wire::Receipts shown;
    shown.incarnation = tips_->incarnation();
    shown.receipts = {{unit_.id, 9, Hash{{1}}, chain::writer_of_device(unit_.phone.id()), 9, Hash{{2}}, 1}};
    shown.signature = key.sign(wire::kReceiptsDomain, wire::signed_part(shown));
    return {0, RenewJob{shown}};
  }
  static std::vector<std::uint64_t> places(const GroupResult& result, Asker asker) {
    std::vector<std::uint64_t> out;
    const auto found = result.receipts.find(asker);
    if (found == result.receipts.end()) return out;
    for (const wire::Receipt& receipt : found->second.receipts) out.push_back(receipt.seq);
    return out;
  }
  static std::vector<Refused> refused(const GroupResult& result) {
    std::vector<Refused> out;
    for (const auto& [asker, refusal] : result.refusals) out.push_back(refusal.refused);
    return out;
  }
  resolve::RecordState state(const RecordId& record) {
    const auto stored = inner_->record(unit_.id, record);
    return *stored ? *resolve::RecordState::decode((**stored).state) : resolve::RecordState{};
  }
  GroupResult process(const std::vector<Job>& group) { return arbiter_->process(group); }
  GroupResult process(const Job& job) { return arbiter_->process(std::vector<Job>{job}); }

  Unit unit_;
  TemporaryFolder folder_;
  SeededRandom random_{3};
  ServerKeys keys_ = ServerKeys::generate(random_);
  FixedClock clock_;
  std::size_t entries_put_ = 0;
  std::map<SpaceId, std::uint64_t> chain_seqs_;
  std::unique_ptr<Storage> inner_;
  std::optional<FailingStorage> storage_;
  std::optional<ChainRegistry> registry_;
  std::optional<SpaceTips> tips_;
  std::optional<Arbiter> arbiter_;
  Author kari_{unit_, unit_.phone};
  Author ola_{unit_, unit_.laptop};
};

TEST_F(ArbiterTest, PlacesTwoWritersInOneHistoryWithSignedReceipts) {
  const GroupResult result =
      process({push(kKari, kari_, kari_.write(kNote)), push(kOla, ola_, ola_.write(kPlan)),
               push(kKari, kari_, kari_.write(kNote, kBody))});
  ASSERT_TRUE(result.committed);
  EXPECT_EQ(places(result, kKari), (std::vector<std::uint64_t>{1, 3}));
  EXPECT_EQ(places(result, kOla), (std::vector<std::uint64_t>{2}));
  EXPECT_EQ(result.grown, std::set<SpaceId>{unit_.id});
  Hash head;
  std::uint64_t seq = 0;
  const auto history = inner_->changesets_after(unit_.id, 0, 1 << 20);
  for (const StoredChangeset& stored : *history) {
    head = session::running_head(head, ++seq,
                                 change::changeset_hash(change::Changeset::decode(stored.bytes)->header));
    EXPECT_EQ(stored.head, head);
  }
  EXPECT_EQ(tips_->get(unit_.id), (Position{tips_->incarnation(), 3, head}));
  for (const auto& [asker, receipts] : result.receipts) {
    EXPECT_TRUE(sign::verify(keys_.receipts.verify_key(), wire::kReceiptsDomain, wire::signed_part(receipts),
                             receipts.signature));
  }
}

TEST_F(ArbiterTest, AnswersTheSameAgainWithTheSameReceiptAlsoWithinAGroupAndAfterARestart) {
  const Bytes bytes = kari_.write(kNote);
  const GroupResult first = process({push(kKari, kari_, bytes), push(kOla, kari_, bytes)});
  const wire::Receipt receipt = first.receipts.at(kKari).receipts[0];
  EXPECT_EQ(places(first, kOla), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(first.placed, 1u);
  restart();
  const GroupResult again = process(push(kKari, kari_, bytes));
  EXPECT_EQ(again.placed, 0u);
  EXPECT_TRUE(again.grown.empty());
  const wire::Receipt same = again.receipts.at(kKari).receipts.at(0);
  EXPECT_EQ(same.seq, receipt.seq);
  EXPECT_EQ(same.head, receipt.head);
  EXPECT_EQ(same.changeset, receipt.changeset);
  EXPECT_EQ(same.validity, receipt.validity);
}

TEST_F(ArbiterTest, RefusesAGapAndSaysWhatItCanTake) {
  const Bytes first = kari_.write(kNote);
  const Bytes second = kari_.write(kNote, kBody);
  const GroupResult result = process({push(kKari, kari_, second), push(kKari, kari_, first)});
  ASSERT_EQ(refused(result), std::vector{Refused::kGap});
  EXPECT_EQ(result.refusals[0].second.expected_seq, 1u);
  EXPECT_EQ(places(result, kKari), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(places(process(push(kKari, kari_, second)), kKari), (std::vector<std::uint64_t>{2}));
}

TEST_F(ArbiterTest, RefusesAForkAtTheSamePlaceAndOnAnotherPast) {
  const change::Header header = kari_.header();
  process(push(kKari, kari_, kari_.write(kNote)));
  const Bytes other = kari_.sign(header, {Author::assign(kPlan, kTitle)});
  EXPECT_EQ(refused(process(push(kKari, kari_, other))), std::vector{Refused::kForked});
  change::Header elsewhere = kari_.header();
  elsewhere.prev = {{9}};
  const Bytes astray = kari_.sign(elsewhere, {Author::assign(kPlan, kTitle)});
  EXPECT_EQ(refused(process(push(kKari, kari_, astray))), std::vector{Refused::kForked});
  EXPECT_EQ(tips_->get(unit_.id).seq, 1u);
}

TEST_F(ArbiterTest, LetsNoBadChangesetBlockItsNeighbours) {
  Bytes flipped = kari_.write(kNote);
  const Bytes good = flipped;
  flipped[flipped.size() / 2] ^= 1;
  const GroupResult result = process({push(kKari, kari_, Bytes{1, 2, 3}), push(kKari, kari_, flipped),
                                      push(kOla, kari_, good), push(kOla, ola_, ola_.write(kPlan))});
  EXPECT_EQ(result.refusals.size(), 2u);
  EXPECT_EQ(places(result, kOla), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(ArbiterTest, TakesNobodysChangesetFromAnother) {
  PushJob job{{unit_.id, 1, kari_.write(kNote)}, ola_.id(), {}, Refused::kLater};
  verify(job, *registry_);
  EXPECT_EQ(refused(process(Job{kOla, job})), std::vector{Refused::kNotPermitted});
  Author forger(unit_, unit_.laptop);
  forger.header().writer = kari_.header().writer;
  EXPECT_EQ(refused(process(push(kOla, kari_, forger.write(kNote)))), std::vector{Refused::kNotPermitted});
}

TEST_F(ArbiterTest, NamesAChainHeadThatItLacksAsBehind) {
  ola_.header().space_head = {{9}};
  EXPECT_EQ(refused(process(push(kOla, ola_, ola_.write(kNote)))), std::vector{Refused::kChainBehind});
}

TEST_F(ArbiterTest, GivesAVoidChangesetItsPlaceAndTheNextOneGoesOnFromIt) {
  // At the heads it names, Ola was no member yet.
  const Hash now = ola_.header().space_head;
  ola_.header().space_head = {};
  const GroupResult before = process(push(kOla, ola_, ola_.write(kNote)));
  ASSERT_EQ(places(before, kOla), (std::vector<std::uint64_t>{1}));
  EXPECT_EQ(before.receipts.at(kOla).receipts[0].validity,
            static_cast<std::uint8_t>(change::Validity::kVoid));
  EXPECT_TRUE(state(kNote).field(kTitle)->heads().empty());
  ola_.header().space_head = now;
  const GroupResult after = process(push(kOla, ola_, ola_.write(kNote)));
  EXPECT_EQ(after.receipts.at(kOla).receipts[0].validity,
            static_cast<std::uint8_t>(change::Validity::kValid));
  EXPECT_EQ(state(kNote).field(kTitle)->heads().size(), 1u);
}

TEST_F(ArbiterTest, CountsAConflictWhenItComesUpAndListsItUntilItIsResolved) {
  EXPECT_EQ(process(push(kKari, kari_, kari_.write(kNote))).conflicts, 0u);
  EXPECT_EQ(process(push(kOla, ola_, ola_.write(kNote))).conflicts, 1u);
  ASSERT_EQ(inner_->contested(unit_.id, 10)->size(), 1u);
  EXPECT_EQ(inner_->contested(unit_.id, 10)->front().heads, 2u);
  EXPECT_EQ(process(push(kKari, kari_, kari_.write(kPlan))).conflicts, 0u);
  std::vector<change::WriteRef> both{kari_.ref(1), ola_.ref(1)};
  std::ranges::sort(both);
  EXPECT_EQ(process(push(kKari, kari_, kari_.write({Author::assign(kNote, kTitle, both)}))).conflicts, 0u);
  EXPECT_TRUE(inner_->contested(unit_.id, 10)->empty());
}

TEST_F(ArbiterTest, LetsOneOfTwoRedeemAnInviteInTheSameGroup) {
  const test::TestInvite invite = unit_.org.invite(unit_.ola);
  put_chains();
  const test::TestDevice first = unit_.org.make_device(unit_.ola);
  const test::TestDevice second = unit_.org.make_device(unit_.ola);
  const GroupResult result =
      process({append(1, {unit_.org.certificate(invite, first)}, invite.invite.invite, first.id()),
               append(2, {unit_.org.certificate(invite, second)}, invite.invite.invite, second.id())});
  ASSERT_EQ(result.chain_results.size(), 2u);
  EXPECT_FALSE(result.chain_results[0].second.refused);
  EXPECT_EQ(result.chain_results[1].second.refused, Refused::kInviteUsed);
  EXPECT_TRUE(registry_->identity()->active(first.id()));
  EXPECT_FALSE(registry_->identity()->active(second.id()));
  const auto head = registry_->identity()->head();
  restart();
  EXPECT_EQ(registry_->identity()->head(), head);
}

/// Fails at step 0, 1, 2 … until a group passes.
TEST_F(ArbiterTest, AFailedCommitIsToldAsLaterAndNothingOfItHappened) {
  const test::TestInvite invite = unit_.org.invite(unit_.ola);
  put_chains();
  const test::TestDevice tablet = unit_.org.make_device(unit_.ola);
  const ChainHead head = registry_->identity()->head();
  process(push(kKari, kari_, kari_.write(kNote)));
  const std::vector<Job> group = {
      push(kKari, kari_, kari_.write(kPlan)), push(kOla, ola_, ola_.write(kNote)),
      append(3, {unit_.org.certificate(invite, tablet)}, invite.invite.invite, tablet.id())};
  const Position tip = tips_->get(unit_.id);
  std::size_t failed = 0;
  for (;; ++failed) {
    storage_->steps_left = failed;
    const GroupResult result = process(group);
    if (result.committed) break;
    ASSERT_LT(failed, 50u);
    EXPECT_EQ(refused(result), (std::vector{Refused::kLater, Refused::kLater}));
    EXPECT_EQ(result.chain_results.at(0).second.refused, Refused::kLater);
    EXPECT_TRUE(result.receipts.empty() && result.grown.empty() && result.chains_changed.empty());
    ASSERT_TRUE(result.failure);
    EXPECT_EQ(result.failure->code, ErrorCode::disk_full);
    EXPECT_EQ(tips_->get(unit_.id), tip);
    EXPECT_EQ(registry_->identity()->head(), head);
    EXPECT_EQ(inner_->last_changeset(unit_.id)->value().seq, 1u);
    EXPECT_TRUE(inner_->contested(unit_.id, 10)->empty());
  }
  EXPECT_GE(failed, 8u) << "begin, two changesets, an entry, their states, commit";
  EXPECT_EQ(tips_->get(unit_.id).seq, 3u);
  EXPECT_TRUE(registry_->identity()->active(tablet.id()));
  EXPECT_EQ(inner_->contested(unit_.id, 10)->size(), 1u);
  const Position before = tips_->get(unit_.id);
  restart();
  EXPECT_EQ(tips_->get(unit_.id), before);
}

TEST_F(ArbiterTest, ARecordThatWouldGrowTooLargeIsRefusedAloneAndForNow) {
  std::uint32_t grown = 0;
  GroupResult result;
  do {
    std::vector<change::WriteHeader> writes;
    for (int i = 0; i < 64; ++i) {
      change::WriteHeader write = Author::assign(kNote, kTitle);
      write.type = change::WriteType::kInit;
      write.tags.clear();
      for (std::uint32_t k = 0; k < 500; ++k, ++grown) {
        write.tags.push_back(
            {{static_cast<std::uint8_t>(1 + (grown & 0x7f)), static_cast<std::uint8_t>(grown >> 7),
              static_cast<std::uint8_t>(grown >> 15)}});
      }
      std::ranges::sort(write.tags);
      writes.push_back(std::move(write));
    }
    const change::Header before = kari_.header();
    result =
        process({push(kKari, kari_, kari_.write(std::move(writes), 8)), push(kOla, ola_, ola_.write(kPlan))});
    ASSERT_EQ(places(result, kOla).size(), 1u) << "the neighbour goes on";
    if (!result.refusals.empty()) kari_.header() = before;
    ASSERT_LT(grown, 1'000'000u);
  } while (result.refusals.empty());
  EXPECT_EQ(refused(result), std::vector{Refused::kLater});
  EXPECT_EQ(places(process(push(kKari, kari_, kari_.write(kPlan))), kKari).size(), 1u)
      << "and so does its author, with other records";
}

TEST_F(ArbiterTest, ADamagedRecordStateHoldsUpNobodyElse) {
  auto transaction = inner_->begin();
  ASSERT_TRUE((*transaction)->put_record(unit_.id, {kNote, 1, Bytes{0xff, 0xff, 1}, Bytes{}}).ok());
  ASSERT_TRUE((*transaction)->commit().ok());
  transaction->reset();
  const GroupResult result =
      process({push(kKari, kari_, kari_.write(kNote)), push(kOla, ola_, ola_.write(kPlan))});
  EXPECT_EQ(refused(result), std::vector{Refused::kLater});
  EXPECT_EQ(places(result, kOla).size(), 1u);
}

// ---- a server that was restored

class RestoredArbiter : public ArbiterTest {
 protected:
  RestoredArbiter() {
    auto transaction = inner_->begin();
    SAMLA_ASSERT((*transaction)->put_value(kUnconfirmedName, encode_ms(clock_.now)).ok());
    SAMLA_ASSERT((*transaction)->commit().ok());
    transaction->reset();
    restart();
  }
  /// What the identity chain has grown by since, by a device that has pinned it.
  Job offer(const DeviceId& device) {
    OfferJob job;
    job.device = device;
    job.offer.first_seq = registry_->identity()->head().seq + 1;
    for (std::size_t i = entries_put_; i < unit_.org.placed().size(); ++i) {
      const auto& [space, entry] = unit_.org.placed()[i];
      if (space.is_zero()) job.offer.entries.push_back(entry);
    }
    job.offer.pin = unit_.org.identity.head();
    return {kKari, job};
  }
};

TEST_F(RestoredArbiter, TakesWhatItLacksOfAChainAndNothingNew) {
  const test::TestInvite invite = unit_.org.invite(unit_.ola);
  const GroupResult result = process(offer(unit_.phone.id()));
  ASSERT_EQ(result.offer_results.size(), 1u);
  EXPECT_FALSE(result.offer_results[0].second.refused);
  EXPECT_EQ(result.offer_results[0].second.head, unit_.org.identity.head());
  EXPECT_EQ(registry_->identity()->head(), unit_.org.identity.head());
  const test::TestDevice tablet = unit_.org.make_device(unit_.ola);
  const Job late = append(3, {unit_.org.certificate(invite, tablet)}, invite.invite.invite, tablet.id());
  EXPECT_EQ(process(late).chain_results.at(0).second.refused, Refused::kLater);
  clock_.now += kConfirmationMs;
  EXPECT_EQ(process(late).chain_results.at(0).second.refused, std::nullopt);
  EXPECT_FALSE(registry_->unconfirmed_ms());
}

TEST_F(RestoredArbiter, RefusesAnOfferThatIsNoContinuation) {
  unit_.org.invite(unit_.ola);
  Job forged = offer(unit_.phone.id());
  std::get<OfferJob>(forged.what).offer.entries[0].back() ^= 1;
  EXPECT_TRUE(process(forged).offer_results.at(0).second.refused.has_value());
  Job other = offer(unit_.phone.id());
  std::get<OfferJob>(other.what).offer.pin = {1, Hash{{9}}};
  EXPECT_EQ(process(other).offer_results.at(0).second.refused, Refused::kChainConflict);
  Job gap = offer(unit_.phone.id());
  std::get<OfferJob>(gap.what).offer.first_seq += 3;
  EXPECT_EQ(process(gap).offer_results.at(0).second.refused, Refused::kChainBehind);
  restart();
  EXPECT_NE(registry_->identity()->head(), unit_.org.identity.head());
}

TEST_F(RestoredArbiter, AnOfferThatFailsAtAnyStepHasNotHappened) {
  unit_.org.invite(unit_.ola);
  const ChainHead head = registry_->identity()->head();
  std::size_t failed = 0;
  for (;; ++failed) {
    storage_->steps_left = failed;
    const GroupResult result = process(offer(unit_.phone.id()));
    if (result.committed) break;
    ASSERT_LT(failed, 50u);
    EXPECT_EQ(result.offer_results.at(0).second.refused, Refused::kLater);
    EXPECT_EQ(registry_->identity()->head(), head);
  }
  EXPECT_GE(failed, 3u) << "begin, an entry, commit";
  EXPECT_EQ(registry_->identity()->head(), unit_.org.identity.head());
}

TEST_F(ArbiterTest, ShownItsOwnSignatureOverAPlaceThatItLacksItBeginsANewLifeAtAnyStepOrNotAtAll) {
  EXPECT_FALSE(process(show_lost_place(sign::SigningKey::generate(random_))).renewed);
  const GroupResult placed = process(push(kKari, kari_, kari_.write(kNote)));
  EXPECT_FALSE(process(Job{0, RenewJob{placed.receipts.at(kKari)}}).renewed);
  const Incarnation before = tips_->incarnation();
  std::size_t failed = 0;
  for (;; ++failed) {
    storage_->steps_left = failed;
    const GroupResult result = process(show_lost_place(keys_.receipts));
    if (result.committed) break;
    ASSERT_LT(failed, 50u);
    EXPECT_EQ(tips_->incarnation(), before);
    EXPECT_FALSE(registry_->unconfirmed_ms());
  }
  EXPECT_GE(failed, 4u);
  EXPECT_NE(tips_->incarnation(), before);
  EXPECT_TRUE(registry_->unconfirmed_ms());
  EXPECT_EQ(tips_->get(unit_.id).seq, 1u);
}

TEST_F(RestoredArbiter, AWaitThatWasOverBeginsAnewWithANewLife) {
  const test::TestInvite invite = unit_.org.invite(unit_.ola);
  process(offer(unit_.phone.id()));
  const test::TestDevice tablet = unit_.org.make_device(unit_.ola);
  const Job late = append(3, {unit_.org.certificate(invite, tablet)}, invite.invite.invite, tablet.id());
  clock_.now += kConfirmationMs;
  const GroupResult result = process({show_lost_place(keys_.receipts), late});
  ASSERT_TRUE(result.renewed);
  EXPECT_EQ(result.chain_results.at(0).second.refused, Refused::kLater);
  restart();
  EXPECT_TRUE(registry_->unconfirmed_ms());
}

TEST_F(ArbiterTest, AnAdministratorsOfferToTheLifeThatEndsDoesNotConfirmTheNewOne) {
  const test::TestDevice& admin = unit_.org.admin;
  const ChainHead& pin = unit_.org.identity.head();
  const Job offer{kKari, OfferJob{{{}, pin, pin.seq + 1, {}}, admin.id(), admin.keys.noise}};
  ASSERT_TRUE(process({show_lost_place(keys_.receipts), offer}).renewed);
  EXPECT_TRUE(registry_->unconfirmed_ms());
  restart();
  EXPECT_TRUE(registry_->unconfirmed_ms());
  process(offer);
  EXPECT_FALSE(registry_->unconfirmed_ms());
  restart();
  EXPECT_FALSE(registry_->unconfirmed_ms());
}

}  // namespace arbiter_test
}  // namespace samla::server
