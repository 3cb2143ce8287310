#include "core/domain/assessment_diff.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/assessment_drafts.h"
#include "core/domain/immutable.h"
#include "core/domain/record_ids.h"
#include "core/domain/reviews.h"

namespace samla::domain {
namespace {

void add_texts(std::vector<Change>& out, const std::map<std::string, std::string>& before,
               const std::map<std::string, std::string>& after) {
  std::set<std::string> ids;
  for (const auto& [id, answer] : before) ids.insert(id);
  for (const auto& [id, answer] : after) ids.insert(id);
  const auto text = [](const auto& answers, const std::string& id) {
    const auto found = answers.find(id);
    return found == answers.end() ? std::string() : found->second;
  };
  for (const std::string& id : ids) {
    const std::string was = text(before, id);
    const std::string is = text(after, id);
    if (was == is) continue;
    out.push_back({"answer", id, was.empty() ? "added" : is.empty() ? "removed" : "changed", {}, was, is});
  }
}

const AssessmentItem* find(const std::vector<AssessmentItem>& items, const std::string& id) {
  const auto found = std::ranges::find(items, id, &AssessmentItem::id);
  return found == items.end() ? nullptr : &*found;
}

/// The fewest items that must have been moved: those outside a longest run that kept its order.
std::set<std::string> moved_items(const std::vector<AssessmentItem>& before,
                                  const std::vector<AssessmentItem>& after) {
  std::vector<std::pair<std::string, std::ptrdiff_t>> places;
  for (const AssessmentItem& each : after) {
    if (const AssessmentItem* was = find(before, each.id)) places.emplace_back(each.id, was - before.data());
  }
  std::vector<std::size_t> length(places.size(), 1);
  std::vector<std::size_t> from(places.size());
  std::size_t best = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    from[i] = i;
    for (std::size_t j = 0; j < i; ++j) {
      if (places[j].second >= places[i].second || length[j] < length[i]) continue;
      length[i] = length[j] + 1;
      from[i] = j;
    }
    if (length[i] > length[best]) best = i;
  }
  std::set<std::string> out;
  for (const auto& [id, place] : places) out.insert(id);
  for (std::size_t i = best; i < places.size(); i = from[i]) {
    out.erase(places[i].first);
    if (from[i] == i) break;
  }
  return out;
}

void add_item_parts(std::vector<Change>& out, const AssessmentItem& was, const AssessmentItem& is) {
  const auto add = [&](const char* part, const std::string& before, const std::string& after) {
    if (before != after) out.push_back({"item", is.id, "changed", part, before, after});
  };
  add("type", was.type, is.type);
  add("text", was.text, is.text);
  add("theme", was.theme, is.theme);
  add("driver", was.driver, is.driver);
  add("evidence", was.evidence, is.evidence);
}

void add_items(std::vector<Change>& out, const Assessment& before, const Assessment& after) {
  const auto moved = moved_items(before.items, after.items);
  for (const AssessmentItem& each : after.items) {
    const AssessmentItem* was = find(before.items, each.id);
    if (was == nullptr) {
      out.push_back({"item", each.id, "added", {}, {}, each.text});
      continue;
    }
    add_item_parts(out, *was, each);
    if (moved.contains(each.id)) out.push_back({"item", each.id, "moved", {}, was->text, each.text});
  }
  for (const AssessmentItem& each : before.items) {
    if (find(after.items, each.id) == nullptr) out.push_back({"item", each.id, "removed", {}, each.text, {}});
  }
}

void add_participation(std::vector<Change>& out, const Assessment& before, const Assessment& after) {
  if (before.process != after.process)
    out.push_back({"process", "process", "changed", {}, before.process, after.process});
  for (const std::string& name : after.participants) {
    if (!std::ranges::binary_search(before.participants, name))
      out.push_back({"participant", name, "added", {}, {}, name});
  }
  for (const std::string& name : before.participants) {
    if (!std::ranges::binary_search(after.participants, name))
      out.push_back({"participant", name, "removed", {}, name, {}});
  }
}

/// What `later` is to be held against where nothing was named.
Result<Assessment> version_before(Workspace& workspace, const Assessment& later) {
  const SpaceId space = later.is_revision ? later.space : unit_hr_of(workspace, later.space);
  SAMLA_ASSIGN(auto all, all_revisions(workspace, space));
  const std::string draft = later.is_revision ? later.source : to_hex(later.id);
  std::erase_if(all, [&](const Assessment& each) { return each.altered || each.source != draft; });
  if (later.is_revision) {
    std::erase_if(all, [&](const Assessment& each) {
      return std::ranges::find(later.previous, to_hex(each.id)) == later.previous.end();
    });
  } else {
    all = unreplaced(std::move(all));
  }
  return all.empty() ? Assessment() : std::move(all.back());
}

Result<void> add_edits(Workspace& workspace, const RecordId& record, std::string_view event,
                       std::vector<HistoryEvent>& out) {
  SAMLA_ASSIGN(const auto writes, workspace.replica().history(record));
  for (const replica::WriteInfo& write : writes) {
    if (!write.content) continue;
    for (const view::FieldContent& each : write.content->fields) {
      if (is_reserved_for_assessments(each.field) || !each.element.empty()) continue;
      const auto* text = std::get_if<std::string>(&each.value);
      if (text != nullptr)
        out.push_back({write.time.ms(), write.ref.writer, text_of(event), each.field, *text});
    }
  }
  return {};
}

Result<void> add_draft(Workspace& workspace, const view::RecordView& draft, std::vector<HistoryEvent>& out) {
  out.push_back({draft.created_ms, draft.author, "begun", draft.text("form"), {}});
  SAMLA_TRY(add_edits(workspace, draft.id, "filled", out));
  view::Query query;
  query.kind = kind::kItem;
  query.space = draft.space;
  query.include_erased = true;
  SAMLA_ASSIGN(const auto items, workspace.records().list(query));
  for (const view::RecordView& item : items) {
    if (item.text("assessment") != to_hex(draft.id)) continue;
    out.push_back({item.created_ms, item.author, "item added", to_hex(item.id), item.text("text")});
    if (item.erased) out.push_back({item.updated_ms, item.author, "item deleted", to_hex(item.id), {}});
  }
  return {};
}

/// What stands in the unit-hr space, which HR and leaders both read.
Result<void> add_reviewed(Workspace& workspace, const SpaceId& unit_hr, const std::string& draft,
                          std::vector<HistoryEvent>& out) {
  view::Query query;
  query.kind = kind::kStatusWord;
  query.space = unit_hr;
  SAMLA_ASSIGN(const auto words, workspace.records().list(query));
  for (const view::RecordView& word : words) {
    const bool counts = is_unaltered(workspace.replica(), word) && made_rightly(workspace, word);
    if (counts && word.text("assessment") == draft && word.text("status") != kStatusSubmitted)
      out.push_back({word.created_ms, word.author, word.text("status"), {}, {}});
  }
  SAMLA_ASSIGN(const auto revisions, all_revisions(workspace, unit_hr));
  for (const Assessment& each : revisions) {
    if (each.source == draft && !each.altered)
      out.push_back({each.created_ms, each.author, text_of(kStatusSubmitted), to_hex(each.id), {}});
  }
  SAMLA_ASSIGN(const Reviews reviews, Reviews::load(workspace, unit_hr));
  for (const Reviews::Decision& each : reviews.decisions_on(draft))
    out.push_back({each.created_ms, each.author, each.status, each.revision, {}});
  for (const ReviewComment& each : reviews.comments_on(draft))
    out.push_back({each.created_ms, each.author, "comment", each.target, each.text});
  return {};
}

}  // namespace

std::vector<Change> changes_between(const Assessment& before, const Assessment& after) {
  std::vector<Change> out;
  add_texts(out, before.answers, after.answers);
  add_items(out, before, after);
  add_participation(out, before, after);
  return out;
}

Result<AssessmentDiff> diff_assessment(Workspace& workspace, std::string_view id,
                                       const std::optional<std::string>& with) {
  AssessmentDiff out;
  SAMLA_ASSIGN(out.after, show_assessment(workspace, id));
  if (with) {
    SAMLA_ASSIGN(out.before, show_assessment(workspace, *with));
  } else {
    SAMLA_ASSIGN(out.before, version_before(workspace, out.after));
  }
  out.changes = changes_between(out.before, out.after);
  return out;
}

Result<std::vector<HistoryEvent>> history_of_assessment(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const auto record,
               find_record(workspace, id, {kind::kAssessment, kind::kRevision}, "assessment.history"));
  std::vector<HistoryEvent> out;
  const bool is_draft = record.kind == kind::kAssessment;
  if (is_draft) SAMLA_TRY(add_draft(workspace, record, out));
  SAMLA_TRY(add_reviewed(workspace, is_draft ? unit_hr_of(workspace, record.space) : record.space,
                         is_draft ? to_hex(record.id) : record.text("source"), out));
  std::ranges::stable_sort(out, {}, &HistoryEvent::time_ms);
  return out;
}

}  // namespace samla::domain
