#include "core/domain/conflicts.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/policies.h"
#include "core/domain/record_ids.h"
#include "core/text/word_diff.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kResolve = "conflict.resolve";
constexpr std::string_view kLifeField = "life";
constexpr std::size_t kPrefixMin = 4;

ConflictKind kind_of(const view::RecordView& record, const view::FieldView& each) {
  if (each.name == "form_version") return ConflictKind::kForm;
  if (policy_of(record.kind, each.name) == Policy::kText) return ConflictKind::kText;
  return ConflictKind::kHard;
}

std::string conflict_id(const RecordId& record, std::string_view field) {
  return to_hex(record) + ":" + std::string(field);
}

Conflict base_of(const view::RecordView& record) {
  Conflict out;
  out.record = record.id;
  out.record_kind = record.kind;
  out.space = record.space;
  return out;
}

/// Of a text that was put together: what each side had, the newest first.
Result<void> show_sides(Workspace& workspace, const view::FieldView& each, Conflict& out) {
  std::vector<change::WriteRef> refs;
  for (const view::HeadView& head : each.heads) refs.push_back(head.ref);
  SAMLA_ASSIGN(std::vector<std::string> texts, workspace.records().text_versions(out.record, each.tag, refs));
  for (std::size_t i = 0; i < texts.size(); ++i) out.heads[i].value = std::move(texts[i]);
  out.merged = view::Value(each.value());
  return {};
}

Result<Conflict> field_conflict(Workspace& workspace, const view::RecordView& record,
                                const view::FieldView& each) {
  Conflict out = base_of(record);
  out.kind = kind_of(record, each);
  out.field = each.name;
  if (!each.element.empty()) out.field += "[" + each.element + "]";
  // A field that no head of which opens has no name here: its tag stands for it.
  out.id = conflict_id(record.id, each.name.empty() ? to_hex(each.tag) : out.field);
  for (const view::HeadView& head : each.heads) {
    out.heads.push_back({head.value, head.readable, head.ref.writer, head.time.ms()});
  }
  if (each.merged) SAMLA_TRY(show_sides(workspace, each, out));
  return out;
}

/// What a person knows the record by.
view::Value telling_value(const view::RecordView& record) {
  for (const std::string_view field : {"title", "text", "summary", "name"}) {
    if (!record.text(field).empty()) return record.text(field);
  }
  return record.kind;
}

/// Head 1 is the record as it lives, by its newest edit; the others are the erases.
Result<Conflict> life_conflict(Workspace& workspace, const view::RecordView& record) {
  Conflict out = base_of(record);
  out.kind = ConflictKind::kErase;
  out.field = kLifeField;
  out.id = conflict_id(record.id, kLifeField);
  ConflictHead alive{telling_value(record), true, record.author, record.created_ms};
  for (const view::FieldView& each : record.fields) {
    for (const view::HeadView& head : each.heads) {
      if (head.time.ms() >= alive.time_ms) {
        alive.writer = head.ref.writer;
        alive.time_ms = head.time.ms();
      }
    }
  }
  out.heads.push_back(std::move(alive));
  SAMLA_ASSIGN(const auto state, workspace.records().state(record.id));
  const auto* life = state ? state->field(change::kLifeTag) : nullptr;
  if (life == nullptr) return out;
  for (const resolve::Head& head : life->heads()) {
    if (head.type != change::WriteType::kErase) continue;
    out.heads.push_back({view::Value(), true, head.ref.writer, head.time.ms()});
  }
  return out;
}

Result<Edit> edit_of_life(const Conflict& conflict, const Resolution& how) {
  if (!how.keep) {
    return fail(ErrorCode::invalid_argument, std::string(kResolve),
                "the record was deleted by one and edited by another: keep 1 keeps it, keep 2 deletes it");
  }
  Edit edit;
  if (*how.keep == 1) {
    edit.restore(conflict.record);
  } else {
    edit.erase(conflict.record);
  }
  return edit;
}

/// The newest write that every head knew of and replaced.
Result<std::optional<view::Value>> base_value(Workspace& workspace, const Conflict& conflict) {
  SAMLA_ASSIGN(const auto history, workspace.replica().history(conflict.record));
  const auto in_field = [&](const replica::WriteInfo& write) -> const view::FieldContent* {
    if (!write.content) return nullptr;
    const auto found = std::ranges::find(write.content->fields, conflict.field, &view::FieldContent::field);
    return found == write.content->fields.end() ? nullptr : &*found;
  };
  // An init may stand in one field and be replaced in another.
  const auto stands = [&](const replica::WriteInfo& write) {
    const auto place = static_cast<std::size_t>(in_field(write) - write.content->fields.data());
    return place < write.tags.size() && std::ranges::count(write.head_of, write.tags[place]) > 0;
  };
  std::map<change::WriteRef, std::size_t> named;
  std::size_t heads = 0;
  for (const replica::WriteInfo& write : history) {
    if (in_field(write) == nullptr || !stands(write)) continue;
    ++heads;
    for (const change::WriteRef& ref : write.prev) ++named[ref];
  }
  for (auto write = history.rbegin(); write != history.rend(); ++write) {
    const view::FieldContent* content = in_field(*write);
    if (content == nullptr || stands(*write) || named[write->ref] != heads) continue;
    if (!std::holds_alternative<view::TextEdits>(content->value))
      return std::optional<view::Value>(content->value);
    const auto texts =
        workspace.records().text_versions(conflict.record, write->tags.front(), {&write->ref, 1});
    return texts.ok() ? std::optional<view::Value>(texts->front()) : std::optional<view::Value>();
  }
  return std::optional<view::Value>();
}

/// All the texts, the shown one first, with an empty line between.
Result<view::Value> joined(const Conflict& conflict) {
  std::string out;
  std::vector<std::string> parts;
  for (const ConflictHead& head : conflict.heads) {
    const auto* text = std::get_if<std::string>(&head.value);
    if (!head.readable || text == nullptr) {
      return fail(ErrorCode::unsupported, std::string(kResolve),
                  "a value cannot be read on this device; keep one");
    }
    if (text->empty() || std::ranges::find(parts, *text) != parts.end()) continue;
    out += (out.empty() ? "" : "\n\n") + *text;
    parts.push_back(*text);
  }
  SAMLA_TRY(check_text(out, "both texts together", kResolve));
  return view::Value(std::move(out));
}

/// Whether nobody took anything out of what all began with: then the merged text holds all of everyone's,
/// and where two replaced the same words it may hold a mixture of letters.
bool only_added(const Conflict& conflict) {
  const auto* base = conflict.base ? std::get_if<std::string>(&*conflict.base) : nullptr;
  if (base == nullptr) return false;
  return std::ranges::all_of(conflict.heads, [&](const ConflictHead& head) {
    const auto* text = std::get_if<std::string>(&head.value);
    if (text == nullptr) return false;
    const auto parts = text::word_diff(*base, *text);
    return std::ranges::none_of(
        parts, [](const text::WordPart& part) { return part.change == text::WordChange::removed; });
  });
}

Result<view::Value> chosen_value(const Conflict& conflict, const Resolution& how) {
  if (how.keep) {
    const ConflictHead& head = conflict.heads[*how.keep - 1];
    if (head.readable) return head.value;
    return fail(ErrorCode::key_missing, std::string(kResolve), "that value cannot be read on this device");
  }
  if (how.both) {
    if (conflict.merged && only_added(conflict)) return *conflict.merged;
    if (conflict.kind == ConflictKind::kText) return joined(conflict);
    return fail(
        ErrorCode::unsupported, std::string(kResolve),
        "'" + conflict.field + "' holds one value, not both: keep one, or give a value that joins them");
  }
  SAMLA_TRY(check_text(*how.value, "value", kResolve));
  if (!std::holds_alternative<std::string>(conflict.heads.front().value)) {
    return fail(ErrorCode::unsupported, std::string(kResolve),
                "this field is not a text; keep one of its values");
  }
  return view::Value(*how.value);
}

Result<void> check(const Conflict& conflict, const Resolution& how) {
  if ((how.keep ? 1 : 0) + (how.value ? 1 : 0) + (how.both ? 1 : 0) != 1) {
    return fail(ErrorCode::invalid_argument, std::string(kResolve),
                "give exactly one of keep, value and both");
  }
  if (how.keep && (*how.keep == 0 || *how.keep > conflict.heads.size())) {
    return fail(ErrorCode::invalid_argument, std::string(kResolve),
                "keep is a number from 1 to " + std::to_string(conflict.heads.size()));
  }
  return {};
}

}  // namespace

std::string_view word_of(ConflictKind kind) {
  switch (kind) {
    case ConflictKind::kErase:
      return "erase";
    case ConflictKind::kText:
      return "text";
    case ConflictKind::kForm:
      return "form";
    case ConflictKind::kHard:
      break;
  }
  return "hard";
}

Result<std::vector<Conflict>> list_conflicts(Workspace& workspace) {
  SAMLA_ASSIGN(const auto records, workspace.records().contested());
  std::vector<Conflict> out;
  for (const view::RecordView& each_record : records) {
    const view::RecordView record = settled(workspace, each_record);
    if (record.life_contested) {
      SAMLA_ASSIGN(Conflict conflict, life_conflict(workspace, record));
      out.push_back(std::move(conflict));
    }
    for (const view::FieldView& each : record.fields) {
      if (!each.contested) continue;
      SAMLA_ASSIGN(Conflict conflict, field_conflict(workspace, record, each));
      out.push_back(std::move(conflict));
    }
  }
  return out;
}

Result<std::size_t> count_conflicts(Workspace& workspace) {
  SAMLA_ASSIGN(const auto records, workspace.records().contested());
  std::size_t count = 0;
  for (const view::RecordView& each : records) {
    const view::RecordView record = settled(workspace, each);
    count += record.life_contested ? 1 : 0;
    count += static_cast<std::size_t>(std::ranges::count_if(record.fields, &view::FieldView::contested));
  }
  return count;
}

Result<Conflict> find_conflict(Workspace& workspace, std::string_view id, std::string_view operation) {
  if (id.size() < kPrefixMin) {
    return fail(ErrorCode::invalid_argument, std::string(operation), "give at least 4 characters of the id");
  }
  SAMLA_ASSIGN(auto all, list_conflicts(workspace));
  const auto exact = std::ranges::find(all, id, &Conflict::id);
  if (exact != all.end()) return std::move(*exact);
  std::erase_if(all, [&](const Conflict& each) { return !each.id.starts_with(id); });
  if (all.size() == 1) return std::move(all.front());
  if (all.empty()) {
    return fail(ErrorCode::not_found, std::string(operation),
                "there is no open conflict '" + std::string(id) + "' on this device");
  }
  return fail(ErrorCode::ambiguous, std::string(operation), "several conflicts begin so; give the whole id");
}

Result<Conflict> resolve_conflict(Workspace& workspace, std::string_view id, const Resolution& resolution) {
  SAMLA_ASSIGN(Conflict conflict, find_conflict(workspace, id, kResolve));
  SAMLA_TRY(check(conflict, resolution));
  SAMLA_TRY(workspace.check_writable(conflict.space, kResolve));
  Edit edit;
  if (conflict.kind == ConflictKind::kErase) {
    SAMLA_ASSIGN(edit, edit_of_life(conflict, resolution));
  } else {
    if (resolution.both && conflict.merged) {
      SAMLA_ASSIGN(conflict.base, base_value(workspace, conflict));
    }
    SAMLA_ASSIGN(view::Value value, chosen_value(conflict, resolution));
    const auto* text = std::get_if<std::string>(&value);
    if (conflict.kind == ConflictKind::kText && text != nullptr) {
      edit.settle_text(conflict.record, conflict.field, *text);
    } else {
      edit.resolve(conflict.record, conflict.field, std::move(value));
    }
  }
  SAMLA_TRY(workspace.commit(std::move(edit), {conflict.space}));
  return conflict;
}

// ---- base, several at once, undo

Result<Conflict> show_conflict(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(Conflict conflict, find_conflict(workspace, id, "conflict.show"));
  if (conflict.kind != ConflictKind::kErase) {
    SAMLA_ASSIGN(conflict.base, base_value(workspace, conflict));
  }
  SAMLA_TRY(workspace.records().look(conflict.record));
  return conflict;
}

Result<std::vector<Conflict>> resolve_all(Workspace& workspace, std::string_view kind,
                                          const Resolution& resolution) {
  if (resolution.value || (resolution.keep ? 1 : 0) + (resolution.both ? 1 : 0) != 1) {
    return fail(ErrorCode::invalid_argument, std::string(kResolve), "of several at once give keep or both");
  }
  SAMLA_ASSIGN(const auto conflicts, list_conflicts(workspace));
  std::vector<Conflict> settled;
  for (const Conflict& each : conflicts) {
    if (word_of(each.kind) != kind) continue;
    auto done = resolve_conflict(workspace, each.id, resolution);
    if (done.ok()) settled.push_back(std::move(*done));
  }
  return settled;
}

Result<view::Value> undo_resolution(Workspace& workspace, std::string_view id) {
  constexpr std::string_view kOperation = "conflict.undo";
  const auto colon = id.find(':');
  if (colon == std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "give the conflict's whole id");
  }
  const std::string field(id.substr(colon + 1));
  SAMLA_ASSIGN(const view::RecordView record, find_record(workspace, id.substr(0, colon), {}, kOperation));
  SAMLA_ASSIGN(const auto history, workspace.replica().history(record.id));
  const auto is_of_field = [&](const replica::WriteInfo& write) {
    return write.content && !write.content->fields.empty() && write.content->fields.front().field == field;
  };
  for (auto write = history.rbegin(); write != history.rend(); ++write) {
    if (!is_of_field(*write) || write->prev.size() < 2 || write->type == change::WriteType::kSnapshot)
      continue;
    // The greatest of what it named is what was shown before.
    for (auto before = history.rbegin(); before != history.rend(); ++before) {
      if (std::ranges::count(write->prev, before->ref) == 0 || !before->content) continue;
      const auto content = std::ranges::find(before->content->fields, field, &view::FieldContent::field);
      if (content == before->content->fields.end()) continue;
      Edit edit;
      view::Value value = content->value;
      if (std::holds_alternative<view::TextEdits>(value)) {
        SAMLA_ASSIGN(auto texts,
                     workspace.records().text_versions(record.id, before->tags.front(), {&before->ref, 1}));
        value = texts.front();
      }
      const auto* text = std::get_if<std::string>(&value);
      if (policy_of(record.kind, field) == Policy::kText && text != nullptr) {
        edit.edit_text(record.id, field, *text);
      } else {
        edit.assign(record.id, field, value);
      }
      SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
      return value;
    }
  }
  return fail(ErrorCode::not_found, std::string(kOperation), "nothing has been settled there");
}

}  // namespace samla::domain
