#include "core/domain/round_publishing.h"

#include <algorithm>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/cluster_records.h"
#include "core/domain/dates.h"
#include "core/domain/immutable.h"
#include "core/domain/measure_origin.h"
#include "core/domain/names.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kRoundPublish = "round.publish";

std::vector<const Candidate*> chosen_of(const Round& round) {
  std::vector<const Candidate*> out;
  for (const Candidate& each : round.candidates) {
    if (each.chosen > 0) out.push_back(&each);
  }
  std::ranges::sort(out, {}, &Candidate::chosen);
  return out;
}

/// The decision, as an immutable record of the programme space.
Result<RecordId> add_decision(Workspace& workspace, Edit& edit, const Round& round) {
  const SpaceId programme = workspace.replica().space_id(purpose::kProgramme, {});
  std::vector<Edit::Field> fields = {field("round", to_hex(round.id)), field("title", round.title),
                                     field("method", round.method), field("rationale", round.rationale),
                                     field("voters", static_cast<std::int64_t>(round.voters))};
  std::size_t number = 0;
  for (const Candidate& each : round.candidates) {
    const std::string name = "candidate." + std::to_string(++number) + ".";
    fields.push_back(field(name + "text", each.text));
    fields.push_back(field(name + "chosen", static_cast<std::int64_t>(each.chosen)));
    if (!each.place) continue;
    fields.push_back(field(name + "place", static_cast<std::int64_t>(each.place->place)));
    fields.push_back(field(name + "points", each.place->points));
  }
  SAMLA_ASSIGN(const RecordId id,
               content_id(workspace.replica(), programme, kind::kPublishedDecision, fields));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (!present) edit.create(id, programme, std::string(kind::kPublishedDecision), std::move(fields));
  return id;
}

/// A main measure of the programme, vedtatt from the start.
Result<RecordId> add_measure_of(Workspace& workspace, Edit& edit, const Round& round,
                                const Candidate& chosen) {
  const SpaceId programme = workspace.replica().space_id(purpose::kProgramme, {});
  SAMLA_ASSIGN(const RecordId id,
               workspace.replica().derived_id(programme, kind::kMeasure, to_hex(round.id) + " " + chosen.id));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (present) return id;
  edit.create(id, programme, std::string(kind::kMeasure),
              {field("title", measure_title(chosen.text)), field("description", chosen.text),
               field("origin_kind", std::string(kind::kRound)), field("origin", to_hex(round.id)),
               field("theme", chosen.theme)});
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kMeasureStatus, programme));
  SAMLA_TRY(log.add(workspace, edit, programme, to_hex(id), "vedtatt", round.rationale));
  return id;
}

/// The inputs behind the candidates are vurdert. Those that this device can't reach stay as they are.
Result<std::size_t> assess_inputs(Workspace& workspace, Edit& edit, std::set<SpaceId>& spaces,
                                  const Round& round) {
  SAMLA_ASSIGN(const auto clusters, ClusterRecords::load(workspace));
  std::set<std::string> behind;
  for (const Candidate& each : round.candidates) {
    const auto found = clusters.all().find(each.id);
    if (found == clusters.all().end()) continue;
    for (const ClusterMember& input : found->second.inputs) behind.insert(input.input);
  }
  SAMLA_ASSIGN(const auto inputs, list_inputs(workspace, {}));
  InputSteps steps(workspace);
  std::size_t out = 0;
  for (const Input& each : inputs) {
    if (each.status != kInputClustered || !behind.contains(to_hex(each.id))) continue;
    if (!workspace.check_writable(each.space, kRoundPublish)) continue;
    SAMLA_TRY(steps.add(edit, each, kInputAssessed, to_hex(round.id)));
    spaces.insert(each.space);
    ++out;
  }
  return out;
}

Result<std::vector<std::string>> own_gatherings(Workspace& workspace) {
  SAMLA_ASSIGN(const auto all, list_gatherings(workspace, std::nullopt));
  std::vector<std::string> out;
  for (const Gathering& each : all) {
    if (each.is_member && each.status != kGatheringDraft) out.push_back(each.name);
  }
  return out;
}

}  // namespace

Result<RoundPublishing> publish_round(Workspace& workspace, std::string_view id, const std::string& due) {
  RoundPublishing out;
  SAMLA_ASSIGN(const Round round, find_round(workspace, id, kRoundPublish));
  SAMLA_TRY(check_round_step(workspace.role(), round.status, kRoundPublished, kRoundPublish));
  if (!due.empty()) SAMLA_TRY(check_date(due, "due", kRoundPublish));
  const SpaceId programme = workspace.replica().space_id(purpose::kProgramme, {});
  SAMLA_TRY(workspace.check_writable(programme, kRoundPublish));
  SAMLA_TRY(workspace.check_writable(round.space, kRoundPublish));
  // The tasks come first: they are the same ones if this breaks off and is asked again.
  SAMLA_ASSIGN(const auto gatherings, own_gatherings(workspace));
  SAMLA_ASSIGN(out.cascade, assign_cascade_to_participants(workspace, gatherings, round.title, due));
  Edit edit;
  std::set<SpaceId> spaces = {programme, round.space};
  SAMLA_ASSIGN(const RecordId decision, add_decision(workspace, edit, round));
  out.decision = to_hex(decision);
  for (const Candidate* each : chosen_of(round)) {
    SAMLA_ASSIGN(const RecordId measure, add_measure_of(workspace, edit, round, *each));
    out.measures.push_back(to_hex(measure));
  }
  SAMLA_ASSIGN(out.assessed, assess_inputs(workspace, edit, spaces, round));
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kRoundStatus, round.space));
  SAMLA_TRY(log.add(workspace, edit, round.space, to_hex(round.id), kRoundPublished, {}, {out.decision}));
  SAMLA_TRY(workspace.commit(std::move(edit), spaces));
  SAMLA_ASSIGN(out.round, find_round(workspace, to_hex(round.id), kRoundPublish));
  return out;
}

Result<std::vector<Decision>> list_decisions(Workspace& workspace) {
  view::Query query;
  query.kind = kind::kPublishedDecision;
  query.space = workspace.replica().space_id(purpose::kProgramme, {});
  query.newest_first = true;
  SAMLA_ASSIGN(const auto records, workspace.records().list(query));
  std::vector<Decision> out;
  for (const view::RecordView& record : records) {
    if (!is_unaltered(workspace.replica(), record) || !made_rightly(workspace, record)) continue;
    Decision each{record.id,
                  record.text("round"),
                  record.text("title"),
                  record.text("method"),
                  record.text("rationale"),
                  record.number("voters"),
                  {},
                  record.created_ms,
                  record.author};
    for (std::size_t number = 1;; ++number) {
      const std::string name = "candidate." + std::to_string(number) + ".";
      if (record.find(name + "text") == nullptr) break;
      each.candidates.push_back(
          {record.text(name + "text"), static_cast<std::size_t>(record.number(name + "place")),
           record.number(name + "points"), static_cast<std::size_t>(record.number(name + "chosen"))});
    }
    out.push_back(std::move(each));
  }
  return out;
}

}  // namespace samla::domain
