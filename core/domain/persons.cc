#include "core/domain/persons.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/names.h"

namespace samla::domain {
namespace {

/// Shorter words stand in too many texts that are not about the person.
constexpr std::size_t kMentionBytesMin = 4;

bool is_device_of(const Workspace& workspace, const view::RecordView& record, const UserId& user) {
  if (record.kind != kind::kDevice) return false;
  const auto id = fixed_from_hex<DeviceId>(record.text("device"));
  return id && workspace.replica().user_of_device(*id) == user;
}

bool is_it(const Workspace& workspace, const view::RecordView& record, const UserId& user,
           const std::string& handle) {
  if (record.kind == kind::kUser && record.id == RecordId{user.bytes}) return true;
  if (record.kind == kind::kLeader && !handle.empty() && record.text("user") == handle) return true;
  return is_device_of(workspace, record, user);
}

bool wrote(const Workspace& workspace, const view::RecordView& record, const UserId& user) {
  const auto by_user = [&](const WriterId& writer) {
    const auto device = workspace.replica().device_of_writer(writer);
    return device && workspace.replica().user_of_device(*device) == user;
  };
  if (by_user(record.author)) return true;
  return std::ranges::any_of(record.fields, [&](const view::FieldView& field) {
    return std::ranges::any_of(field.heads,
                               [&](const view::HeadView& head) { return by_user(head.ref.writer); });
  });
}

bool mentions(const view::RecordView& record, const Person& person) {
  for (const view::FieldView& field : record.fields) {
    for (const view::HeadView& head : field.heads) {
      const auto* text = std::get_if<std::string>(&head.value);
      if (text == nullptr) continue;
      for (const std::string& word : {person.handle, person.name}) {
        if (word.size() >= kMentionBytesMin && text->find(word) != std::string::npos) return true;
      }
    }
  }
  return false;
}

/// Empty where nobody has that id as a handle any more.
Person person_of(Workspace& workspace, const UserId& user) {
  Person out = Names(workspace).user(user);
  if (out.handle == short_id(user.view())) return {};
  return out;
}

}  // namespace

Result<UserId> find_person(Workspace& workspace, std::string_view words, std::string_view operation) {
  if (const auto user = Names(workspace).find_user(words)) return *user;
  if (const auto id = fixed_from_hex<UserId>(words)) {
    const auto users = workspace.replica().users();
    if (std::ranges::find(users, *id, &replica::UserInfo::id) != users.end()) return *id;
  }
  return fail(ErrorCode::not_found, std::string(operation), "nobody has that handle or id");
}

std::string_view word_of(About about) {
  switch (about) {
    case About::kIsIt:
      return "is about the person";
    case About::kWrote:
      return "written by the person";
    case About::kMentions:
      break;
  }
  return "mentions the person";
}

Result<std::vector<AboutRecord>> records_about(Workspace& workspace, const UserId& user) {
  const Person person = person_of(workspace, user);
  view::Query query;
  query.include_erased = true;
  SAMLA_ASSIGN(const auto all, workspace.records().list(query));
  std::vector<AboutRecord> out;
  for (const view::RecordView& record : all) {
    if (is_it(workspace, record, user, person.handle)) {
      out.push_back({About::kIsIt, record});
    } else if (wrote(workspace, record, user)) {
      out.push_back({About::kWrote, record});
    } else if (mentions(record, person)) {
      out.push_back({About::kMentions, record});
    }
  }
  return out;
}

Result<replica::ErasureReport> erase_person(Workspace& workspace, const UserId& user,
                                            const PersonErasure& what, const replica::SyncOptions& options) {
  if (user == workspace.replica().user()) {
    return fail(ErrorCode::invalid_argument, "person.erase", "nobody erases themselves; ask another of HR");
  }
  replica::ErasureScope scope;
  scope.records = what.records;
  SAMLA_ASSIGN(const auto about, records_about(workspace, user));
  for (const AboutRecord& each : about) {
    if (each.about == About::kIsIt) scope.records.insert(each.record.id);
  }
  scope.user = user;
  if (!what.written) {
    scope.spaces = {workspace.replica().space_id(purpose::kNotebook, RecordId::from(user.view()))};
  }
  return workspace.replica().erase_writes(scope, what.dry_run, options);
}

}  // namespace samla::domain
