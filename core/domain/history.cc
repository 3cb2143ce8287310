#include "core/domain/history.h"

#include <algorithm>
#include <map>

#include "core/domain/policies.h"
#include "core/domain/record_ids.h"
#include "core/text/word_diff.h"

namespace samla::domain {

using replica::Edit;
using replica::WriteInfo;

namespace {

/// How far a stamp may lie ahead of this device's clock before it is doubted.
constexpr std::uint64_t kClockDriftMs = 5 * 60 * 1000;

std::string word_of_type(change::WriteType type) {
  switch (type) {
    case change::WriteType::kInit:
      return "created";
    case change::WriteType::kAppend:
      return "edited";
    case change::WriteType::kSnapshot:
      return "snapshot";
    case change::WriteType::kErase:
      return "deleted";
    case change::WriteType::kRestore:
      return "restored";
    case change::WriteType::kAssign:
      break;
  }
  return "changed";
}

std::string state_of(const WriteInfo& write, std::size_t field) {
  if (write.validity == change::Validity::kVoid) return "void";
  if (write.validity == change::Validity::kQuarantined) return "quarantined";
  const bool stands = field < write.tags.size() && std::ranges::count(write.head_of, write.tags[field]) > 0;
  return stands ? "current" : "replaced";
}

/// What a snapshot is worth here.
std::string state_of_snapshot(const WriteInfo& write, const view::RecordView& record) {
  if (write.validity != change::Validity::kValid) return state_of(write, 0);
  const auto field = std::ranges::find(record.fields, write.tags.front(), &view::FieldView::tag);
  if (field == record.fields.end()) return "unchecked";
  if (field->false_snapshots.contains(write.ref)) return "false";
  return field->unchecked ? "unchecked" : "checked";
}

bool doubtful(const WriteInfo& write, const std::map<change::WriteRef, HybridTime>& times,
              std::uint64_t now_ms) {
  if (write.time.ms() > now_ms + kClockDriftMs) return true;
  return std::ranges::any_of(write.prev, [&](const change::WriteRef& ref) {
    const auto known = times.find(ref);
    return known != times.end() && known->second.ms() > write.time.ms() + kClockDriftMs;
  });
}

/// The text that the write left, and failing that what it put in.
view::Value value_of(Workspace& workspace, const RecordId& record, const WriteInfo& write,
                     std::size_t field) {
  const view::Value& value = write.content->fields[field].value;
  if (!std::holds_alternative<view::TextEdits>(value)) return value;
  const auto texts = workspace.records().text_versions(record, write.tags[field], {&write.ref, 1});
  return texts.ok() ? view::Value(texts->front()) : view::Value();
}

struct Told {
  RecordId record;
  std::vector<WriteInfo> writes;
  std::vector<Version> versions;
  std::vector<std::size_t> write_of;  ///< of each version
};

/// Snapshots are no versions of their own: they are told of where they are asked for, with number 0.
Result<Told> tell(Workspace& workspace, std::string_view id, std::string_view operation,
                  bool snapshots = false) {
  Told out;
  SAMLA_ASSIGN(const view::RecordView record, find_record(workspace, id, {}, operation));
  out.record = record.id;
  SAMLA_ASSIGN(out.writes, workspace.replica().history(out.record));
  std::map<change::WriteRef, HybridTime> times;
  for (const WriteInfo& write : out.writes) times[write.ref] = write.time;
  const std::uint64_t now_ms = workspace.replica().now_ms();
  std::size_t number = 0;
  for (std::size_t w = 0; w < out.writes.size(); ++w) {
    const WriteInfo& write = out.writes[w];
    const bool snapshot = write.type == change::WriteType::kSnapshot;
    if (snapshot && !snapshots) continue;
    Version version;
    version.writer = write.ref.writer;
    version.time_ms = write.time.ms();
    version.doubtful_time = doubtful(write, times, now_ms);
    version.what = word_of_type(write.type);
    version.reached = write.reached == WriteInfo::Reached::kCentre ? "centre" : "device";
    version.readable = write.content.has_value();
    const bool of_life = write.type == change::WriteType::kErase || write.type == change::WriteType::kRestore;
    const std::size_t fields = write.content && !of_life ? write.content->fields.size() : 1;
    for (std::size_t f = 0; f < fields; ++f) {
      version.number = snapshot ? 0 : ++number;
      version.state = snapshot ? state_of_snapshot(write, record) : state_of(write, f);
      version.field = of_life ? "life" : "";
      version.value = {};
      if (write.content && !of_life) {
        const view::FieldContent& content = write.content->fields[f];
        version.field = content.field + (content.element.empty() ? "" : "[" + content.element + "]");
        if (!snapshot) version.value = value_of(workspace, out.record, write, f);
      }
      out.versions.push_back(version);
      out.write_of.push_back(w);
    }
  }
  return out;
}

std::string blocked_by(Workspace& workspace, const SpaceId& space, const WriteInfo& write) {
  if (write.reached == WriteInfo::Reached::kCentre) return {};
  if (write.reason) return "the server has not taken it: " + std::string(error_text(*write.reason));
  const auto writable = workspace.check_writable(space, "why");
  if (!writable.ok()) return writable.error().message();
  return "waits for the next sync";
}

}  // namespace

Result<std::vector<Version>> versions_of(Workspace& workspace, std::string_view id,
                                         std::string_view operation) {
  SAMLA_ASSIGN(Told told, tell(workspace, id, operation));
  return std::move(told.versions);
}

Result<std::uint64_t> versions_elsewhere(Workspace& workspace, std::string_view id,
                                         std::string_view operation) {
  SAMLA_ASSIGN(const Told told, tell(workspace, id, operation));
  return workspace.replica().history_elsewhere(told.record);
}

Result<Version> restore_version(Workspace& workspace, std::string_view id, std::size_t number) {
  constexpr std::string_view kOperation = "history.restore";
  SAMLA_ASSIGN(const Told told, tell(workspace, id, kOperation));
  if (number == 0 || number > told.versions.size()) {
    return fail(ErrorCode::not_found, std::string(kOperation),
                "versions go from 1 to " + std::to_string(told.versions.size()));
  }
  const Version& version = told.versions[number - 1];
  const WriteInfo& write = told.writes[told.write_of[number - 1]];
  SAMLA_ASSIGN(const auto record, workspace.read(told.record));
  if (!record) return fail(ErrorCode::not_found, std::string(kOperation));
  SAMLA_TRY(workspace.check_writable(record->space, kOperation));
  const Kind* kind = find_kind(record->kind);
  if (kind != nullptr && kind->immutable) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "a published copy never changes");
  }
  if (!version.readable || version.field == "life" || version.field.ends_with(']')) {
    return fail(ErrorCode::unsupported, std::string(kOperation), "that version holds no value to have back");
  }
  Edit edit;
  const auto* text = std::get_if<std::string>(&version.value);
  if (write.type == change::WriteType::kAppend ||
      (policy_of(record->kind, version.field) == Policy::kText && text != nullptr)) {
    if (text == nullptr)
      return fail(ErrorCode::unsupported, std::string(kOperation), "its text is not here any more");
    edit.edit_text(told.record, version.field, *text);
  } else {
    assign(edit, settled(workspace, *record), version.field, version.value);
  }
  SAMLA_TRY(workspace.commit(std::move(edit), {record->space}));
  return version;
}

Result<Why> why(Workspace& workspace, std::string_view id) {
  SAMLA_ASSIGN(const Told told, tell(workspace, id, "why", true));
  SAMLA_ASSIGN(const auto record, workspace.read(told.record));
  if (!record) return fail(ErrorCode::not_found, "why");
  Why out;
  out.record = told.record;
  out.kind = record->kind;
  out.space = record->space;
  for (const auto& [user, right] : workspace.replica().members(record->space)) out.readers.push_back(user);
  for (std::size_t i = 0; i < told.versions.size(); ++i) {
    std::string blocked = blocked_by(workspace, record->space, told.writes[told.write_of[i]]);
    if (told.versions[i].state == "false")
      blocked = "it says otherwise than the edits that it stands for: not used";
    out.writes.push_back({told.versions[i], std::move(blocked)});
  }
  return out;
}

std::vector<Difference> difference(std::string_view before, std::string_view after) {
  std::vector<Difference> out;
  for (const text::WordPart& part : text::word_diff(before, after)) {
    const char* word = part.change == text::WordChange::kept      ? "kept"
                       : part.change == text::WordChange::removed ? "removed"
                                                                  : "added";
    out.push_back({word, part.text});
  }
  return out;
}

}  // namespace samla::domain
