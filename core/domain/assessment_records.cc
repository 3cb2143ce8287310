#include "core/domain/assessment_records.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/form_versions.h"
#include "core/domain/immutable.h"
#include "core/domain/policies.h"

namespace samla::domain {
namespace {

constexpr std::string_view kAnswerPrefix = "answer.";
constexpr std::string_view kItemPrefix = "item.";

Assessment base_of(Names& names, const view::RecordView& record, const RecordId& scope) {
  Assessment out;
  out.id = record.id;
  out.unit = names.unit(scope);
  out.form = record.text("form");
  VersionName version = version_name(record.find("form_version"));
  out.form_version = version.number;
  out.form_content = std::move(version.content);
  out.space = record.space;
  out.created_ms = record.created_ms;
  out.updated_ms = record.updated_ms;
  out.author = record.author;
  out.process = record.text("process");
  out.participants = record.elements("participants");
  return out;
}

RecordId scope_of(const Workspace& workspace, const SpaceId& space) {
  const auto info = workspace.space(space);
  return info ? info->scope : RecordId();
}

std::string item_field(std::size_t number, std::string_view part) {
  return std::string(kItemPrefix) + std::to_string(number) + "." + std::string(part);
}

/// "item.12.text" as 12 and "text"; anything else is no item's field.
std::optional<std::pair<std::size_t, std::string_view>> parse_item_field(std::string_view name) {
  if (!name.starts_with(kItemPrefix)) return std::nullopt;
  name.remove_prefix(kItemPrefix.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  name.remove_prefix(static_cast<std::size_t>(end - name.data()));
  if (error != std::errc() || !name.starts_with('.')) return std::nullopt;
  return std::pair(number, name.substr(1));
}

void take_item_part(AssessmentItem& item, std::string_view part, const std::string& value) {
  if (part == "id") item.id = value;
  if (part == "type") item.type = value;
  if (part == "text") item.text = value;
  if (part == "theme") item.theme = value;
  if (part == "driver") item.driver = value;
  if (part == "evidence") item.evidence = value;
}

AssessmentItem item_of(const view::RecordView& record) {
  AssessmentItem item;
  item.id = to_hex(record.id);
  item.type = record.text("type");
  item.text = record.text("text");
  item.theme = record.text("theme");
  item.driver = record.text("driver");
  item.evidence = record.text("evidence");
  const auto keys = record.elements("order");
  if (!keys.empty()) item.order = keys.back();
  return item;
}

/// Who took part is not written into the status: two who say so at once have nothing to settle.
std::string draft_status(const view::RecordView& record, const Assessment& draft) {
  std::string status = record.text("status");
  const bool has_participation = !draft.process.empty() || !draft.participants.empty();
  if (status == kStatusDraft && has_participation) return std::string(kStatusParticipation);
  return status;
}

}  // namespace

Result<std::vector<AssessmentItem>> read_items(Workspace& workspace, const view::RecordView& draft,
                                               bool& contested) {
  view::Query query;
  query.kind = kind::kItem;
  query.space = draft.space;
  SAMLA_ASSIGN(auto records, workspace.records().list(query));
  const std::string assessment = to_hex(draft.id);
  std::erase_if(records, [&](const auto& record) { return record.text("assessment") != assessment; });
  std::vector<AssessmentItem> out;
  for (view::RecordView& record : records) {
    if (record.contested()) record = settled(workspace, std::move(record));
    contested = contested || record.contested();
    out.push_back(item_of(record));
  }
  std::ranges::sort(out, {}, [](const auto& item) { return std::tie(item.order, item.id); });
  return out;
}

Result<Assessment> draft_of(Workspace& workspace, Names& names, const view::RecordView& found) {
  std::optional<view::RecordView> kept;
  const view::RecordView& record = found.contested() ? kept.emplace(settled(workspace, found)) : found;
  Assessment out = base_of(names, record, scope_of(workspace, record.space));
  out.status = draft_status(record, out);
  out.contested = record.contested();
  for (const view::FieldView& each : record.fields) {
    const auto* text = std::get_if<std::string>(&each.value());
    if (text == nullptr || !each.element.empty() || is_reserved_for_assessments(each.name)) continue;
    out.answers.emplace(each.name, *text);
  }
  SAMLA_ASSIGN(out.items, read_items(workspace, record, out.contested));
  for (const AssessmentItem& item : out.items) {
    const auto id = fixed_from_hex<RecordId>(item.id);
    SAMLA_ASSIGN(const auto each, workspace.read(*id));
    if (each) out.updated_ms = std::max(out.updated_ms, each->updated_ms);
  }
  return out;
}

Assessment revision_of(Workspace& workspace, Names& names, const view::RecordView& record, bool unaltered) {
  Assessment out = base_of(names, record, scope_of(workspace, record.space));
  out.status = kStatusSubmitted;
  out.is_revision = true;
  out.altered = !unaltered || !made_rightly(workspace, record);
  out.source = record.text("source");
  out.previous = record.elements("previous");
  std::map<std::size_t, AssessmentItem> items;
  for (const view::FieldView& each : record.fields) {
    const auto* text = std::get_if<std::string>(&each.value());
    if (text == nullptr || !each.element.empty()) continue;
    if (each.name.starts_with(kAnswerPrefix))
      out.answers.emplace(each.name.substr(kAnswerPrefix.size()), *text);
    if (const auto item = parse_item_field(each.name))
      take_item_part(items[item->first], item->second, *text);
  }
  for (auto& [number, item] : items) out.items.push_back(std::move(item));
  return out;
}

bool same_content(const Assessment& draft, const Assessment& revision) {
  const auto same_item = [](const AssessmentItem& a, const AssessmentItem& b) {
    return std::tie(a.id, a.type, a.text, a.theme, a.driver, a.evidence) ==
           std::tie(b.id, b.type, b.text, b.theme, b.driver, b.evidence);
  };
  return draft.answers == revision.answers && draft.form_version == revision.form_version &&
         draft.form_content == revision.form_content && draft.process == revision.process &&
         draft.participants == revision.participants &&
         std::ranges::equal(draft.items, revision.items, same_item);
}

std::vector<replica::Edit::Field> revision_fields(const Assessment& draft,
                                                  const std::vector<std::string>& previous) {
  std::vector<replica::Edit::Field> out = {
      field("unit", draft.unit), field("form", draft.form),
      field("form_version", value_of({draft.form_version, draft.form_content})),
      field("source", to_hex(draft.id))};
  if (!draft.process.empty()) out.push_back(field("process", draft.process));
  for (const std::string& name : draft.participants) out.push_back(element("participants", name));
  for (const auto& [id, answer] : draft.answers)
    out.push_back(field(std::string(kAnswerPrefix) + id, answer));
  for (std::size_t i = 0; i < draft.items.size(); ++i) {
    const AssessmentItem& item = draft.items[i];
    out.push_back(field(item_field(i, "id"), item.id));
    out.push_back(field(item_field(i, "type"), item.type));
    out.push_back(field(item_field(i, "text"), item.text));
    if (!item.theme.empty()) out.push_back(field(item_field(i, "theme"), item.theme));
    if (!item.driver.empty()) out.push_back(field(item_field(i, "driver"), item.driver));
    if (!item.evidence.empty()) out.push_back(field(item_field(i, "evidence"), item.evidence));
  }
  for (const std::string& id : previous) out.push_back(element("previous", id));
  return out;
}

}  // namespace samla::domain
