#include "core/domain/names.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/policies.h"
#include "core/domain/rightful.h"

namespace samla::domain {
namespace {

constexpr std::size_t kShortDigits = 8;
constexpr std::size_t kPrefixDigitsMin = 4;

Role role_of_user(const replica::Replica& replica, const UserId& user) {
  return static_cast<Role>(replica.role_of(user));
}

bool is_prefix_of_id(std::string_view words) {
  return words.size() >= kPrefixDigitsMin &&
         std::ranges::all_of(words, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// The one of `names` that `words` names by the value, or by the beginning of the key's hex.
template <class Id>
Result<Id> find_named(const std::map<Id, std::string>& names, std::string_view words, std::string_view what,
                      std::string_view operation) {
  std::vector<Id> found;
  for (const auto& [id, name] : names) {
    if (name == words) found.push_back(id);
  }
  if (found.empty() && is_prefix_of_id(words)) {
    for (const auto& [id, name] : names) {
      if (to_hex(id).starts_with(words)) found.push_back(id);
    }
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(ErrorCode::not_found, std::string(operation),
                "there is no " + std::string(what) + " '" + std::string(words) + "'");
  }
  return fail(ErrorCode::ambiguous, std::string(operation),
              "several of the kind " + std::string(what) + " match; give more digits of the id");
}

}  // namespace

std::string short_id(ByteView id) { return to_hex(id).substr(0, kShortDigits); }

bool made_rightly(const Workspace& workspace, const view::RecordView& record) {
  const auto user = user_of_writer(workspace.replica(), record.author);
  return user && may_make(record.kind, role_of_user(workspace.replica(), *user));
}

Result<RecordList> directory_records(Workspace& workspace, std::string_view kind) {
  SAMLA_ASSIGN(RecordList records, workspace.list(kind, workspace.directory()));
  std::erase_if(records, [&](const auto& record) { return !made_rightly(workspace, *record); });
  return records;
}

void Names::load_users() {
  if (users_) return;
  users_.emplace();
  const auto records = directory_records(workspace_, kind::kUser);
  if (!records) return;
  for (const auto& record : *records) {
    users_->insert_or_assign(UserId{record->id.bytes}, Person{record->text("handle"), record->text("name")});
  }
}

Person Names::user(const UserId& id) {
  load_users();
  const auto found = users_->find(id);
  if (found != users_->end()) return found->second;
  return {short_id(id.view()), short_id(id.view())};
}

std::optional<UserId> Names::find_user(std::string_view handle) {
  load_users();
  for (const auto& [id, person] : *users_) {
    if (person.handle == handle) return id;
  }
  return std::nullopt;
}

bool Names::may_name(const view::RecordView& record, std::string_view field, const UserId& subject) const {
  for (const view::FieldView& each : record.fields) {
    if (each.name != field || !each.element.empty()) continue;
    const auto user = user_of_writer(workspace_.replica(), each.heads.front().ref.writer);
    return user == subject || (user && role_of_user(workspace_.replica(), *user) == Role::kHr);
  }
  return false;
}

void Names::load_devices() {
  if (devices_) return;
  devices_.emplace();
  std::map<DeviceId, std::uint64_t> updated;
  view::Query query;
  query.kind = kind::kDevice;
  const auto records = workspace_.records().list(query);
  if (!records) return;
  for (const view::RecordView& each : *records) {
    const view::RecordView record = settled(workspace_, each);
    const auto id = fixed_from_hex<DeviceId>(record.text("device"));
    const auto user = id ? workspace_.replica().user_of_device(*id) : std::nullopt;
    if (!user || !may_name(record, "device", *user) || !may_name(record, "name", *user)) continue;
    if (record.text("name").empty() || updated[*id] >= record.updated_ms) continue;
    updated[*id] = record.updated_ms;
    devices_->insert_or_assign(*id, record.text("name"));
  }
}

std::optional<std::string> Names::find_device_name(const DeviceId& id) {
  load_devices();
  const auto found = devices_->find(id);
  return found == devices_->end() ? std::nullopt : std::optional(found->second);
}

std::string Names::device(const DeviceId& id) { return find_device_name(id).value_or(short_id(id.view())); }

Person Names::author(const WriterId& writer) {
  const auto id = user_of_writer(workspace_.replica(), writer);
  if (!id) return {short_id(writer.view()), short_id(writer.view())};
  return user(*id);
}

std::string Names::device_of(const WriterId& writer) {
  const auto id = workspace_.replica().device_of_writer(writer);
  return id ? device(*id) : short_id(writer.view());
}

std::string Names::unit(const RecordId& scope) {
  if (units_.empty()) {
    const auto records = directory_records(workspace_, kind::kUnit);
    if (records) {
      for (const auto& record : *records) units_.emplace(record->id, record->text("number"));
    }
  }
  const auto found = units_.find(scope);
  return found == units_.end() ? short_id(scope.view()) : found->second;
}

std::string Names::named(std::string_view kind, const RecordId& id) {
  const auto record = workspace_.read(id);
  const bool is_named = record && *record && (*record)->kind == kind &&
                        (*record)->space == workspace_.directory() && made_rightly(workspace_, **record);
  return is_named ? (*record)->text("name") : short_id(id.view());
}

void Names::load_spaces() {
  if (spaces_) return;
  spaces_.emplace();
  for (const replica::SpaceInfo& info : workspace_.replica().spaces()) {
    std::string name(purpose_word(info.purpose));
    const bool is_own = info.id == workspace_.notebook();
    if (info.purpose == purpose::kUnit || info.purpose == purpose::kUnitHr) {
      name += " " + unit(info.scope);
    } else if (info.purpose == purpose::kGathering) {
      name += " " + gathering(info.scope);
    } else if (info.purpose == purpose::kGroup) {
      name += " " + group(info.scope);
    } else if (!info.scope.is_zero() && !is_own) {
      name += " " + short_id(info.scope.view());
    }
    spaces_->emplace(info.id, std::move(name));
  }
}

std::string Names::space(const SpaceId& id) {
  load_spaces();
  const auto found = spaces_->find(id);
  return found == spaces_->end() ? short_id(id.view()) : found->second;
}

Result<SpaceId> Names::find_space(std::string_view words, std::string_view operation) {
  load_spaces();
  return find_named(*spaces_, words, "space", operation);
}

Result<DeviceId> Names::find_device(std::string_view words, std::string_view operation) {
  std::map<DeviceId, std::string> all;
  for (const replica::DeviceInfo& info : workspace_.replica().devices())
    all.emplace(info.id, device(info.id));
  return find_named(all, words, "device", operation);
}

}  // namespace samla::domain
