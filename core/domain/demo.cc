#include "core/domain/demo.h"

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/assessment_items.h"
#include "core/domain/assessments.h"
#include "core/domain/cascade.h"
#include "core/domain/csv.h"
#include "core/domain/demo_gatherings.h"
#include "core/domain/form_rebase.h"
#include "core/domain/form_versions.h"
#include "core/domain/import.h"
#include "core/domain/inputs.h"
#include "core/domain/measures.h"
#include "core/domain/names.h"
#include "core/domain/notes.h"
#include "core/domain/organisation.h"
#include "core/domain/reviews.h"

namespace samla::domain {
namespace {

constexpr std::string_view kDemoLoad = "demo.load";
constexpr std::string_view kForm = "egenvurdering";
constexpr std::string_view kGathering = "Samling 2016";

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

Result<void> sync(replica::Replica& replica, const replica::SyncOptions& options) {
  SAMLA_ASSIGN(const auto report, replica.sync(options));
  if (report.reached == "none") return fail(ErrorCode::offline, std::string(kDemoLoad));
  return {};
}

bool is_submitted(const DemoUnit& unit) {
  return unit.status == "sendt" || unit.status == "returnert" || unit.status == "godkjent";
}

Result<void> write_assessment(Workspace& leader, const DemoUnit& unit) {
  const std::string form = std::string(kForm) + "@" + std::to_string(unit.form_version);
  SAMLA_ASSIGN(const auto begun, begin_assessment(leader, unit.number, form));
  const std::string id = to_hex(begun.assessment.id);
  SAMLA_TRY(fill_assessment(leader, id, {unit.answers.begin(), unit.answers.end()}));
  for (const NewItem& item : unit.items) SAMLA_TRY(add_item(leader, id, item));
  if (!unit.participants.empty()) SAMLA_TRY(note_participation(leader, id, {{}, unit.participants, {}}));
  if (is_submitted(unit)) SAMLA_TRY(submit_assessment(leader, id));
  return {};
}

/// The machine's clock, three days behind.
class LateClock final : public Clock {
 public:
  std::uint64_t now_ms() const override { return SystemClock().now_ms() - kThreeDaysMs; }

 private:
  static constexpr std::uint64_t kThreeDaysMs = std::uint64_t{3} * 24 * 60 * 60 * 1000;
};

replica::OpenOptions options_of(const DemoLeader& leader, const DemoPlace& place) {
  static const LateClock late;
  replica::OpenOptions out;
  out.directory = place.people / leader.handle;
  out.passphrase = place.passphrase;
  out.search_fields = search_fields();
  if (leader.has_wrong_clock) out.clock = &late;
  return out;
}

/// The first upload breaks off at the first word from the server; the next one takes up from there.
Result<void> sync_cut_off(replica::Replica& device, const DemoPlace& place) {
  replica::SyncOptions broken = place.sync;
  broken.stop = [] { return true; };
  SAMLA_TRY(device.sync(broken));
  return sync(device, place.sync);
}

Result<void> write_notes(Workspace& device, const DemoUnit& unit, const DemoLeader& leader,
                         DemoCounts& counts) {
  SAMLA_ASSIGN(const Unit known, find_unit(device, unit.number, kDemoLoad));
  const SpaceId shared = device.replica().space_id(purpose::kUnit, known.scope);
  for (const DemoNote& note : leader.notes) {
    SAMLA_ASSIGN(const auto made, add_note(device, {note.title, note.body, {note.tag}, {}}));
    ++counts.notes;
    // Where the key has yet to come, sharing waits for another day.
    if (note.is_shared && device.check_writable(shared, kDemoLoad).ok()) {
      SAMLA_TRY(share_note(device, to_hex(made.note.id), shared));
      ++counts.shared;
    }
  }
  return {};
}

/// What the leader says of passing on what was heard.
Result<void> pass_on(Workspace& device, const DemoLeader& leader) {
  if (leader.passing == Passing::kOverdue) return {};
  const bool is_done = leader.passing == Passing::kDone;
  CascadeFilter mine;
  mine.leader = leader.handle;
  SAMLA_ASSIGN(const auto tasks, list_cascade(device, mine));
  for (const CascadeTask& task : tasks) {
    SAMLA_TRY(is_done ? report_cascade(device, to_hex(task.id),
                                       {std::string(kCascadeDone), "Personalmøte", {}, leader.reached})
                      : report_cascade(device, to_hex(task.id), {std::string(kCascadePlanned), {}, {}, {}}));
  }
  return {};
}

/// A leader's device: joins, writes, syncs, and is put away.
Result<void> live_as(const DemoUnit& unit, const DemoLeader& leader, const std::string& gathering,
                     const std::string& link, const DemoPlace& place, DemoCounts& counts) {
  SAMLA_ASSIGN(auto device, join(options_of(leader, place), link, "Telefonen til " + leader.name));
  ++counts.leaders;
  Workspace workspace(*device);
  const bool begins = &leader == &unit.leaders.front() && unit.status != "ikke startet";
  if (begins) SAMLA_TRY(write_assessment(workspace, unit));
  SAMLA_TRY(write_notes(workspace, unit, leader, counts));
  for (const DemoInput& each : leader.inputs)
    SAMLA_TRY(add_input(workspace, {gathering, each.text, each.theme, leader.table, false, {}}));
  SAMLA_TRY(pass_on(workspace, leader));
  return leader.is_cut_off ? sync_cut_off(*device, place) : sync(*device, place.sync);
}

// ---- two leaders who do not know of each other

Result<std::string> only_draft(Workspace& device) {
  SAMLA_ASSIGN(const auto drafts, list_assessments(device, {}));
  if (drafts.size() != 1) return fail(ErrorCode::internal, std::string(kDemoLoad));
  return to_hex(drafts.front().id);
}

/// One side of a conflict; the first leader's, or the second's.
Result<void> collide(Workspace& device, const DemoUnit& unit, bool is_first) {
  SAMLA_ASSIGN(const std::string id, only_draft(device));
  SAMLA_ASSIGN(const Assessment draft, show_assessment(device, id));
  const std::string item = draft.items.front().id;
  const auto both = [&](std::string_view one, std::string_view other) {
    return std::string(is_first ? one : other);
  };
  switch (unit.conflict) {
    case DemoConflict::kNone:
      return {};
    case DemoConflict::kSameField:
      SAMLA_TRY(fill_assessment(
          device, id,
          {{"summary", both("Vi vil lære mer av hverandre.", "Vi vil møte brukerne tidligere.")}}));
      return {};
    case DemoConflict::kSameText: {
      ItemChange change;
      change.evidence =
          both("Det viser brukerundersøkelsen fra i vår.", "Det viser medarbeiderundersøkelsen.");
      SAMLA_TRY(edit_item(device, item, change));
      return {};
    }
    case DemoConflict::kDeleteAgainstEdit: {
      if (is_first) {
        SAMLA_TRY(delete_item(device, item));
        return {};
      }
      ItemChange change;
      change.text = "Vi er tettere på brukerne enn før";
      SAMLA_TRY(edit_item(device, item, change));
      return {};
    }
    case DemoConflict::kFormVersions:
      SAMLA_TRY(rebase_assessment(device, id, "egenvurdering@2", true));
      // The other tries it and goes back, which is a choice as well.
      if (!is_first) SAMLA_TRY(rebase_assessment(device, id, "egenvurdering@1", true));
      return {};
  }
  return {};
}

Result<void> plant_conflict(const DemoUnit& unit, const DemoPlace& place) {
  SAMLA_ASSIGN(auto first, replica::Replica::open(options_of(unit.leaders[0], place)));
  SAMLA_ASSIGN(auto second, replica::Replica::open(options_of(unit.leaders[1], place)));
  SAMLA_TRY(sync(*first, place.sync));  // lets the second in
  SAMLA_TRY(sync(*second, place.sync));
  Workspace one(*first);
  Workspace other(*second);
  SAMLA_TRY(collide(one, unit, true));
  SAMLA_TRY(collide(other, unit, false));
  SAMLA_TRY(sync(*first, place.sync));
  SAMLA_TRY(sync(*second, place.sync));
  return sync(*first, place.sync);
}

// ---- HR

Result<void> revoke_lost_phone(Workspace& hr, const DemoLeader& leader) {
  Names names(hr);
  const auto user = names.find_user(leader.handle);
  for (const replica::DeviceInfo& each : hr.replica().devices()) {
    if (user && each.user == *user) return hr.replica().revoke_device(each.id, {});
  }
  return fail(ErrorCode::internal, std::string(kDemoLoad));
}

Result<std::vector<std::string>> invite_all(Workspace& hr, const DemoPlan& plan, const DemoPlace& place) {
  std::vector<std::string> links;
  SAMLA_ASSIGN(const std::uint64_t expires, expiry("14d", SystemClock().now_ms(), kDemoLoad));
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      Invitation invitation;
      invitation.user = leader.handle;
      invitation.name = leader.name;
      invitation.unit = unit.number;
      invitation.expires_ms = expires;
      SAMLA_ASSIGN(std::string link, invite(hr, invitation, place.sync));
      links.push_back(std::move(link));
    }
  }
  return links;
}

Result<void> assign_tasks(Workspace& hr, const DemoPlan& plan, DemoCounts& counts) {
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      const std::string due = leader.passing == Passing::kPlanned ? "2016-10-01" : "2016-05-01";
      SAMLA_TRY(assign_cascade(hr, {unit.number, leader.handle, std::string(kGathering), due}));
      ++counts.tasks;
    }
  }
  return {};
}

Result<void> review(Workspace& hr, const DemoPlan& plan) {
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(hr));
  std::map<std::string, std::string> revision_of_unit;
  for (const Assessment& each : revisions) revision_of_unit[each.unit] = to_hex(each.id);
  for (const DemoUnit& unit : plan.units) {
    const std::string& id = revision_of_unit[unit.number];
    if (unit.status == "returnert")
      SAMLA_TRY(return_assessment(hr, id, {{"summary", "Kan dere si mer om hva dere bygger dette på?"}}));
    if (unit.status == "godkjent") SAMLA_TRY(approve_assessment(hr, id));
  }
  return {};
}

Result<void> follow_up(Workspace& hr, const DemoPlan& plan, DemoCounts& counts) {
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
  }
  return {};
}

}  // namespace

Result<DemoCounts> load_demo(Workspace& hr, const DemoPlan& plan, const DemoPlace& place) {
  DemoCounts counts;
  counts.units = plan.units.size();
  SAMLA_TRY(import(hr, plan));
  SAMLA_TRY(publish_second_form(hr));
  SAMLA_TRY(hold_gatherings(hr, plan, place.sync));
  SAMLA_ASSIGN(const auto links, invite_all(hr, plan, place));
  SAMLA_TRY(assign_tasks(hr, plan, counts));
  SAMLA_TRY(sync(hr.replica(), place.sync));
  std::size_t done = 0;
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      SAMLA_TRY(live_as(unit, leader, demo_gatherings(plan.size)[leader.gathering].name, links[done], place,
                        counts));
      ++done;
      if (place.progress) place.progress(done, links.size());
    }
    ++counts.by_status[unit.status];
    if (unit.conflict == DemoConflict::kNone) continue;
    SAMLA_TRY(plant_conflict(unit, place));
    ++counts.conflicts;
  }
  SAMLA_TRY(sync(hr.replica(), place.sync));
  SAMLA_TRY(review(hr, plan));
  SAMLA_TRY(follow_up(hr, plan, counts));
  SAMLA_TRY(gather_inputs(hr, plan, counts));
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      if (leader.loses_the_phone) SAMLA_TRY(revoke_lost_phone(hr, leader));
    }
  }
  SAMLA_TRY(sync(hr.replica(), place.sync));
  return counts;
}

}  // namespace samla::domain
