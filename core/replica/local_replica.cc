// Membership as the domain asks for it, and what waits for the server.
#include "core/replica/local_replica.h"

#include "core/change/record_id.h"
#include "core/custody/invite.h"
#include "core/replica/history.h"
#include "core/sign/hash.h"
#include "core/vault/key_slots.h"

namespace samla::replica {

using chain::IdentityState;
using chain::SpaceState;

// ---- edits

void Edit::create(RecordId id, SpaceId space, std::string kind, std::vector<Field> fields) {
  steps_.emplace_back(Create{id, space, std::move(kind), std::move(fields)});
}
void Edit::assign(RecordId record, std::string field, view::Value value) {
  steps_.emplace_back(Assign{record, {std::move(field), {}, std::move(value)}, false});
}
void Edit::resolve(RecordId record, std::string field, view::Value value) {
  steps_.emplace_back(Assign{record, {std::move(field), {}, std::move(value)}, true});
}
void Edit::edit_text(RecordId record, std::string field, std::string text) {
  steps_.emplace_back(EditText{record, std::move(field), std::move(text), false});
}
void Edit::settle_text(RecordId record, std::string field, std::string text) {
  steps_.emplace_back(EditText{record, std::move(field), std::move(text), true});
}
void Edit::add_element(RecordId record, std::string field, std::string element) {
  steps_.emplace_back(Assign{record, {std::move(field), std::move(element), true}, true});
}
void Edit::remove_element(RecordId record, std::string field, std::string element) {
  steps_.emplace_back(Assign{record, {std::move(field), std::move(element), false}, true});
}
void Edit::erase(RecordId record) { steps_.emplace_back(SetLife{record, Life::kErase}); }
void Edit::restore(RecordId record) { steps_.emplace_back(SetLife{record, Life::kRestore}); }

Result<std::unique_ptr<Replica>> Replica::open(const OpenOptions& options) {
  SAMLA_ASSIGN(auto local, LocalStore::open(options));
  return std::unique_ptr<Replica>(std::make_unique<LocalReplica>(options, std::move(local)));
}

// ---- who is who

Role LocalReplica::role() const { return role_of(user()); }

Role LocalReplica::role_of(const UserId& user) const {
  const IdentityState::User* info = identity().user(user);
  return info == nullptr ? Role{} : info->role;
}

std::vector<SpaceId> LocalReplica::entitled_spaces() const {
  std::vector<SpaceId> out;
  if (const IdentityState::User* info = identity().user(user())) {
    for (const chain::Entitlement& entitlement : info->entitlements) out.push_back(entitlement.space);
  }
  return out;
}

std::vector<UserInfo> LocalReplica::users() const {
  std::vector<UserInfo> out;
  for (const UserId& id : identity().users()) out.push_back({id, identity().user(id)->role});
  return out;
}

std::string LocalReplica::status_of(const IdentityState::Device& info, const DeviceId& id) const {
  if (!identity().active(id)) return "revoked";
  if (info.user != user()) return "active";
  for (const auto& [space, state] : local_->membership->spaces()) {
    const bool personal = state->genesis() && state->genesis()->space_class == chain::SpaceClass::kPersonal &&
                          equal(state->genesis()->scope.view(), user().view());
    if (personal && !state->holds_grant(id, identity())) return "awaiting approval";
  }
  return "active";
}

std::vector<DeviceInfo> LocalReplica::devices() const {
  std::vector<DeviceInfo> out;
  for (const auto& [id, info] : identity().devices()) {
    out.push_back({id, info.user, info.certified_ms, status_of(info, id)});
  }
  return out;
}

std::vector<InviteInfo> LocalReplica::invites() const {
  std::vector<InviteInfo> out;
  for (const auto& [id, info] : identity().invites()) {
    std::string status = "pending";
    if (info.status == IdentityState::InviteStatus::kUsed) status = "used";
    if (info.status == IdentityState::InviteStatus::kRevoked) status = "revoked";
    if (status == "pending" && local_->clock.now_ms() > info.invite.expires_ms) status = "expired";
    out.push_back({id, info.invite.user, info.invite.role, info.invite.expires_ms, std::move(status)});
  }
  return out;
}

SpaceInfo LocalReplica::info_of(const SpaceId& id, const SpaceState& state) const {
  SpaceInfo out;
  out.id = id;
  out.purpose = state.genesis()->purpose;
  out.scope = RecordId::from(state.genesis()->scope.view());
  out.right = static_cast<SpaceRight>(state.right_of(device(), identity()));
  out.readable = local_->membership->readable(id);
  out.members = state.members().size();
  return out;
}

std::vector<SpaceInfo> LocalReplica::spaces() const {
  std::vector<SpaceInfo> out;
  for (const auto& [id, state] : local_->membership->spaces()) {
    if (state->genesis()) out.push_back(info_of(id, *state));
  }
  return out;
}

std::optional<SpaceInfo> LocalReplica::space(const SpaceId& id) const {
  const SpaceState* state = local_->membership->space(id);
  return state == nullptr ? std::nullopt : std::optional(info_of(id, *state));
}

std::vector<std::pair<UserId, SpaceRight>> LocalReplica::members(const SpaceId& space) const {
  std::vector<std::pair<UserId, SpaceRight>> out;
  const SpaceState* state = local_->membership->space(space);
  if (state == nullptr) return out;
  for (const auto& [member, right] : state->members())
    out.emplace_back(member, static_cast<SpaceRight>(right));
  return out;
}

std::optional<DeviceId> LocalReplica::device_of_writer(const WriterId& writer) const {
  // Its own new name is its own before an entry says so.
  if (writer == local_->writer()) return device();
  return identity().device_of_writer(writer, identity().head().seq);
}

std::optional<UserId> LocalReplica::user_of_device(const DeviceId& device) const {
  const IdentityState::Device* info = identity().device(device);
  return info == nullptr ? std::nullopt : std::optional(info->user);
}

std::string LocalReplica::server_url() const {
  const bool v6 = local_->account.host.find(':') != std::string::npos;
  return "ws://" + (v6 ? "[" + local_->account.host + "]" : local_->account.host) + ":" +
         std::to_string(local_->account.port);
}

// ---- ids

RecordId LocalReplica::new_record_id(const SpaceId& space) {
  return change::make_record_id(local_->random, space, local_->clock.now_ms());
}

SpaceId LocalReplica::space_id(Purpose purpose, const RecordId& scope) const {
  return chain::space_id(organisation(), purpose, scope.view());
}

Result<RecordId> LocalReplica::derived_id(const SpaceId& space, std::string_view label,
                                          std::string_view name) const {
  const seal::TagKey* key = local_->membership->ring().tag_key(space);
  if (key == nullptr) return fail(ErrorCode::awaiting_grant, "replica.derived_id");
  Writer in;
  in.text(label);
  in.text(name);
  RecordId derived;
  sign::keyed_hash(derived.bytes, key->bytes.view(), "samla/derived_id/1", in.bytes());
  return change::record_id(space,
                           change::RecordIdHead::from(derived.view().first(change::RecordIdHead::kSize)));
}

// ---- spaces and membership

Result<void> LocalReplica::found_space(const SpaceSpec& spec,
                                       const std::vector<std::pair<UserId, SpaceRight>>& members) {
  if (local_->membership->head(space_id(spec.purpose, spec.scope)).seq > 0) return {};
  Intent intent;
  intent.spec = spec;
  intent.members = members;
  return work_.queue(intent);
}

Result<void> LocalReplica::approve_device(const DeviceId& device) {
  const IdentityState::Device* info = identity().device(device);
  if (info == nullptr) {
    return fail(ErrorCode::not_found, "device.approve", "sync first: this device does not know it yet");
  }
  if (info->user != user()) return fail(ErrorCode::not_permitted, "device.approve", "it is another user's");
  Intent intent;
  intent.type = Intent::Type::kApproveDevice;
  intent.device = device;
  return work_.queue(intent);
}

Result<void> LocalReplica::revoke_invite(const InviteId& invite, const SyncOptions& options) {
  if (identity().invite(invite) == nullptr) return fail(ErrorCode::invite_unknown, "invite.revoke");
  work_.revoke_invite = invite;
  const auto synced = sync_or_fail(options);
  work_.revoke_invite.reset();
  return synced;
}

Result<std::vector<WriteInfo>> LocalReplica::history(const RecordId& record) {
  SAMLA_ASSIGN(const auto shown, local_->records->read(record));
  if (!shown) return fail(ErrorCode::not_found, "replica.history");
  return History(*local_).writes_of(shown->space, record);
}

Result<std::uint64_t> LocalReplica::history_elsewhere(const RecordId& record) {
  SAMLA_ASSIGN(const auto shown, local_->records->read(record));
  if (!shown) return fail(ErrorCode::not_found, "replica.history");
  SAMLA_ASSIGN(const auto packed, local_->tables->packs.record(shown->space, record));
  if (!packed) return std::uint64_t{0};
  SAMLA_ASSIGN(auto transaction, local_->begin());
  SAMLA_TRY(local_->tables->packs.want(shown->space, record, true));
  SAMLA_TRY(transaction.commit());
  return packed->missing;
}

std::optional<RecoveryReport> LocalReplica::last_recovery() const {
  const auto last = replica::last_recovery(*local_);
  return last.ok() ? *last : std::nullopt;
}

std::optional<BackupNews> LocalReplica::newest_backup() const {
  const auto newest = replica::newest_backup(*local_);
  return newest.ok() ? *newest : std::nullopt;
}

Result<std::set<change::WriteRef>> LocalReplica::heads_ahead(const RecordId& record,
                                                             const FieldTag& tag) const {
  SAMLA_ASSIGN(const auto shown, local_->records->read(record));
  if (!shown) return fail(ErrorCode::not_found, "replica.heads");
  return History(*local_).heads_ahead(shown->space, record, tag);
}

// ---- sync

Levels LocalReplica::levels() {
  Levels out;
  const auto waiting = local_->tables->outbox.count();
  const auto own = local_->tables->changesets.own_writes();
  if (waiting.ok()) out.device = *waiting;
  if (own.ok()) {
    out.device += own->unreceipted;
    out.centre = own->receipted;
  }
  return out;
}

Result<SyncReport> LocalReplica::sync_as(const wire::Hello& hello, const SyncOptions& options,
                                         RunUntil until) {
  const RunOutcome outcome = run_sync(*local_, work_, hello, options, until);
  SyncReport report;
  report.sent = outcome.sent;
  report.received = outcome.received;
  report.notices.assign(outcome.notices.begin(), outcome.notices.end());
  if (outcome.error && outcome.error->code == ErrorCode::device_revoked) {
    return fail(ErrorCode::device_revoked, "sync",
                "what is on it stays readable and editable here, but the server takes it in no more");
  }
  if (outcome.error && !is_offline(outcome.error->code)) return *outcome.error;
  if (outcome.error) report.notices.push_back(outcome.error->message());
  if (outcome.level) report.reached = "centre";
  report.recovery = outcome.recovery;
  report.clock_skew_ms = outcome.clock_skew_ms;
  report.head_differences = outcome.head_differences;
  SAMLA_ASSIGN(const std::size_t contested, local_->records->contested_count());
  report.conflicts = contested;
  return report;
}

Result<SyncReport> LocalReplica::sync(const SyncOptions& options) {
  return sync_as(hello_for(*local_, {}), options, RunUntil::kLevel);
}

Result<SyncReport> LocalReplica::watch(const SyncOptions& options) {
  const RunOutcome outcome = run_sync(*local_, work_, hello_for(*local_, {}), options, RunUntil::kStopped);
  if (outcome.error) return *outcome.error;
  SyncReport report;
  report.sent = outcome.sent;
  report.received = outcome.received;
  report.reached = outcome.level ? "centre" : "none";
  return report;
}

Result<void> LocalReplica::sync_or_fail(const SyncOptions& options) {
  const RunOutcome outcome = run_sync(*local_, work_, hello_for(*local_, {}), options, RunUntil::kLevel);
  if (outcome.error) return *outcome.error;
  return {};
}

Result<void> LocalReplica::change_passphrase(std::string_view old_passphrase,
                                             std::string_view new_passphrase) {
  SAMLA_TRY(vault::change_passphrase(slots_file(options_.directory), old_passphrase, new_passphrase,
                                     local_->random));
  options_.passphrase = new_passphrase;
  return {};
}

Result<std::uint64_t> LocalReplica::scrub() {
  SAMLA_ASSIGN(const vault::ScrubReport report, vault::scrub(local_->connection().handle()));
  return report.damaged_pages.size() + report.damaged_frames;
}

}  // namespace samla::replica
