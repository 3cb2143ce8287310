#include "core/domain/demo.h"

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/assessment_items.h"
#include "core/domain/assessments.h"
#include "core/domain/cascade.h"
#include "core/domain/csv.h"
#include "core/domain/import.h"
#include "core/domain/measures.h"
#include "core/domain/notes.h"
#include "core/domain/organisation.h"
#include "core/domain/reviews.h"

namespace samla::domain {
namespace {

constexpr std::string_view kOperation = "demo.load";
constexpr std::string_view kGathering = "Samling 2016";

Result<void> import(Workspace& hr, const std::vector<DemoUnit>& plan) {
  std::string units = csv_line({"number", "name", "type", "fylke", "language", "headcount"}, ';');
  std::string leaders = csv_line({"user", "name", "unit"}, ';');
  for (const DemoUnit& each : plan) {
    units += csv_line(
        {each.number, each.name, each.type, each.fylke, each.language, std::to_string(each.headcount)}, ';');
    leaders += csv_line({each.leader, each.leader_name, each.number}, ';');
  }
  constexpr bool kDryRun = true;
  SAMLA_ASSIGN(const auto imported, import_units(hr, units, !kDryRun));
  SAMLA_ASSIGN(const auto led, import_leaders(hr, leaders, !kDryRun));
  if (imported.applied && led.applied) return {};
  return fail(ErrorCode::internal, std::string(kOperation));
}

Result<void> sync(replica::Replica& replica, const replica::SyncOptions& options) {
  SAMLA_ASSIGN(const auto report, replica.sync(options));
  if (report.reached == "none") return fail(ErrorCode::offline, std::string(kOperation));
  return {};
}

bool is_submitted(const DemoUnit& unit) {
  return unit.status == "sendt" || unit.status == "returnert" || unit.status == "godkjent";
}

Result<void> write_assessment(Workspace& leader, const DemoUnit& unit) {
  SAMLA_ASSIGN(const auto begun, begin_assessment(leader, unit.number, "egenvurdering"));
  const std::string id = to_hex(begun.assessment.id);
  SAMLA_TRY(fill_assessment(leader, id, {unit.answers.begin(), unit.answers.end()}));
  for (const NewItem& item : unit.items) SAMLA_TRY(add_item(leader, id, item));
  if (!unit.participants.empty()) SAMLA_TRY(note_participation(leader, id, {{}, unit.participants, {}}));
  if (is_submitted(unit)) SAMLA_TRY(submit_assessment(leader, id));
  return {};
}

/// A leader's device: joins, writes, and is put away.
Result<void> live_as_leader(Workspace& hr, const DemoUnit& unit, const DemoPlace& place, DemoCounts& counts) {
  Invitation invitation;
  invitation.user = unit.leader;
  invitation.name = unit.leader_name;
  invitation.unit = unit.number;
  SAMLA_ASSIGN(invitation.expires_ms, expiry("14d", SystemClock().now_ms(), kOperation));
  SAMLA_ASSIGN(const std::string link, invite(hr, invitation, place.sync));
  replica::OpenOptions options;
  options.directory = place.people / unit.leader;
  options.passphrase = place.passphrase;
  options.search_fields = search_fields();
  SAMLA_ASSIGN(auto device, join(options, link, "Telefonen til " + unit.leader_name));
  ++counts.leaders;
  Workspace leader(*device);
  for (const DemoNote& note : unit.notes) {
    SAMLA_TRY(add_note(leader, {note.title, note.body, {note.tag}, {}}));
    ++counts.notes;
  }
  if (unit.status != "ikke startet") SAMLA_TRY(write_assessment(leader, unit));
  return sync(*device, place.sync);
}

Result<void> review(Workspace& hr, const std::vector<DemoUnit>& plan) {
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(hr));
  std::map<std::string, std::string> revision_of_unit;
  for (const Assessment& each : revisions) revision_of_unit[each.unit] = to_hex(each.id);
  for (const DemoUnit& unit : plan) {
    const std::string& id = revision_of_unit[unit.number];
    if (unit.status == "returnert")
      SAMLA_TRY(return_assessment(hr, id, {{"summary", "Kan dere si mer om hva dere bygger dette på?"}}));
    if (unit.status == "godkjent") SAMLA_TRY(approve_assessment(hr, id));
  }
  return {};
}

Result<void> follow_up(Workspace& hr, const std::vector<DemoUnit>& plan, DemoCounts& counts) {
  for (const DemoUnit& unit : plan) {
    for (const DemoMeasure& each : unit.measures) {
      MeasureFields fields;
      fields.title = each.title;
      fields.theme = each.theme;
      fields.deadline = each.deadline;
      fields.owner = unit.leader;
      SAMLA_ASSIGN(const Measure measure, add_measure(hr, unit.number, {}, fields));
      SAMLA_TRY(set_measure_status(hr, to_hex(measure.id), each.status, {}));
      ++counts.measures;
    }
    SAMLA_TRY(assign_cascade(hr, {unit.number, unit.leader, std::string(kGathering), "2016-05-01"}));
    ++counts.tasks;
  }
  return {};
}

/// The leaders say that they have passed it on.
Result<void> pass_on(const DemoUnit& unit, const DemoPlace& place) {
  replica::OpenOptions options;
  options.directory = place.people / unit.leader;
  options.passphrase = place.passphrase;
  options.search_fields = search_fields();
  SAMLA_ASSIGN(auto device, replica::Replica::open(options));
  SAMLA_TRY(sync(*device, place.sync));
  Workspace leader(*device);
  SAMLA_ASSIGN(const auto tasks, list_cascade(leader, {}));
  for (const CascadeTask& task : tasks)
    SAMLA_TRY(report_cascade(leader, to_hex(task.id),
                             {std::string(kCascadeDone), "Personalmøte", {}, unit.reached}));
  return sync(*device, place.sync);
}

}  // namespace

Result<DemoCounts> load_demo(Workspace& hr, const std::vector<DemoUnit>& plan, const DemoPlace& place) {
  DemoCounts counts;
  counts.units = plan.size();
  SAMLA_TRY(import(hr, plan));
  std::size_t done = 0;
  for (const DemoUnit& unit : plan) {
    SAMLA_TRY(live_as_leader(hr, unit, place, counts));
    ++counts.by_status[unit.status];
    if (place.progress) place.progress(++done, plan.size());
  }
  SAMLA_TRY(sync(hr.replica(), place.sync));
  SAMLA_TRY(review(hr, plan));
  SAMLA_TRY(follow_up(hr, plan, counts));
  SAMLA_TRY(sync(hr.replica(), place.sync));
  for (const DemoUnit& unit : plan) {
    if (unit.has_passed_on) SAMLA_TRY(pass_on(unit, place));
  }
  SAMLA_TRY(sync(hr.replica(), place.sync));
  return counts;
}

}  // namespace samla::domain
