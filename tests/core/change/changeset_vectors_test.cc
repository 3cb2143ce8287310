// Frozen bytes: what was once signed must decode for ever. tests/vectors/changesets.txt has a line each
// of name, hash and hex; a new format version adds lines and changes none. A line is made by printing
// sample_changeset's encoding (the failure message of a new name shows it).
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "core/base/encoding.h"
#include "core/change/changeset.h"
#include "tests/support/sample_changeset.h"

namespace samla::change {
namespace {

std::map<std::string, Changeset> samples() {
  Changeset bare = test::sample_changeset(103, {.writes = 3, .value_bytes = 40});
  bare.drop_ciphertext(1);
  return {{"whole", test::sample_changeset(101, {.writes = 4, .value_bytes = 40})},
          {"part", test::sample_changeset(102, {.writes = 5, .value_bytes = 40})
                       .partial({false, true, false, false, true})},
          {"bare", bare}};
}

TEST(ChangesetVectors, StillDecodeAndHashAsWhenTheyWereFrozen) {
  std::ifstream file(SAMLA_SOURCE_DIR "/tests/vectors/changesets.txt");
  std::map<std::string, std::pair<std::string, std::string>> frozen;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, hash, hex;
    words >> name >> hash >> hex;
    frozen[name] = {hash, hex};
  }
  for (const auto& [name, sample] : samples()) {
    const std::string made =
        name + " " + to_hex(changeset_hash(sample.header)) + " " + to_hex(sample.encode());
    ASSERT_TRUE(frozen.contains(name)) << made;
    const auto& [hash, hex] = frozen[name];
    EXPECT_EQ(name + " " + hash + " " + hex, made);
    const auto decoded = Changeset::decode(*from_hex(hex));
    ASSERT_TRUE(decoded.ok()) << name;
    EXPECT_EQ(to_hex(changeset_hash(decoded->header)), hash);
    EXPECT_TRUE(decoded->signed_by(test::sample_key().verify_key())) << name;
  }
}

}  // namespace
}  // namespace samla::change
