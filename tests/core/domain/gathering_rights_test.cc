#include "core/domain/gathering_rights.h"

#include <gtest/gtest.h>

#include "core/domain/kinds.h"

namespace samla::domain {
namespace {

std::string step(Role role, std::string_view from, std::string_view to) {
  const auto checked = check_gathering_step(role, from, to, "test");
  return checked ? "" : std::string(error_name(checked.error().code));
}

std::string person(Role role, bool is_self, std::string_view gathering, std::string_view to) {
  const auto checked = check_participant_step(role, is_self, gathering, to, "test");
  return checked ? "" : std::string(error_name(checked.error().code));
}

TEST(GatheringRights, HrPublishesFacilitatorsRunAndNobodyElseSaysWhereItStands) {
  EXPECT_EQ(step(Role::kHr, "utkast", "publisert"), "");
  EXPECT_EQ(step(Role::kFacilitator, "utkast", "publisert"), "not_permitted");
  EXPECT_EQ(step(Role::kFacilitator, "publisert", "pågår"), "");
  EXPECT_EQ(step(Role::kFacilitator, "publisert", "avsluttet"), "");
  EXPECT_EQ(step(Role::kFacilitator, "avsluttet", "pågår"), "not_permitted");
  EXPECT_EQ(step(Role::kHr, "avsluttet", "pågår"), "");
  EXPECT_EQ(step(Role::kHr, "pågår", "pågår"), "wrong_state");
  EXPECT_EQ(step(Role::kHr, "pågår", "ferdig"), "invalid_argument");
  for (const Role role : {Role::kLeader, Role::kForum, Role::kObserver, Role::kNone}) {
    for (const std::string_view from : gathering_statuses()) {
      for (const std::string_view to : gathering_statuses()) EXPECT_EQ(step(role, from, to), "not_permitted");
    }
  }
}

TEST(GatheringRights, PeopleCheckThemselvesInWhileItRunsAndFacilitatorsAnybody) {
  EXPECT_EQ(person(Role::kLeader, true, "publisert", "påmeldt"), "");
  EXPECT_EQ(person(Role::kLeader, true, "pågår", "møtt"), "");
  EXPECT_EQ(person(Role::kLeader, true, "pågår", "ikke møtt"), "not_permitted");
  EXPECT_EQ(person(Role::kLeader, false, "pågår", "møtt"), "not_permitted");
  EXPECT_EQ(person(Role::kLeader, true, "avsluttet", "møtt"), "wrong_state");
  EXPECT_EQ(person(Role::kLeader, true, "utkast", "påmeldt"), "wrong_state");
  EXPECT_EQ(person(Role::kFacilitator, false, "pågår", "ikke møtt"), "");
  EXPECT_EQ(person(Role::kFacilitator, false, "avsluttet", "møtt"), "");
  EXPECT_EQ(person(Role::kFacilitator, false, "avsluttet", "påmeldt"), "wrong_state");
  EXPECT_EQ(person(Role::kHr, false, "pågår", "borte"), "invalid_argument");
}

TEST(GatheringRights, ObserversReadFacilitatorsOfItManageAndOthersWrite) {
  using replica::SpaceRight;
  EXPECT_EQ(gathering_right("TV", Role::kObserver), SpaceRight::kReader);
  EXPECT_EQ(gathering_right("prosessveileder", Role::kObserver), SpaceRight::kReader);
  EXPECT_EQ(gathering_right("prosessveileder", Role::kFacilitator), SpaceRight::kManager);
  EXPECT_EQ(gathering_right("prosessveileder", Role::kLeader), SpaceRight::kWriter);
  EXPECT_EQ(gathering_right("deltaker", Role::kFacilitator), SpaceRight::kWriter);
  EXPECT_EQ(gathering_right("", Role::kHr), SpaceRight::kManager);
}

TEST(GatheringRights, InputsAreTakenFromItsPublishingToItsEnd) {
  EXPECT_FALSE(check_input_time(Role::kHr, "utkast", "test").ok());
  EXPECT_TRUE(check_input_time(Role::kLeader, "publisert", "test").ok());
  EXPECT_TRUE(check_input_time(Role::kLeader, "pågår", "test").ok());
  EXPECT_FALSE(check_input_time(Role::kLeader, "avsluttet", "test").ok());
  EXPECT_TRUE(check_input_time(Role::kFacilitator, "avsluttet", "test").ok());
}

TEST(GatheringRights, KindsAreMadeByThoseWhoRunIt) {
  for (const std::string_view kind : {kind::kParticipant, kind::kSession, kind::kGatheringStatus}) {
    EXPECT_TRUE(may_make(kind, Role::kFacilitator)) << kind;
    EXPECT_FALSE(may_make(kind, Role::kLeader)) << kind;
  }
  EXPECT_FALSE(may_make(kind::kGathering, Role::kFacilitator));
  EXPECT_TRUE(may_make(kind::kGathering, Role::kHr));
}

}  // namespace
}  // namespace samla::domain
