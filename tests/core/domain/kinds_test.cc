#include "core/domain/kinds.h"

#include <gtest/gtest.h>

#include <set>

#include "core/domain/forms.h"
#include "core/domain/spaces.h"

namespace samla::domain {
namespace {

TEST(Kinds, AreNamedOnceAndSearchedWhereTheirFieldsSaySo) {
  std::set<std::string_view> names;
  for (const Kind& each : kinds()) EXPECT_TRUE(names.insert(each.name).second) << each.name;
  const view::SearchFields searched = search_fields();
  EXPECT_EQ(searched.at("note"), (std::vector<std::string>{"title", "body", "tags"}));
  EXPECT_FALSE(searched.contains("user"));
}

TEST(Kinds, SayHowTheirFieldsMerge) {
  EXPECT_EQ(policy_of("note", "body"), Policy::kText);
  EXPECT_EQ(policy_of("note", "tags"), Policy::kSet);
  EXPECT_EQ(policy_of("note", "title"), Policy::kRegister);
  EXPECT_EQ(policy_of("assessment", "summary"), Policy::kRegister);
  EXPECT_EQ(policy_of("of a newer version", "body"), Policy::kRegister);
}

TEST(Kinds, SayWhoMayMakeThem) {
  EXPECT_TRUE(may_make("unit", Role::kHr));
  EXPECT_FALSE(may_make("unit", Role::kLeader));
  EXPECT_TRUE(may_make("assessment_revision", Role::kLeader));
  EXPECT_FALSE(may_make("assessment_revision", Role::kHr));
  EXPECT_TRUE(may_make("note", Role::kObserver));
  EXPECT_FALSE(may_make("of a newer version", Role::kHr));
}

TEST(Spaces, HrIsNeverLetIntoAUnitsOwnSpace) {
  const RecordId unit{{7}};
  for (const Role role : {Role::kLeader, Role::kFacilitator, Role::kHr, Role::kForum, Role::kObserver}) {
    for (const auto& space : spaces_of_role(role, unit, {unit})) {
      if (space.spec.purpose == purpose::kUnit) {
        EXPECT_EQ(role, Role::kLeader);
        EXPECT_FALSE(space.grant_now);
      }
      EXPECT_NE(space.spec.purpose, purpose::kNotebook);
      const bool writes_directory =
          space.spec.purpose == purpose::kDirectory && space.right >= replica::SpaceRight::kWriter;
      EXPECT_EQ(writes_directory, writes_directory && role == Role::kHr);
    }
  }
}

}  // namespace
}  // namespace samla::domain
