#include "core/domain/demo.h"

#include <map>
#include <span>

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/assessments.h"
#include "core/domain/cascade.h"
#include "core/domain/csv.h"
#include "core/domain/demo_forum.h"
#include "core/domain/demo_gatherings.h"
#include "core/domain/demo_people.h"
#include "core/domain/form_versions.h"
#include "core/domain/groups.h"
#include "core/domain/import.h"
#include "core/domain/measures.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/reviews.h"

namespace samla::domain {
namespace {

constexpr std::string_view kDemoLoad = "demo.load";
constexpr std::string_view kForm = "egenvurdering";
/// One transaction holds so many records.
constexpr std::size_t kStepsACommit = 100;

Result<void> import(Workspace& hr, const DemoPlan& plan) {
  std::string units = csv_line({"number", "name", "type", "fylke", "language", "headcount"}, ';');
  std::string leaders = csv_line({"user", "name", "unit"}, ';');
  for (const DemoUnit& each : plan.units) {
    units += csv_line(
        {each.number, each.name, each.type, each.fylke, each.language, std::to_string(each.headcount)}, ';');
    for (const DemoLeader& leader : each.leaders)
      leaders += csv_line({leader.handle, leader.name, each.number}, ';');
  }
  constexpr bool kDryRun = true;
  SAMLA_ASSIGN(const auto imported, import_units(hr, units, !kDryRun));
  SAMLA_ASSIGN(const auto led, import_leaders(hr, leaders, !kDryRun));
  if (imported.applied && led.applied) return {};
  return fail(ErrorCode::internal, std::string(kDemoLoad));
}

Result<void> make_groups(Workspace& hr, const DemoPlan& plan) {
  for (const DemoUnit& unit : plan.units) {
    GroupFields fields;
    for (const DemoLeader& each : unit.leaders) fields.add.push_back(each.handle);
    SAMLA_TRY(create_group(hr, demo_group_name(unit), fields));
  }
  return {};
}

/// HR asks one thing more than the built-in form does.
Result<void> publish_second_form(Workspace& hr) {
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(hr));
  Form form = versions.newest(kForm)->form;
  Question question;
  question.id = "samarbeid";
  question.label = {"Hvordan samarbeider dere med kommunen?", "Korleis samarbeider de med kommunen?"};
  form.sections.front().questions.push_back(std::move(question));
  SAMLA_ASSIGN(const Publication published, publish_form(hr, json_of(form)));
  if (published.is_published && published.version.number == 2) return {};
  return fail(ErrorCode::internal, std::string(kDemoLoad));
}

using Wave = std::span<const DemoUnit>;

Result<std::vector<std::string>> invite_all(Workspace& hr, Wave units, const DemoPlace& place) {
  SAMLA_ASSIGN(const std::uint64_t expires, expiry("14d", SystemClock().now_ms(), kDemoLoad));
  std::vector<Invitation> invitations;
  for (const DemoUnit& unit : units) {
    for (const DemoLeader& leader : unit.leaders) {
      Invitation invitation;
      invitation.user = leader.handle;
      invitation.name = leader.name;
      invitation.unit = unit.number;
      invitation.expires_ms = expires;
      invitations.push_back(std::move(invitation));
    }
  }
  return invite_many(hr, invitations, place.sync);
}

/// Due in autumn for those who have it planned; in spring for those who are done, or late.
Result<void> assign_tasks(Workspace& hr, Wave units, DemoCounts& counts) {
  Names names(hr);
  replica::Edit edit;
  std::set<SpaceId> spaces;
  const auto commit = [&]() -> Result<void> {
    if (!edit.empty()) SAMLA_TRY(hr.commit(std::move(edit), spaces));
    edit = replica::Edit();
    spaces.clear();
    return {};
  };
  for (const DemoUnit& unit : units) {
    SAMLA_ASSIGN(const Unit known, find_unit(hr, unit.number, kDemoLoad));
    const SpaceId space = hr.replica().space_id(purpose::kUnitHr, known.scope);
    for (const DemoLeader& leader : unit.leaders) {
      const auto user = names.find_user(leader.handle);
      if (!user) return fail(ErrorCode::internal, std::string(kDemoLoad));
      const std::string due = leader.passing == Passing::kPlanned ? "2016-10-01" : "2016-05-01";
      SAMLA_TRY(add_cascade_task(hr, edit, space, *user, std::string(kDemoDecision), due));
      spaces.insert(space);
      ++counts.tasks;
    }
    if (edit.steps().size() >= kStepsACommit) SAMLA_TRY(commit());
  }
  return commit();
}

/// Some units after others, as an organisation does: a newcomer verifies what stands in the chains already.
Result<void> let_in_all(Workspace& hr, const DemoPlan& plan, const DemoPlace& place, DemoCounts& counts) {
  constexpr std::size_t kUnitsAWave = 57;
  for (std::size_t first = 0; first < plan.units.size(); first += kUnitsAWave) {
    const Wave units = Wave(plan.units).subspan(first, std::min(kUnitsAWave, plan.units.size() - first));
    SAMLA_ASSIGN(const auto links, invite_all(hr, units, place));
    SAMLA_TRY(assign_tasks(hr, units, counts));
    SAMLA_TRY(demo_sync(hr.replica(), place.sync));
    SAMLA_TRY(live_all(plan, units, links, place, counts));
  }
  return demo_sync(hr.replica(), place.sync);
}

Result<void> review(Workspace& hr, const DemoPlan& plan, const DemoPlace& place) {
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(hr));
  std::map<std::string, std::string> revision_of_unit;
  for (const Assessment& each : revisions) revision_of_unit[each.unit] = to_hex(each.id);
  std::size_t done = 0;
  for (const DemoUnit& unit : plan.units) {
    const std::string& id = revision_of_unit[unit.number];
    if (unit.status == "returnert")
      SAMLA_TRY(return_assessment(hr, id, {{"summary", "Kan dere si mer om hva dere bygger dette på?"}}));
    if (unit.status == "godkjent") SAMLA_TRY(approve_assessment(hr, id));
    place.tell("reviews", ++done, plan.units.size());
  }
  return {};
}

Result<void> follow_up(Workspace& hr, const DemoPlan& plan, const DemoPlace& place, DemoCounts& counts) {
  std::size_t done = 0;
  for (const DemoUnit& unit : plan.units) {
    for (const DemoMeasure& each : unit.measures) {
      MeasureFields fields;
      fields.title = each.title;
      fields.theme = each.theme;
      fields.deadline = each.deadline;
      fields.owner = unit.leaders.front().handle;
      SAMLA_ASSIGN(const Measure measure, add_measure(hr, unit.number, {}, fields));
      SAMLA_TRY(set_measure_status(hr, to_hex(measure.id), each.status, {}));
      ++counts.measures;
    }
    place.tell("measures", ++done, plan.units.size());
  }
  return {};
}

Result<void> revoke_lost_phones(Workspace& hr, const DemoPlan& plan) {
  Names names(hr);
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      if (!leader.loses_the_phone) continue;
      const auto user = names.find_user(leader.handle);
      for (const replica::DeviceInfo& each : hr.replica().devices()) {
        if (user && each.user == *user) SAMLA_TRY(hr.replica().revoke_device(each.id, {}));
      }
    }
  }
  return {};
}

}  // namespace

std::string demo_group_name(const DemoUnit& unit) { return "Lederlaget i " + unit.name; }

replica::SyncOptions DemoPlace::people_sync() const {
  replica::SyncOptions out;
  out.silence_max = sync.silence_max;
  out.stop = sync.stop;
  return out;
}

replica::OpenOptions DemoPlace::options_of(const std::string& handle, const Clock* clock) const {
  replica::OpenOptions out;
  out.directory = people / handle;
  out.passphrase = passphrase;
  out.search_fields = search_fields();
  // What has left a device survives a loss of power; the rest can be loaded again.
  out.edits_survive_power_loss = false;
  out.clock = clock;
  return out;
}

void DemoPlace::tell(std::string_view step, std::size_t done, std::size_t all) const {
  if (progress) progress(step, done, all);
}

Result<void> demo_sync(replica::Replica& replica, const replica::SyncOptions& options) {
  SAMLA_ASSIGN(const auto report, replica.sync(options));
  if (report.reached == "none") return fail(ErrorCode::offline, std::string(kDemoLoad));
  return {};
}

Result<DemoCounts> load_demo(Workspace& hr, const DemoPlan& plan, const DemoPlace& place) {
  DemoCounts counts;
  counts.units = plan.units.size();
  for (const DemoUnit& unit : plan.units) ++counts.by_status[unit.status];
  place.tell("units", 0, plan.units.size());
  SAMLA_TRY(import(hr, plan));
  SAMLA_TRY(publish_second_form(hr));
  SAMLA_TRY(make_groups(hr, plan));
  place.tell("gatherings", 0, demo_gatherings(plan.size).size());
  SAMLA_TRY(hold_gatherings(hr, plan, place.sync));
  SAMLA_TRY(let_in_all(hr, plan, place, counts));
  SAMLA_TRY(review(hr, plan, place));
  SAMLA_TRY(follow_up(hr, plan, place, counts));
  SAMLA_ASSIGN(const auto candidates, gather_inputs(hr, plan, place, counts));
  SAMLA_TRY(vote_and_decide(hr, plan, candidates, place, counts));
  SAMLA_TRY(revoke_lost_phones(hr, plan));
  SAMLA_TRY(demo_sync(hr.replica(), place.sync));
  return counts;
}

}  // namespace samla::domain
