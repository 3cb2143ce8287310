#include "core/domain/workspace.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/domain/rightful.h"

namespace samla::domain {
namespace {

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kTextBytesMax = view::kValueBytesMax;

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Result<std::optional<view::RecordView>> Workspace::read(const RecordId& id) {
  SAMLA_ASSIGN(auto record, records().read(id));
  if (record && has_wrongful(replica_, *record)) {
    SAMLA_ASSIGN(record, rightful(replica_, std::move(*record)));
  }
  return record;
}

Result<RecordList> Workspace::list_with_erased(std::string_view kind, const std::optional<SpaceId>& space) {
  SAMLA_ASSIGN(RecordList out, cache_.list(kind, space));
  for (auto& record : out) {
    if (!has_wrongful(replica_, *record)) continue;
    auto mended = std::make_shared<KeptRecord>();
    SAMLA_ASSIGN(static_cast<view::RecordView&>(*mended), rightful(replica_, *record));
    record = std::move(mended);
  }
  return out;
}

Result<RecordList> Workspace::list(std::string_view kind, const std::optional<SpaceId>& space) {
  SAMLA_ASSIGN(RecordList out, list_with_erased(kind, space));
  std::erase_if(out, [](const auto& record) { return record->erased; });
  return out;
}

SpaceId Workspace::notebook() const {
  return replica_.space_id(purpose::kNotebook, RecordId{replica_.user().bytes});
}

std::optional<replica::SpaceInfo> Workspace::space(const SpaceId& id) const { return replica_.space(id); }

Result<void> Workspace::check_writable(const SpaceId& id, std::string_view operation) const {
  const std::string where(operation);
  const auto info = space(id);
  if (!info) {
    const auto entitled = replica_.entitled_spaces();
    if (std::ranges::find(entitled, id) == entitled.end()) {
      return fail(ErrorCode::not_found, where, "this device is in no such space");
    }
  }
  if (!info || !info->readable) {
    return fail(ErrorCode::awaiting_grant, where,
                "sync, and sync again once a device that has the space's key has synced too");
  }
  if (info->right < replica::SpaceRight::kWriter) {
    return fail(ErrorCode::not_permitted, where, "you may read this space but not write to it");
  }
  return {};
}

Result<void> Workspace::add_device_name(replica::Edit& edit, const SpaceId& space, const DeviceId& device,
                                        const std::string& name) {
  SAMLA_ASSIGN(const RecordId id, replica_.derived_id(space, kind::kDevice, to_hex(device)));
  SAMLA_ASSIGN(const auto present, records().read(id));
  if (!present) {
    edit.create(id, space, std::string(kind::kDevice),
                {field("device", to_hex(device)), field("name", name)});
  } else if (present->space == space && present->text("name") != name) {
    edit.resolve(id, "name", name);
  }
  return {};
}

std::optional<std::string> Workspace::own_device_name() {
  std::optional<view::RecordView> newest;
  for (const SpaceId& space : {notebook(), directory()}) {
    const auto id = replica_.derived_id(space, kind::kDevice, to_hex(replica_.device()));
    if (!id) continue;
    auto record = records().read(*id);
    if (!record || !*record || (*record)->space != space || (*record)->text("name").empty()) continue;
    if (!newest || newest->updated_ms < (*record)->updated_ms) newest = std::move(**record);
  }
  if (newest) return newest->text("name");
  // A device of an organisation where neither is written yet.
  return Names(*this).find_device_name(replica_.device());
}

Result<void> Workspace::commit(replica::Edit edit, const std::set<SpaceId>& spaces) {
  std::set<SpaceId> fresh;
  std::ranges::set_difference(spaces, named_, std::inserter(fresh, fresh.end()));
  if (!fresh.empty()) {
    const auto name = own_device_name();
    for (const SpaceId& space : fresh) {
      if (name) SAMLA_TRY(add_device_name(edit, space, replica_.device(), *name));
    }
  }
  SAMLA_TRY(replica_.commit(edit));
  named_.insert(fresh.begin(), fresh.end());
  return {};
}

Result<void> Workspace::name_device(const std::string& name) {
  for (const replica::SpaceInfo& info : replica_.spaces()) {
    if (!info.readable || info.right < replica::SpaceRight::kWriter) continue;
    replica::Edit edit;
    SAMLA_TRY(add_device_name(edit, info.id, replica_.device(), name));
    if (!edit.empty()) SAMLA_TRY(replica_.commit(edit));
    named_.insert(info.id);
  }
  return {};
}

Result<void> Workspace::name_other_device(const DeviceId& device, const std::string& name) {
  constexpr std::string_view kOperation = "device.rename";
  const bool is_own = replica_.user_of_device(device) == replica_.user();
  if (!is_own && role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "only its user and HR may name a device");
  }
  const SpaceId space = is_own ? notebook() : directory();
  SAMLA_TRY(check_writable(space, kOperation));
  replica::Edit edit;
  SAMLA_TRY(add_device_name(edit, space, device, name));
  if (edit.empty()) return {};
  return commit(std::move(edit), {space});
}

Result<void> check_name(std::string_view name, std::string_view what, std::string_view operation) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument, std::string(operation),
                std::string(what) + " " + std::string(why));
  };
  if (name.empty()) return refuse("must not be empty");
  if (name.size() > kNameBytesMax) return refuse("may have at most 200 bytes; shorten it");
  if (!is_utf8(name)) return refuse("must be UTF-8");
  if (std::ranges::any_of(name, is_control)) return refuse("must be one line without control characters");
  if (name.front() == ' ' || name.back() == ' ') return refuse("must not begin or end with a space");
  return {};
}

Result<void> check_text(std::string_view text, std::string_view what, std::string_view operation) {
  if (text.find('\0') != text.npos) {
    return fail(ErrorCode::invalid_argument, std::string(operation),
                std::string(what) + " holds a NUL character; remove it");
  }
  if (!is_utf8(text)) {
    return fail(ErrorCode::invalid_argument, std::string(operation), std::string(what) + " must be UTF-8");
  }
  if (text.size() > kTextBytesMax) {
    return fail(ErrorCode::too_large, std::string(operation),
                std::string(what) + " may have at most 256 KiB; split it into several");
  }
  return {};
}

replica::Edit::Field field(std::string_view name, view::Value value) {
  return {std::string(name), {}, std::move(value)};
}

replica::Edit::Field element(std::string_view name, std::string_view element) {
  return {std::string(name), std::string(element), true};
}

}  // namespace samla::domain
