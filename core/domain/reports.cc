#include "core/domain/reports.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "core/domain/assessment_drafts.h"
#include "core/domain/cascade.h"
#include "core/domain/consolidation.h"
#include "core/domain/dates.h"
#include "core/domain/immutable.h"
#include "core/domain/measures.h"

namespace samla::domain {
namespace {

std::vector<std::string> texts_of(const std::vector<std::string_view>& words) {
  return {words.begin(), words.end()};
}

/// How far each unit has come: the unit is named by the space, whatever the record says.
Result<std::vector<std::size_t>> ranks(Workspace& workspace, const Consolidation& all) {
  std::vector<std::size_t> out(all.units().size());
  const auto raise = [&](const SpaceId& space, std::string_view status) {
    if (const auto subject = all.subject_of(space))
      out[*subject] = std::max(out[*subject], rank_of_status(status));
  };
  SAMLA_ASSIGN(const auto words, workspace.list(kind::kStatusWord));
  for (const auto& record : words) {
    if (record->unaltered && made_rightly(workspace, *record)) raise(record->space, record->text("status"));
  }
  // What HR has said counts, also where a later revision has begun anew.
  SAMLA_ASSIGN(const auto revisions, submitted_revisions(workspace));
  for (const Assessment& revision : revisions) raise(revision.space, revision.status);
  return out;
}

std::vector<ResponseGroup> groups_by(const Consolidation& all, const std::vector<bool>& chosen,
                                     const Table& table, std::string Subject::*key) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    if (chosen[i]) names.insert(all.subjects()[i].*key);
  }
  std::vector<ResponseGroup> out;
  for (const std::string& name : names) {
    std::vector<bool> part = chosen;
    for (std::size_t i = 0; i < part.size(); ++i) part[i] = part[i] && all.subjects()[i].*key == name;
    out.push_back({name, static_cast<std::size_t>(std::ranges::count(part, true)),
                   counts_of(table, part, texts_of(assessment_statuses()))});
  }
  return out;
}

/// First submissions by week.
Result<Counts> weeks(Workspace& workspace, const Consolidation& all, const std::vector<bool>& chosen) {
  SAMLA_ASSIGN(const auto revisions, all_revisions(workspace, std::nullopt));
  std::map<std::size_t, std::uint64_t> first;
  for (const Assessment& each : revisions) {
    const auto subject = all.subject_of(each.space);
    if (!subject || each.altered) continue;
    const auto [present, is_new] = first.emplace(*subject, each.created_ms);
    if (!is_new) present->second = std::min(present->second, each.created_ms);
  }
  std::set<std::string> names;
  for (const auto& [subject, ms] : first) names.insert(week_of(ms));
  const std::vector<std::string> words(names.begin(), names.end());
  std::vector<Fact> facts;
  for (const auto& [subject, ms] : first) {
    const auto at = std::ranges::find(words, week_of(ms)) - words.begin();
    facts.push_back({subject, static_cast<std::size_t>(at), 1});
  }
  const Table table(all.subjects(), words.size(), std::move(facts), Audience::kHr);
  return counts_of(table, chosen, words);
}

/// A table of its own for each type of item: what is hidden in one is not told by another.
Counts count_items(const Consolidation& all, const std::vector<Assessment>& revisions,
                   const std::vector<std::string>& keys, const std::vector<bool>& chosen, Audience audience,
                   std::string_view type, std::string AssessmentItem::*key) {
  std::vector<Fact> facts;
  for (const Assessment& revision : revisions) {
    const auto subject = all.subject_of(revision.space);
    for (const AssessmentItem& item : revision.items) {
      if (!subject || item.type != type) continue;
      const auto found = std::ranges::find(keys, item.*key);
      // What nobody knows goes with those that have none, the last.
      const auto at = found == keys.end() ? keys.size() - 1 : static_cast<std::size_t>(found - keys.begin());
      facts.push_back({*subject, at, 1});
    }
  }
  return counts_of(Table(all.subjects(), keys.size(), std::move(facts), audience, all.anonymity()), chosen,
                   keys);
}

struct Ask {
  Consolidation all;
  std::vector<bool> chosen;
};

Result<Ask> begin(Workspace& workspace, const ReportFilter& filter, std::string_view operation) {
  SAMLA_ASSIGN(auto all, Consolidation::load(workspace, operation));
  SAMLA_ASSIGN(auto chosen, all.chosen(filter, operation));
  return Ask{std::move(all), std::move(chosen)};
}

}  // namespace

Result<Response> report_response(Workspace& workspace, const ReportFilter& filter, std::string_view by) {
  SAMLA_ASSIGN(const Ask ask, begin(workspace, filter, "report.response"));
  SAMLA_ASSIGN(const auto rank, ranks(workspace, ask.all));
  std::vector<Fact> facts;
  for (std::size_t i = 0; i < rank.size(); ++i) facts.push_back({i, rank[i], 1});
  const Table table(ask.all.subjects(), assessment_statuses().size(), std::move(facts), filter.audience,
                    ask.all.anonymity());
  Response out;
  out.whole.units = static_cast<std::size_t>(std::ranges::count(ask.chosen, true));
  out.whole.by_status = counts_of(table, ask.chosen, texts_of(assessment_statuses()));
  if (by == "fylke") out.groups = groups_by(ask.all, ask.chosen, table, &Subject::fylke);
  if (by == "type") out.groups = groups_by(ask.all, ask.chosen, table, &Subject::type);
  if (filter.audience != Audience::kHr) return out;
  SAMLA_ASSIGN(out.by_week, weeks(workspace, ask.all, ask.chosen));
  for (std::size_t i = 0; i < rank.size(); ++i) {
    if (ask.chosen[i] && rank[i] < rank_of_status(kStatusSubmitted))
      out.missing.push_back(ask.all.units()[i]);
  }
  return out;
}

Result<Themes> report_themes(Workspace& workspace, const ReportFilter& filter, bool by_driver) {
  SAMLA_ASSIGN(const Ask ask, begin(workspace, filter, "report.themes"));
  SAMLA_ASSIGN(const auto known, by_driver ? drivers(workspace) : themes(workspace));
  SAMLA_ASSIGN(const auto revisions, counting_revisions(workspace));
  std::vector<std::string> keys;
  for (const Theme& each : known) keys.push_back(each.key);
  keys.emplace_back();
  Themes out;
  for (const Theme& each : known) out.rows.push_back({each.key, each.nb, {}, {}, {}});
  out.rows.push_back({{}, by_driver ? "Uten drivkraft" : "Uten tema", {}, {}, {}});
  constexpr std::array kColumns = {std::pair("styrke", &ThemeCounts::strengths),
                                   std::pair("svakhet", &ThemeCounts::weaknesses),
                                   std::pair("tiltak", &ThemeCounts::measures)};
  for (const auto& [type, column] : kColumns) {
    const Counts counted = count_items(ask.all, revisions, keys, ask.chosen, filter.audience, type,
                                       by_driver ? &AssessmentItem::driver : &AssessmentItem::theme);
    for (std::size_t i = 0; i < keys.size(); ++i) out.rows[i].*column = counted.by_word[i].second;
    for (const JoinedCount& each : counted.joined) out.joined.emplace_back(type, each);
  }
  const ThemeCounts& other = out.rows.back();
  const bool is_empty = other.strengths == 0 && other.weaknesses == 0 && other.measures == 0;
  if (is_empty) out.rows.pop_back();
  return out;
}

Result<MeasuresReport> report_measures(Workspace& workspace, const ReportFilter& filter) {
  SAMLA_ASSIGN(const Ask ask, begin(workspace, filter, "report.measures"));
  SAMLA_ASSIGN(const auto measures, list_measures(workspace, {}));
  const std::vector<std::string> words = texts_of(measure_statuses());
  const auto place = [&](std::string_view status) {
    const auto found = std::ranges::find(words, status);
    return found == words.end() ? std::size_t{0} : static_cast<std::size_t>(found - words.begin());
  };
  MeasuresReport out;
  std::vector<StatusFact> facts;
  for (const Measure& each : measures) {
    const auto subject = ask.all.subject_of(each.space);
    if (subject) {
      facts.push_back({*subject, place(each.status), is_overdue(each, filter.today)});
    } else {
      ++out.programme;
    }
  }
  const StatusCounts counted =
      count_statuses({ask.all.subjects(), ask.chosen, filter.audience, ask.all.anonymity()}, facts, words,
                     {place("fullført"), place("avbrutt"), place("effekt vurdert")});
  out.by_status = counted.by_status;
  out.overdue = counted.overdue;
  out.ended = counted.ended;
  out.reviewed = counted.reviewed;
  out.share_reviewed = share_of(out.reviewed, out.ended);
  return out;
}

Result<CascadeReportCounts> report_cascade_tasks(Workspace& workspace, const ReportFilter& filter) {
  SAMLA_ASSIGN(const Ask ask, begin(workspace, filter, "report.cascade"));
  SAMLA_ASSIGN(const auto tasks, list_cascade(workspace, {}));
  const std::vector<std::string> words = {std::string(kCascadeAssigned), std::string(kCascadePlanned),
                                          std::string(kCascadeDone), std::string(kCascadeAcknowledged)};
  std::vector<StatusFact> facts;
  std::vector<Fact> reached;
  for (const CascadeTask& each : tasks) {
    const auto subject = ask.all.subject_of(each.space);
    const auto at = std::ranges::find(words, each.status);
    if (!subject || at == words.end()) continue;
    facts.push_back({*subject, static_cast<std::size_t>(at - words.begin()), is_overdue(each, filter.today)});
    if (each.reached > 0) reached.push_back({*subject, 0, each.reached});
  }
  const Asked asked = {ask.all.subjects(), ask.chosen, filter.audience, ask.all.anonymity()};
  const StatusCounts counted = count_statuses(asked, facts, words, {2, 3});
  CascadeReportCounts out;
  out.by_status = counted.by_status;
  out.overdue = counted.overdue;
  out.done = counted.ended;
  out.share_done = share_of(out.done, out.by_status.total);
  out.reached = Table(asked.subjects, 1, std::move(reached), asked.audience, asked.k).ask(asked.chosen).total;
  return out;
}

}  // namespace samla::domain
