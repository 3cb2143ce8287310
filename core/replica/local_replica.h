// The one implementation of Replica: a local store and the two pipelines. Thread: one at a time.
#pragma once

#include "core/replica/chain_work.h"
#include "core/replica/outbound.h"
#include "core/replica/sync_run.h"

namespace samla::replica {

/// What a person waits out: nothing is wrong with this store or that server.
inline bool is_offline(ErrorCode code) {
  return code == ErrorCode::offline || code == ErrorCode::timed_out || code == ErrorCode::connection_closed ||
         code == ErrorCode::retry_later;
}

class LocalReplica final : public Replica {
 public:
  LocalReplica(OpenOptions options, std::unique_ptr<LocalStore> local)
      : options_(std::move(options)), local_(std::move(local)), outbound_(*local_), work_(*local_) {}

  OrganisationId organisation() const override { return local_->account.organisation; }
  UserId user() const override { return local_->account.user; }
  DeviceId device() const override { return local_->keys.device_id(); }
  WriterId writer() const override { return local_->writer(); }
  bool is_admin() const override { return identity().is_admin(device()); }
  Role role() const override;
  std::vector<SpaceId> entitled_spaces() const override;
  std::vector<UserInfo> users() const override;
  Role role_of(const UserId& user) const override;
  std::vector<DeviceInfo> devices() const override;
  std::vector<InviteInfo> invites() const override;
  std::vector<SpaceInfo> spaces() const override;
  std::optional<SpaceInfo> space(const SpaceId& id) const override;
  std::vector<std::pair<UserId, SpaceRight>> members(const SpaceId& space) const override;
  std::optional<DeviceId> device_of_writer(const WriterId& writer) const override;
  std::optional<UserId> user_of_device(const DeviceId& device) const override;
  std::string server_url() const override;
  std::uint64_t now_ms() const override { return local_->clock.now_ms(); }

  RecordId new_record_id(const SpaceId& space) override;
  SpaceId space_id(Purpose purpose, const RecordId& scope) const override;
  Result<RecordId> derived_id(const SpaceId& space, std::string_view label,
                              std::string_view name) const override;

  Result<void> found_space(const SpaceSpec& spec,
                           const std::vector<std::pair<UserId, SpaceRight>>& members) override;
  Result<std::string> create_invite(const InviteSpec& spec, const SyncOptions& options) override;
  Result<std::vector<std::string>> create_invites(const std::vector<InviteSpec>& specs,
                                                  const SyncOptions& options) override;
  Result<void> revoke_invite(const InviteId& invite, const SyncOptions& options) override;
  Result<void> approve_device(const DeviceId& device) override;

  std::vector<CertifiedInfo> certified_by(const DeviceId& device) const override;
  Result<void> revoke_device(const DeviceId& device, const std::vector<CertifiedInfo>& with) override;
  Result<std::string> create_pairing(std::uint64_t expires_ms, const SyncOptions& options) override;
  Result<RecoveryInfo> make_recovery_words(const Replacement& replacing, const SyncOptions& options) override;
  Result<void> revoke_recovery_words(const UserId& user, const SyncOptions& options) override;
  Result<std::size_t> rotate_keys(const std::optional<SpaceId>& space, const SyncOptions& options) override;
  Result<void> set_member(const SpaceId& space, const UserId& user, SpaceRight right) override;
  Result<void> announce_server_keys(std::string_view server_url, const SyncOptions& options) override;
  Result<std::size_t> repair_forks(const SyncOptions& options) override;
  std::string comparison_code() const override;
  Result<ChainsHeld> chains_held() const override;

  Result<std::vector<SetAsideInfo>> set_aside() override;
  Result<void> accept_set_aside(const DeviceId& device) override;
  Result<ErasureReport> erase_writes(const ErasureScope& scope, bool dry_run,
                                     const SyncOptions& options) override;
  Result<HoldId> place_hold(const std::vector<SpaceId>& spaces, const SyncOptions& options) override;
  Result<void> release_hold(const HoldId& hold, const SyncOptions& options) override;
  std::vector<HoldInfo> holds() const override;
  Result<std::vector<WrittenInfo>> written_by(const UserId& user, const SyncOptions& options) override;

  Result<EscrowId> declare_escrow(const UserId& first, const UserId& second,
                                  const SyncOptions& options) override;
  Result<void> revoke_escrow(const EscrowId& escrow, const SyncOptions& options) override;
  std::vector<EscrowInfo> escrows() const override;
  Result<void> use_escrow(const SpaceId& space, std::string_view first_words, std::string_view second_words,
                          const SyncOptions& options) override;
  Result<void> set_personal_escrow(const SpaceId& space, bool on, const SyncOptions& options) override;

  Result<void> commit(const Edit& edit) override { return outbound_.commit(edit); }
  view::Records& records() override { return *local_->records; }
  Result<std::vector<WriteInfo>> history(const RecordId& record) override;
  Result<std::uint64_t> history_elsewhere(const RecordId& record) override;
  Result<std::set<change::WriteRef>> heads_ahead(const RecordId& record, const FieldTag& tag) const override;
  Levels levels() override;
  std::optional<RecoveryReport> last_recovery() const override;
  std::optional<BackupNews> newest_backup() const override;

  Result<SyncReport> sync(const SyncOptions& options) override;
  Result<SyncReport> watch(const SyncOptions& options) override;
  Result<void> change_passphrase(std::string_view old_passphrase, std::string_view new_passphrase) override;
  Result<std::uint64_t> scrub() override;

  // For founding.cc.
  LocalStore& local() { return *local_; }
  ChainWork& work() { return work_; }
  const chain::IdentityState& identity_chain() const { return identity(); }
  /// As sync, through another entrance.
  Result<SyncReport> sync_as(const wire::Hello& hello, const SyncOptions& options, RunUntil until);

 private:
  Result<void> queue_revocation(chain::RevocationTarget target, ByteView id, const DeviceId* device);
  Result<void> queue_cutoffs(const DeviceId& device);
  /// Where the user's changesets stand, as the server says.
  Result<std::vector<wire::Place>> places_of(const UserId& user, const SyncOptions& options);
  Result<std::vector<chain::ErasedChangeset>> erasable(const ErasureScope& scope, const SyncOptions& options);
  Result<UserId> holder_of(const chain::EscrowHolder& holder) const;
  /// Has one entry placed; by an administrator.
  Result<void> wish(ChainWork::Wish wish, const SyncOptions& options);
  /// By anybody; the chain's rules say who may.
  Result<void> place_wish(ChainWork::Wish wish, const SyncOptions& options);
  Result<void> queue_instance_cutoffs(const DeviceId& device);
  Result<std::vector<chain::Cutoff>> cutoffs_of(const WriterId& writer) const;
  Result<std::vector<InviteId>> unshown_invites() const;
  Result<void> note_unshown(const std::vector<InviteId>& invites);
  Result<void> revoke_unshown(const SyncOptions& options);
  Result<custody::RecoveryWords> pending_words();
  Result<void> forget_pending_words();
  const chain::IdentityState& identity() const { return local_->membership->identity(); }
  /// Syncs and says why not if what was asked of the server has not come to stand there.
  Result<void> sync_or_fail(const SyncOptions& options);
  SpaceInfo info_of(const SpaceId& id, const chain::SpaceState& state) const;
  std::string status_of(const chain::IdentityState::Device& device, const DeviceId& id) const;

  OpenOptions options_;
  std::unique_ptr<LocalStore> local_;
  Outbound outbound_;
  ChainWork work_;
};

}  // namespace samla::replica
