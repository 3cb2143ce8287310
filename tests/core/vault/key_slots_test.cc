// The slot file: what opens it, what damage to it looks like, and what it makes Argon2id do.
#include "core/vault/key_slots.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "tests/support/simulated_disk.h"
#include "tests/support/temporary_folder.h"

namespace samla::vault {
namespace key_slots_test {

constexpr KdfCost kCheap{.ops = 1, .memory_bytes = 8192};
constexpr std::size_t kSlotBytes = 160;

class KeySlotsTest : public ::testing::Test {
 protected:
  KeySlotsTest() : random_(1), disk_(2), key_(make()) { bytes_ = disk_.content("/keys"); }

  StoreKey make() {
    auto made = create_key_slots("/keys", "passphrase", random_, kCheap, disk_);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  // The error's name, or "right" or "other" for the key.
  std::string open(ByteView bytes, std::string_view passphrase = "passphrase") const {
    const auto opened = open_key_slots(bytes, passphrase);
    if (!opened.ok()) return std::string(error_name(opened.error().code));
    return equal(opened->view(), key_.view()) ? "right" : "other";
  }
  // As one who has no key can: with the hash made anew.
  Bytes rewritten(std::size_t at, ByteView value, bool both = true) const {
    Bytes bytes = bytes_;
    for (const std::size_t slot : {std::size_t{0}, kSlotBytes}) {
      if (slot != 0 && !both) break;
      std::ranges::copy(value, bytes.begin() + static_cast<std::ptrdiff_t>(slot + at));
      crypto_generichash(&bytes[slot + 128], 32, &bytes[slot], 128, nullptr, 0);
    }
    return bytes;
  }
  static std::array<std::uint8_t, 8> little_endian(std::uint64_t value) {
    std::array<std::uint8_t, 8> out;
    for (std::size_t i = 0; i < 8; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
    return out;
  }

  SeededRandom random_;
  SimulatedDisk disk_;
  StoreKey key_;
  Bytes bytes_;
};

TEST_F(KeySlotsTest, ThePassphraseOpensThemAndAnotherIsToldSo) {
  ASSERT_EQ(bytes_.size(), 2 * kSlotBytes);
  EXPECT_EQ(open(bytes_), "right");
  for (const std::string_view wrong : {"", "passphras", "passphrase ", "Passphrase"}) {
    EXPECT_EQ(open(bytes_, wrong), "wrong_passphrase") << wrong;
  }
}

TEST_F(KeySlotsTest, AFlipOfAnyByteIsMendedByTheOtherSlot) {
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    Bytes flipped = bytes_;
    flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ (1U << (at % 8)));
    ASSERT_EQ(open(flipped), "right") << at;
    ASSERT_EQ(open(flipped, "another"), "wrong_passphrase") << at;
  }
}

TEST_F(KeySlotsTest, AFlipInBothSlotsIsDamageWhateverThePassphrase) {
  for (std::size_t at = 0; at < kSlotBytes; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes flipped = bytes_;
      flipped[at] = static_cast<std::uint8_t>(flipped[at] ^ (1U << bit));
      flipped[at + kSlotBytes] = static_cast<std::uint8_t>(flipped[at + kSlotBytes] ^ (1U << bit));
      ASSERT_EQ(open(flipped), "store_corrupt") << at;
      ASSERT_EQ(open(flipped, "another"), "store_corrupt") << at;
    }
  }
}

TEST_F(KeySlotsTest, AFileOfAnyLengthOpensOrIsDamage) {
  for (std::size_t size = 0; size <= bytes_.size(); ++size) {
    const ByteView part = ByteView(bytes_).first(size);
    ASSERT_EQ(open(part), size < kSlotBytes ? "store_corrupt" : "right") << size;
  }
  Bytes longer = bytes_;
  longer.push_back(0);
  EXPECT_EQ(open(longer), "right");
}

TEST_F(KeySlotsTest, WhatArgon2idIsToSpendIsCappedBeforeItRuns) {
  constexpr std::size_t kOps = 24;
  constexpr std::size_t kMemory = 32;
  for (const std::uint64_t ops :
       {std::uint64_t{0}, std::uint64_t{17}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
    EXPECT_EQ(open(rewritten(kOps, little_endian(ops))), "store_corrupt") << ops;
  }
  for (const std::uint64_t memory : {std::uint64_t{0}, std::uint64_t{8191}, (std::uint64_t{256} << 20) + 1,
                                     std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
    EXPECT_EQ(open(rewritten(kMemory, little_endian(memory))), "store_corrupt") << memory;
  }
  // Within the caps, but not what the key was sealed for.
  EXPECT_EQ(open(rewritten(kOps, little_endian(2))), "wrong_passphrase");
}

TEST_F(KeySlotsTest, CostsBeyondTheCapsAreNotWrittenEither) {
  for (const KdfCost cost : {KdfCost{.ops = 0}, KdfCost{.ops = 17}, KdfCost{.memory_bytes = 1},
                             KdfCost{.memory_bytes = std::uint64_t{1} << 30}}) {
    EXPECT_EQ(create_key_slots("/more", "passphrase", random_, cost, disk_).error().code,
              ErrorCode::invalid_argument);
  }
  EXPECT_EQ(create_key_slots("/more", "", random_, kCheap, disk_).error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(disk_.exists("/more"));
}

TEST_F(KeySlotsTest, ANewerVersionOrKindIsToldApartFromDamage) {
  EXPECT_EQ(open(rewritten(8, std::array<std::uint8_t, 4>{2, 0, 0, 0})), "version_unknown");
  EXPECT_EQ(open(rewritten(12, std::array<std::uint8_t, 4>{9, 0, 0, 0})), "version_unknown");
  EXPECT_EQ(open(rewritten(8, std::array<std::uint8_t, 4>{2, 0, 0, 0}, false)), "right");
}

TEST_F(KeySlotsTest, NothingThatTheKeyIsBoundToCanBeChanged) {
  EXPECT_EQ(open(rewritten(16, little_endian(9))), "wrong_passphrase") << "generation";
  EXPECT_EQ(open(rewritten(40, little_endian(9))), "wrong_passphrase") << "salt";
  EXPECT_EQ(open(rewritten(56, little_endian(9))), "wrong_passphrase") << "nonce";
  EXPECT_EQ(open(rewritten(80, little_endian(9))), "wrong_passphrase") << "sealed key";
}

TEST_F(KeySlotsTest, MakingThemLeavesAFileThatIsThereAlone) {
  EXPECT_EQ(create_key_slots("/keys", "x", random_, kCheap, disk_).error().code, ErrorCode::already_exists);
  EXPECT_EQ(disk_.content("/keys"), bytes_);
}

TEST_F(KeySlotsTest, AWrongOldPassphraseChangesNothing) {
  EXPECT_EQ(change_passphrase("/keys", "wrong", "new", random_, kCheap, disk_).error().code,
            ErrorCode::wrong_passphrase);
  EXPECT_EQ(disk_.content("/keys"), bytes_);
}

TEST_F(KeySlotsTest, ANewPassphraseOpensTheSameKeyAndTheOldOneDoesNot) {
  ASSERT_TRUE(change_passphrase("/keys", "passphrase", "new", random_, kCheap, disk_).ok());
  EXPECT_EQ(open(disk_.content("/keys"), "new"), "right");
  EXPECT_EQ(open(disk_.content("/keys")), "wrong_passphrase");
}

TEST_F(KeySlotsTest, OnTheRealDiskTheyAreTheOwnersAlone) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "keys";
  ASSERT_TRUE(create_key_slots(path, "passphrase", random_, kCheap).ok());
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions(), perms::owner_read | perms::owner_write);
  EXPECT_TRUE(change_passphrase(path, "passphrase", "new", random_, kCheap).ok());
  EXPECT_TRUE(unlock(path, "new").ok());
  EXPECT_EQ(unlock(path, "passphrase").error().code, ErrorCode::wrong_passphrase);
  EXPECT_EQ(unlock(folder.path() / "absent", "new").error().code, ErrorCode::store_missing);
  EXPECT_FALSE(std::filesystem::exists(fresh_path(path)));
}

}  // namespace key_slots_test
}  // namespace samla::vault
