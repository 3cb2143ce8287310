// Many devices' changes, a server that is emptied, and one device in twenty that comes back: every shared
// change that those are members of is there again. SAMLA_REFILL_DEVICES and SAMLA_REFILL_CHANGES say how
// much.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/sample_fleet.h"
#include "tests/support/server_ledger.h"

namespace samla::replica {
namespace refill_test {

using test::Fleet;
using test::ledger_of;
using test::ServerLedger;

std::size_t number_from(const char* name, std::size_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

UserId user_of(std::size_t number) {
  return UserId{{static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number), 1}};
}

std::string name_of(std::size_t number) { return "device" + std::to_string(number); }

TEST(Refilling, OneDeviceInTwentyBringsBackEverySharedChangeToAnEmptiedServer) {
  const std::size_t devices = number_from("SAMLA_REFILL_DEVICES", 10);
  const std::size_t changes = number_from("SAMLA_REFILL_CHANGES", 3);
  Fleet fleet;
  ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
  for (std::size_t i = 0; i < devices; ++i) {
    auto device = fleet.must_join(name_of(i), user_of(i));
    for (std::size_t each = 0; each < changes; ++each) {
      Edit edit;
      edit.create(device->new_record_id(device->space_id(test::kAllSpace, {})),
                  device->space_id(test::kAllSpace, {}), "note", {{"title", {}, name_of(i)}});
      ASSERT_TRUE(device->commit(edit).ok());
      const bool apart = each + 1 == changes || devices <= 40;  // else one changeset has them all
      ASSERT_TRUE(!apart || device->sync({}).ok());
    }
  }
  // Those who will come back have heard of it; nobody else comes.
  const std::size_t back = std::max<std::size_t>(1, devices / 20);
  for (std::size_t i = 0; i < back; ++i) {
    auto device = Replica::open(fleet.options(name_of(i)));
    ASSERT_TRUE(device.ok() && (*device)->sync({}).ok());
  }
  const ServerLedger before = ledger_of(fleet.server.folder());
  fleet.server.empty();
  std::uint64_t recovered = 0;
  std::set<SpaceId> theirs;
  for (std::size_t i = 0; i < back; ++i) {
    auto device = Replica::open(fleet.options(name_of(i)));
    ASSERT_TRUE(device.ok());
    const auto report = (*device)->sync({});
    ASSERT_TRUE(report.ok()) << report.error().message();
    recovered += report->recovery ? report->recovery->recovered : 0;
    for (const SpaceInfo& space : (*device)->spaces()) {
      if (space.readable) theirs.insert(space.id);
    }
  }
  const ServerLedger after = ledger_of(fleet.server.folder());
  std::size_t wanted = 0;
  std::size_t lacking = 0;
  for (const auto& [place, bytes] : before.changesets) {
    if (!theirs.contains(std::get<0>(place))) continue;
    ++wanted;
    const auto found = after.changesets.find(place);
    lacking += found == after.changesets.end() || found->second != bytes ? 1 : 0;
  }
  std::printf("%zu devices, %zu changes each; %zu came back: %llu changesets recovered, %zu of %zu missing\n",
              devices, changes, back, static_cast<unsigned long long>(recovered), lacking, wanted);
  EXPECT_GE(wanted, devices);
  EXPECT_EQ(lacking, 0u);
  EXPECT_EQ(after.chains.at({}), before.chains.at({}));
}

}  // namespace refill_test
}  // namespace samla::replica
