#include "core/wire/message.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "core/base/codec.h"
#include "core/base/encoding.h"
#include "core/base/random.h"

namespace samla::wire {
namespace {

template <class Fixed>
Fixed filled(std::uint8_t value) {
  Fixed out;
  out.bytes.fill(value);
  return out;
}

const Position kPosition{filled<Incarnation>(1), 300, filled<Hash>(2)};
const ChainHead kHead{7, filled<Hash>(3)};

const PackPlace kPackPlace{PackPlace::Stage::kRecords, 300, {{7}}, 2};

PackBody pack_body() {
  PackBody body;
  body.writers = {filled<WriterId>(7), filled<WriterId>(8)};
  body.items = {{301, Bytes(200, 0xaa)}, {9, Bytes{1}}};
  body.records = {
      {filled<RecordId>(1), 0, {}},
      {filled<RecordId>(2), 300, {{filled<FieldTag>(3), true, {{0, 4, 5}}, {{1, 300, 2}, {0, 1, 0}}}}}};
  return body;
}

/// One of each type, every member off its default.
std::vector<Message> samples() {
  const Grant grant{2, FixedBytes<16, RecipientIdTag>{{4}}, Bytes{1, 2, 3}};
  Receipts receipts;
  receipts.incarnation = filled<Incarnation>(1);
  receipts.receipts = {
      {filled<SpaceId>(5), 9, filled<Hash>(6), filled<WriterId>(7), 200, filled<Hash>(8), 3}};
  receipts.signature = filled<Signature>(9);
  return {
      Hello{1, Entrance::kInvite, filled<OrganisationId>(1), filled<DeviceId>(2), filled<InviteId>(3),
            Bytes(32, 4), "samla æ"},
      Welcome{1,
              1'790'000'000'000,
              filled<Incarnation>(1),
              filled<VerifyKey>(2),
              filled<OrganisationId>(3),
              kHead,
              {{filled<SpaceId>(4), kHead, kPosition}}},
      ChainPull{filled<SpaceId>(4), kHead},
      ChainEntries{filled<SpaceId>(4), 128, {Bytes{1}, Bytes{2, 3}}, false},
      Grants{filled<SpaceId>(4), {grant}},
      ChainAppend{77, {{filled<SpaceId>(4), kHead, {Bytes{5}}, {grant, grant}}, {}}},
      ChainResult{77, Refused::kChainConflict},
      Push{filled<SpaceId>(4), 12, Bytes(200, 0xaa)},
      receipts,
      Refusal{filled<SpaceId>(4), 12, Refused::kGap, 11},
      Subscribe{filled<SpaceId>(4), kPosition},
      Tail{filled<SpaceId>(4), kPosition, {{301, 1, Bytes{1, 2}}, {302, 2, {}}}},
      TailEnd{filled<SpaceId>(4), kPosition},
      Credit{1, 65536},
      ChainNotice{filled<SpaceId>(4), kHead},
      ConflictFields{filled<SpaceId>(4), {{filled<RecordId>(1), filled<FieldTag>(2), 3}}},
      Ping{1},
      Pong{std::numeric_limits<std::uint64_t>::max()},
      Goodbye{Refused::kInviteUsed},
      PlacesAsk{filled<UserId>(1), true, {filled<SpaceId>(4), filled<WriterId>(7), 12}},
      Places{filled<Incarnation>(1),
             filled<UserId>(1),
             false,
             {{filled<SpaceId>(4), filled<WriterId>(7), 12, filled<Hash>(8), 3}},
             filled<Signature>(9)},
      Goodbye{},
      ChainResult{},
      Welcome{},
      BackupHorizon{1'790'000'000'000, {{filled<SpaceId>(4), 300}}},
      ChainOffer{filled<SpaceId>(4), kHead, 6, {Bytes{1}, Bytes{2, 3}}},
      ChainOfferResult{filled<SpaceId>(4), Refused::kLater, kHead},
      FrontierAsk{filled<SpaceId>(4)},
      Frontier{filled<SpaceId>(4), kPosition, {{filled<WriterId>(7), 200, filled<Hash>(8)}}},
      Reoffer{filled<SpaceId>(4), filled<WriterId>(7), 12, Bytes(200, 0xaa)},
      ReofferRefusal{filled<SpaceId>(4), filled<WriterId>(7), 12, Refused::kGap},
      ShownReceipts{receipts},
      CheckpointAsk{filled<SpaceId>(4), 262'144},
      CheckpointPart{filled<SpaceId>(4), Bytes{1}, {Bytes{2}, Bytes{3}}, 300'000, 262'144, Bytes(100, 7)},
      PackAsk{filled<SpaceId>(4), kPosition, kPackPlace},
      PackPage{filled<SpaceId>(4), kPosition, {}, kPackPlace, true, pack_body()},
      RecordsAsk{filled<SpaceId>(4), true, {filled<RecordId>(1), filled<RecordId>(2)}},
      RecordsPage{filled<SpaceId>(4), false, pack_body()},
  };
}

TEST(Message, EachTypeComesBackByteForByte) {
  std::set<std::size_t> seen;
  for (const Message& message : samples()) {
    const Bytes bytes = encode(message);
    const std::size_t index = message.index();
    const std::size_t gap = index < 22 ? 1 : index < 29 ? 18 : index < 31 ? 35 : 1;
    EXPECT_EQ(bytes[0], index + gap);
    const auto decoded = decode_message(bytes);
    ASSERT_TRUE(decoded.ok()) << decoded.error().message();
    EXPECT_EQ(decoded->index(), message.index());
    EXPECT_EQ(encode(*decoded), bytes);
    seen.insert(message.index());
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<Message>);
}

TEST(Message, KeepsWhatWasPutIn) {
  const auto tail = std::get<Tail>(*decode_message(encode(samples()[11])));
  EXPECT_EQ(tail.after, kPosition);
  ASSERT_EQ(tail.items.size(), 2u);
  EXPECT_EQ(tail.items[1].seq, 302u);
  EXPECT_EQ(tail.items[1].validity, 2);
  EXPECT_TRUE(tail.items[1].changeset.empty());
  const auto refusal = std::get<Refusal>(*decode_message(encode(samples()[9])));
  EXPECT_EQ(refusal.refused, Refused::kGap);
  EXPECT_EQ(refusal.expected_seq, 11u);
  const auto hello = std::get<Hello>(*decode_message(encode(samples()[0])));
  EXPECT_EQ(hello.software, "samla æ");
  EXPECT_EQ(hello.entrance, Entrance::kInvite);
  EXPECT_FALSE(std::get<ChainResult>(*decode_message(encode(ChainResult{5, {}}))).refused.has_value());
}

TEST(Message, IsRefusedWhenCutAnywhereOrLengthened) {
  for (const Message& message : samples()) {
    Bytes bytes = encode(message);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(decode_message(ByteView(bytes).first(size)).ok()) << message.index() << " at " << size;
    }
    bytes.push_back(0);
    EXPECT_FALSE(decode_message(bytes).ok());
  }
}

TEST(Message, WithFlippedBitsIsRefusedOrReadsAsWhatItSays) {
  const std::uint64_t seed = 20261124;
  SeededRandom random(seed);
  for (int round = 0; round < 200; ++round) {
    for (const Message& message : samples()) {
      Bytes bytes = encode(message);
      for (std::uint64_t flips = 1 + random.below(4); flips > 0; --flips) {
        bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1u << random.below(8));
      }
      const auto decoded = decode_message(bytes);
      if (decoded.ok()) {
        EXPECT_EQ(encode(*decoded), bytes) << "seed " << seed;
      }
    }
  }
}

TEST(Message, OfAReservedOrUnknownTypeIsUnsupported) {
  for (unsigned type = 0; type < 256; ++type) {
    if ((type >= 1 && type <= 22) || (type >= 32 && type <= 35) || (type >= 40 && type <= 46)) continue;
    if (type == 64 || type == 65) continue;
    const Bytes bytes = {static_cast<std::uint8_t>(type), 0, 0};
    ASSERT_FALSE(decode_message(bytes).ok());
    EXPECT_EQ(decode_message(bytes).error().code, ErrorCode::unsupported) << type;
  }
}

TEST(Message, RefusesValuesOutsideTheirRange) {
  Bytes flag = encode(ChainEntries{});
  flag.back() = 2;
  EXPECT_FALSE(decode_message(flag).ok());
  EXPECT_FALSE(decode_message(Bytes{19, 17}).ok());  // a goodbye for no known reason
  EXPECT_FALSE(decode_message(encode(Credit{2, 1})).ok());
  EXPECT_FALSE(decode_message(encode(Tail{{}, {}, {{1, 0, {}}}})).ok());
  EXPECT_FALSE(decode_message(encode(Tail{{}, {}, {{1, 4, {}}}})).ok());
  Hello hello;
  hello.software = "\xff";
  EXPECT_FALSE(decode_message(encode(hello)).ok());
  hello.software = std::string(65, 'x');
  EXPECT_FALSE(decode_message(encode(hello)).ok());
  EXPECT_FALSE(decode_message(encode(Push{{}, 1, Bytes(768 * 1024 + 1)})).ok());
  EXPECT_TRUE(decode_message(encode(Push{{}, 1, Bytes(768 * 1024)})).ok());
  const auto large = decode_message(Bytes(kMessageBytesMax + 1, 8));
  ASSERT_FALSE(large.ok());
  EXPECT_EQ(large.error().code, ErrorCode::too_large);
}

TEST(Message, AllocatesNothingByACountThatTheBytesCannotHold) {
  Writer writer;
  writer.u8(16);
  writer.fixed(SpaceId{});
  writer.varint(16384);
  writer.raw(Bytes(25 * 10));
  EXPECT_FALSE(decode_message(writer.bytes()).ok());
}

/// Bytes of version 2, frozen: a change here breaks every device in the field.
TEST(Message, MatchesTheFrozenVectors) {
  const auto s = samples();
  EXPECT_EQ(to_hex(encode(s[9])), "0a040404040404040404040404040404040c040b");
  EXPECT_EQ(to_hex(encode(s[13])), "0e01808004");
  EXPECT_EQ(to_hex(encode(ChainPull{filled<SpaceId>(4), {7, {}}})),
            "03"
            "04040404040404040404040404040404"
            "07" +
                std::string(64, '0'));
  EXPECT_EQ(to_hex(encode(s[16])), "1101");
  EXPECT_EQ(to_hex(encode(s[18])), "1309");
  EXPECT_EQ(to_hex(encode(Goodbye{})), "1300");
  EXPECT_EQ(to_hex(encode(s[6])), "074d07");
  EXPECT_EQ(to_hex(encode(ChainEntries{{}, 128, {Bytes{1}, Bytes{2, 3}}, false})), "04" +
                                                                                       std::string(32, '0') +
                                                                                       "8001"
                                                                                       "02"
                                                                                       "0101"
                                                                                       "020203"
                                                                                       "00");
  EXPECT_EQ(to_hex(encode(Tail{{}, {}, {{301, 1, Bytes{1, 2}}, {302, 2, {}}}})),
            "0c" + std::string(32, '0') + std::string(32, '0') + "00" + std::string(64, '0') + "02" +
                "ad02"
                "01"
                "020102"
                "ae02"
                "02"
                "00" +
                std::string(64, '0'));
}

TEST(Receipts, SignEverythingButTheSignature) {
  auto receipts = std::get<Receipts>(samples()[8]);
  const Bytes before = signed_part(receipts);
  const Bytes whole = encode(receipts);
  EXPECT_EQ(whole.size(), 1 + before.size() + Signature::kSize);
  EXPECT_TRUE(equal(ByteView(whole).subspan(1, before.size()), before));
  receipts.signature = {};
  EXPECT_EQ(signed_part(receipts), before);
  receipts.receipts[0].validity = 1;
  EXPECT_NE(signed_part(receipts), before);
}

}  // namespace
}  // namespace samla::wire
