#include "core/requests/profile.h"

#include "core/base/encoding.h"
#include "core/domain/names.h"

namespace samla::requests {
Result<void> Profile::open() {
  auto opened = replica::Replica::open(open_options());
  if (!opened && opened.error().code == ErrorCode::store_missing) return {};
  if (!opened) return opened.error();
  adopt(std::move(*opened));
  return {};
}

Result<domain::Workspace*> Profile::workspace(std::string_view operation) {
  if (workspace_) return workspace_.get();
  return fail(ErrorCode::store_missing, std::string(operation),
              "found an organisation with org create, or join one with an invite");
}

Result<void> Profile::check_empty(std::string_view operation) const {
  if (!workspace_) return {};
  return fail(ErrorCode::already_exists, std::string(operation),
              "this profile has a store already; use another profile");
}

void Profile::adopt(std::unique_ptr<replica::Replica> replica) {
  workspace_ = std::make_unique<domain::Workspace>(*replica);
  replica_ = std::move(replica);
}

replica::OpenOptions Profile::open_options() const {
  replica::OpenOptions out;
  out.directory = options_.profile;
  out.passphrase = options_.passphrase;
  out.search_fields = domain::search_fields();
  return out;
}

replica::SyncOptions Profile::sync_options() {
  replica::SyncOptions out;
  out.stop = [this] { return interrupted_.load(); };
  out.progress = [this](std::uint64_t sent, std::uint64_t received) {
    events_.push({{"event", "progress"}, {"sent", sent}, {"received", received}});
  };
  out.changed = [this](const std::set<RecordId>& records) {
    for (const RecordId& id : records) tell_changed(id);
  };
  return out;
}

void Profile::tell_changed(const RecordId& id) {
  if (!workspace_) return;
  const auto record = workspace_->records().read(id);
  if (!record || !*record) return;
  const view::RecordView& view = **record;
  Json event = {{"event", "record.changed"},
                {"id", to_hex(id)},
                {"kind", view.kind},
                {"space_id", to_hex(view.space)},
                {"deleted", view.erased}};
  events_.push(event);
  if (!view.contested()) return;
  event["event"] = "conflict";
  events_.push(event);
}

bool Profile::proves(std::string_view passphrase) const {
  return equal_in_constant_time(as_bytes(passphrase), as_bytes(options_.passphrase));
}

Result<void> Profile::change_passphrase(const SecretText& passphrase) {
  SAMLA_TRY(replica_->change_passphrase(options_.passphrase, passphrase));
  options_.passphrase = passphrase;
  return {};
}

}  // namespace samla::requests
