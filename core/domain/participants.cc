#include "core/domain/participants.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/members.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

using replica::Edit;
using replica::SpaceRight;

constexpr std::int64_t kTableMax = 1000;

Result<std::optional<view::RecordView>> find_participant(Workspace& workspace, const SpaceId& space,
                                                         const std::string& user) {
  SAMLA_ASSIGN(const RecordId id, participant_id(workspace, space, user));
  SAMLA_ASSIGN(auto record, workspace.read(id));
  if (record && (record->erased || record->space != space || !made_rightly(workspace, *record)))
    record.reset();
  return record;
}

std::string own_handle(Workspace& workspace) {
  return Names(workspace).user(workspace.replica().user()).handle;
}

Result<Participant> read_participant(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "gathering.participant");
  Names names(workspace);
  return participant_of(*record, names);
}

Result<void> check_role_word(const std::optional<std::string>& role, std::string_view operation) {
  if (!role || std::ranges::find(participant_roles(), *role) != participant_roles().end()) return {};
  return fail(ErrorCode::invalid_argument, std::string(operation),
              "a participant is deltaker, prosessveileder, TV, VO, KS or gjest, not '" + *role + "'");
}

Result<void> check_table(const std::optional<std::int64_t>& table, std::string_view operation) {
  if (!table || (*table >= 0 && *table <= kTableMax)) return {};
  return fail(ErrorCode::invalid_argument, std::string(operation), "a table is a number up to 1000; 0: none");
}

Result<void> check_room(Workspace& workspace, const Gathering& gathering, std::string_view operation) {
  if (gathering.capacity == 0) return {};
  SAMLA_ASSIGN(const auto present, participants(workspace, gathering));
  if (present.size() < static_cast<std::size_t>(gathering.capacity)) return {};
  return fail(ErrorCode::wrong_state, std::string(operation),
              "the gathering is full (" + std::to_string(gathering.capacity) +
                  "); gathering edit --capacity makes room");
}

/// The steps that change what is named of a participant.
void change(Edit& edit, const view::RecordView& record, const NewParticipant& to,
            const std::optional<std::string>& status) {
  const auto assign = [&](std::string_view name, const view::Value& value) {
    const view::Value* present = record.find(name);
    if (present == nullptr || *present != value) edit.assign(record.id, std::string(name), value);
  };
  if (to.role) assign("role", *to.role);
  if (to.table) assign("table", *to.table);
  if (status) assign("status", *status);
}

}  // namespace

Participant participant_of(const view::RecordView& record, Names& names) {
  Participant out = {record.id,           record.text("user"),   record.text("person"),  record.text("name"),
                     record.text("role"), record.text("status"), record.number("table"), record.contested()};
  if (const auto user = fixed_from_hex<UserId>(out.person)) {
    const Person known = names.user(*user);
    if (known.handle == out.user) out.name = known.name;
  }
  return out;
}

Result<RecordId> participant_id(const Workspace& workspace, const SpaceId& space, const std::string& user) {
  return workspace.replica().derived_id(space, kind::kParticipant, user);
}

Result<std::vector<Participant>> participants(Workspace& workspace, const Gathering& gathering) {
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kParticipant, gathering.space));
  Names names(workspace);
  std::vector<Participant> out;
  for (const auto& record : records) {
    if (made_rightly(workspace, *record)) out.push_back(participant_of(*record, names));
  }
  std::ranges::sort(out, {}, [](const Participant& each) { return std::tie(each.name, each.user); });
  return out;
}

Result<std::vector<Edit::Field>> participant_fields(Workspace& workspace, const std::string& user,
                                                    const std::string& name, const std::string& role) {
  Names names(workspace);
  const auto known = names.find_user(user);
  SAMLA_ASSIGN(const RecordId later,
               workspace.replica().derived_id(workspace.directory(), kind::kUser, user));
  std::string called = name;
  if (called.empty()) called = known ? names.user(*known).name : user;
  return std::vector<Edit::Field>{
      field("user", user), field("person", known ? to_hex(*known) : to_hex(later)), field("name", called),
      field("role", role), field("status", std::string(kInvited))};
}

Result<Participant> join_gathering(Workspace& workspace, std::string_view words,
                                   const NewParticipant& participant) {
  constexpr std::string_view kOperation = "gathering.join";
  SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, words, kOperation));
  SAMLA_TRY(check_role_word(participant.role, kOperation));
  SAMLA_TRY(check_table(participant.table, kOperation));
  const std::string self = own_handle(workspace);
  const std::string user = participant.user.empty() ? self : participant.user;
  SAMLA_TRY(check_name(user, "user", kOperation));
  const bool runs = may_run_gatherings(workspace.role());
  if (!runs && (user != self || participant.role || participant.table)) {
    return fail(ErrorCode::not_permitted, std::string(kOperation),
                "you can sign up yourself; HR and facilitators ask others, and say roles and tables");
  }
  std::optional<std::string> status;
  if (participant.user.empty()) status = kSignedUp;
  if (status)
    SAMLA_TRY(check_participant_step(workspace.role(), true, gathering.status, *status, kOperation));
  SAMLA_ASSIGN(const auto present, find_participant(workspace, gathering.space, user));
  Edit edit;
  SAMLA_ASSIGN(const RecordId id, participant_id(workspace, gathering.space, user));
  if (!present) {
    if (!runs) {
      return fail(ErrorCode::not_permitted, std::string(kOperation),
                  "you are not asked to this gathering; HR or a facilitator does that first");
    }
    SAMLA_TRY(check_room(workspace, gathering, kOperation));
    const bool helps = user == self && workspace.role() == Role::kFacilitator;
    SAMLA_ASSIGN(auto fields, participant_fields(workspace, user, {},
                                                 participant.role.value_or(std::string(
                                                     helps ? kParticipantFacilitator : kParticipantPlain))));
    if (status) fields.back() = field("status", *status);
    if (participant.table) fields.push_back(field("table", *participant.table));
    edit.create(id, gathering.space, std::string(kind::kParticipant), std::move(fields));
  } else {
    // Who has checked in does not sign up again.
    if (status && present->text("status") != kInvited) status.reset();
    change(edit, *present, participant, status);
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {gathering.space}));
  return read_participant(workspace, id);
}

Result<Participant> check_in(Workspace& workspace, std::string_view words, const std::string& user,
                             const std::string& status) {
  constexpr std::string_view kOperation = "gathering.checkin";
  SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, words, kOperation));
  const std::string self = own_handle(workspace);
  const std::string who = user.empty() ? self : user;
  SAMLA_TRY(check_participant_step(workspace.role(), who == self, gathering.status, status, kOperation));
  SAMLA_ASSIGN(const auto present, find_participant(workspace, gathering.space, who));
  if (!present) {
    return fail(ErrorCode::not_found, std::string(kOperation),
                "'" + who + "' is not asked to this gathering; gathering join --user adds them");
  }
  Edit edit;
  if (present->text("status") != status) edit.assign(present->id, "status", status);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {gathering.space}));
  return read_participant(workspace, present->id);
}

Result<std::vector<Participant>> seat(Workspace& workspace, std::string_view words, std::size_t size) {
  constexpr std::string_view kOperation = "gathering.seat";
  SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, words, kOperation));
  if (!may_run_gatherings(workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "HR and facilitators place people");
  }
  constexpr std::size_t kSizeMax = 100;
  if (size == 0 || size > kSizeMax) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "size is from 1 to 100 people a table");
  }
  SAMLA_ASSIGN(const auto all, participants(workspace, gathering));
  SAMLA_ASSIGN(const auto leaders, directory_records(workspace, kind::kLeader));
  std::map<std::string, std::string> unit_of;
  for (const auto& each : leaders) unit_of[each->text("user")] = each->text("unit");
  std::map<std::int64_t, std::size_t> taken;
  std::vector<const Participant*> free;
  for (const Participant& each : all) {
    if (each.table > 0) ++taken[each.table];
    if (each.table == 0 && each.status != kAbsent) free.push_back(&each);
  }
  // Dealt like cards, unit by unit: neighbours in this order come to different tables.
  std::ranges::stable_sort(free, {}, [&](const Participant* each) { return unit_of[each->user]; });
  const std::size_t tables = (free.size() + size - 1) / size;
  std::vector<std::int64_t> numbers;
  for (std::int64_t number = 1; numbers.size() < tables && number <= kTableMax; ++number) {
    if (!taken.contains(number)) numbers.push_back(number);
  }
  if (numbers.size() < tables) {
    return fail(ErrorCode::too_large, std::string(kOperation), "that is over 1000 tables; make them larger");
  }
  Edit edit;
  for (std::size_t i = 0; i < free.size(); ++i)
    edit.assign(free[i]->id, "table", numbers[i % numbers.size()]);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {gathering.space}));
  return participants(workspace, gathering);
}

Result<void> admit_participants(Workspace& workspace) {
  if (!may_run_gatherings(workspace.role())) return {};
  std::map<UserId, Role> users;
  for (const replica::UserInfo& each : workspace.replica().users())
    users.emplace(each.id, static_cast<Role>(each.role));
  for (const replica::SpaceInfo& info : workspace.replica().spaces()) {
    if (info.purpose != purpose::kGathering || !info.readable || info.right != SpaceRight::kManager) continue;
    std::set<UserId> members;
    for (const auto& [user, right] : workspace.replica().members(info.id)) members.insert(user);
    Gathering gathering;
    gathering.space = info.id;
    SAMLA_ASSIGN(const auto asked, participants(workspace, gathering));
    for (const Participant& each : asked) {
      const auto id = fixed_from_hex<UserId>(each.person);
      if (!id || members.contains(*id) || !users.contains(*id)) continue;
      SAMLA_TRY(set_member(workspace, info.id, *id, gathering_right(each.role, users.at(*id))));
    }
  }
  return {};
}

Result<std::vector<replica::InviteSpace>> gathering_spaces(Workspace& workspace, const std::string& user,
                                                           Role role) {
  constexpr bool kGrantNow = true;
  std::vector<replica::InviteSpace> out;
  for (const replica::SpaceInfo& info : workspace.replica().spaces()) {
    if (info.purpose != purpose::kGathering || !info.readable) continue;
    SAMLA_ASSIGN(const auto asked, find_participant(workspace, info.id, user));
    if (!asked && role != Role::kHr) continue;
    out.push_back({space_spec(purpose::kGathering, info.scope),
                   gathering_right(asked ? asked->text("role") : std::string(), role), kGrantNow});
  }
  return out;
}

}  // namespace samla::domain
