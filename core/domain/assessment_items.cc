#include "core/domain/assessment_items.h"

#include <algorithm>
#include <cstring>

#include "core/base/encoding.h"
#include "core/domain/assessment_drafts.h"
#include "core/domain/order_key.h"
#include "core/domain/organisation.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

/// A revision is one record of at most 1,024 fields, six of them an item's.
constexpr std::size_t kItemsMax = 150;

std::uint64_t salt_of(const RecordId& id) {
  std::uint64_t salt = 0;
  std::memcpy(&salt, id.bytes.data() + id.bytes.size() - sizeof salt, sizeof salt);
  return salt;
}

Result<void> check_key(const std::vector<Theme>& known, const std::string& key, std::string_view what,
                       std::string_view operation) {
  if (key.empty() || std::ranges::find(known, key, &Theme::key) != known.end()) return {};
  std::string keys;
  for (const Theme& each : known) keys += (keys.empty() ? "" : ", ") + each.key;
  return fail(ErrorCode::invalid_argument, text_of(operation),
              "there is no " + text_of(what) + " '" + key + "'; there are " + keys);
}

Result<void> check_parts(Workspace& workspace, const ItemChange& item, std::string_view operation) {
  if (item.type && std::ranges::find(item_types(), *item.type) == item_types().end()) {
    return fail(ErrorCode::invalid_argument, text_of(operation), "type is styrke, svakhet or tiltak");
  }
  if (item.text && item.text->empty())
    return fail(ErrorCode::invalid_argument, text_of(operation), "text must not be empty");
  if (item.text) SAMLA_TRY(check_text(*item.text, "text", operation));
  if (item.evidence) SAMLA_TRY(check_text(*item.evidence, "evidence", operation));
  if (item.theme) {
    SAMLA_ASSIGN(const auto known, themes(workspace));
    SAMLA_TRY(check_key(known, *item.theme, "theme", operation));
  }
  if (item.driver) {
    SAMLA_ASSIGN(const auto known, drivers(workspace));
    SAMLA_TRY(check_key(known, *item.driver, "driver", operation));
  }
  return {};
}

struct Found {
  view::RecordView item;
  view::RecordView draft;
};

Result<Found> find_item(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(auto item, find_record(workspace, id, {kind::kItem}, operation));
  if (item.erased) return fail(ErrorCode::not_found, text_of(operation), "the item is deleted");
  SAMLA_ASSIGN(auto draft, find_draft(workspace, item.text("assessment"), operation));
  if (draft.space != item.space) return fail(ErrorCode::not_found, text_of(operation));
  return Found{std::move(item), std::move(draft)};
}

}  // namespace

Result<AssessmentResult> add_item(Workspace& workspace, std::string_view id, const NewItem& item) {
  constexpr std::string_view kOperation = "assessment.item.add";
  SAMLA_ASSIGN(const auto record, find_draft(workspace, id, kOperation));
  SAMLA_TRY(
      check_parts(workspace, {item.type, item.text, item.theme, item.driver, item.evidence}, kOperation));
  bool contested = false;
  SAMLA_ASSIGN(const auto items, read_items(workspace, record, contested));
  if (items.size() >= kItemsMax) {
    return fail(ErrorCode::too_large, text_of(kOperation),
                "an assessment may have at most 150 items; join some");
  }
  const RecordId fresh = workspace.replica().new_record_id(record.space);
  const std::string last = items.empty() ? std::string() : items.back().order;
  std::vector<Edit::Field> fields = {field("assessment", to_hex(record.id)), field("type", item.type),
                                     field("text", item.text), field("evidence", item.evidence),
                                     element("order", order_key_between(last, {}, salt_of(fresh)))};
  if (!item.theme.empty()) fields.push_back(field("theme", item.theme));
  if (!item.driver.empty()) fields.push_back(field("driver", item.driver));
  Edit edit;
  edit.create(fresh, record.space, text_of(kind::kItem), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return result_of(workspace, record.id);
}

Result<AssessmentResult> edit_item(Workspace& workspace, std::string_view id, const ItemChange& change) {
  constexpr std::string_view kOperation = "assessment.item.edit";
  SAMLA_ASSIGN(const Found found, find_item(workspace, id, kOperation));
  SAMLA_TRY(check_parts(workspace, change, kOperation));
  Edit edit;
  const auto assign = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value && *value != found.item.text(name)) edit.assign(found.item.id, text_of(name), *value);
  };
  assign("type", change.type);
  assign("text", change.text);
  assign("theme", change.theme);
  assign("driver", change.driver);
  if (change.evidence && *change.evidence != found.item.text("evidence"))
    edit.edit_text(found.item.id, "evidence", *change.evidence);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {found.item.space}));
  return result_of(workspace, found.draft.id);
}

Result<AssessmentResult> move_item(Workspace& workspace, std::string_view id,
                                   const std::optional<std::string>& before,
                                   const std::optional<std::string>& after) {
  constexpr std::string_view kOperation = "assessment.item.move";
  if (before.has_value() == after.has_value()) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "give before or after, one of them");
  }
  SAMLA_ASSIGN(const Found found, find_item(workspace, id, kOperation));
  SAMLA_ASSIGN(const Found beside, find_item(workspace, before ? *before : *after, kOperation));
  if (beside.draft.id != found.draft.id || beside.item.id == found.item.id) {
    return fail(ErrorCode::invalid_argument, text_of(kOperation), "name another item of the same assessment");
  }
  bool contested = false;
  SAMLA_ASSIGN(auto items, read_items(workspace, found.draft, contested));
  std::erase_if(items, [&](const AssessmentItem& each) { return each.id == to_hex(found.item.id); });
  const auto place = std::ranges::find(items, to_hex(beside.item.id), &AssessmentItem::id);
  if (place == items.end()) return fail(ErrorCode::internal, text_of(kOperation));
  // Among equal keys there is no room: then it comes before, or after, all of them.
  std::string low;
  std::string high;
  for (const AssessmentItem& each : items) {
    if (before && each.order < place->order) low = each.order;
    if (after && high.empty() && each.order > place->order) high = each.order;
  }
  (before ? high : low) = place->order;
  Edit edit;
  for (const std::string& key : found.item.elements("order"))
    edit.remove_element(found.item.id, "order", key);
  edit.add_element(
      found.item.id, "order",
      order_key_between(low, high, salt_of(workspace.replica().new_record_id(found.item.space))));
  SAMLA_TRY(workspace.commit(std::move(edit), {found.item.space}));
  return result_of(workspace, found.draft.id);
}

Result<AssessmentResult> delete_item(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const Found found, find_item(workspace, id, "assessment.item.delete"));
  Edit edit;
  edit.erase(found.item.id);
  SAMLA_TRY(workspace.commit(std::move(edit), {found.item.space}));
  return result_of(workspace, found.draft.id);
}

}  // namespace samla::domain
