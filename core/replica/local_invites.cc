// Making invites, one or many at a time.
#include "core/base/codec.h"
#include "core/custody/invite.h"
#include "core/replica/local_replica.h"

namespace samla::replica {

namespace {

/// Invites that were sent to the server and whose links nobody has been shown yet.
constexpr std::string_view kUnshownKey = "unshown_invites";
constexpr std::size_t kUnshownMax = 1 << 16;

}  // namespace

Result<std::vector<InviteId>> LocalReplica::unshown_invites() const {
  std::vector<InviteId> out;
  SAMLA_ASSIGN(const auto kept, local_->tables->meta.get(kUnshownKey));
  if (!kept) return out;
  Reader in(*kept);
  for (std::size_t left = in.count(kUnshownMax, InviteId::kSize); left > 0 && !in.failed(); --left) {
    out.push_back(in.fixed<InviteId>());
  }
  SAMLA_TRY(in.finish("invites.unshown"));
  return out;
}

Result<void> LocalReplica::note_unshown(const std::vector<InviteId>& invites) {
  SAMLA_ASSIGN(auto transaction, local_->begin());
  if (invites.empty()) {
    SAMLA_TRY(local_->tables->meta.remove(kUnshownKey));
  } else {
    Writer out;
    out.varint(invites.size());
    for (const InviteId& id : invites) out.fixed(id);
    SAMLA_TRY(local_->tables->meta.put(kUnshownKey, out.bytes()));
  }
  return transaction.commit();
}

/// An earlier call was cut off behind the server's placing them: their secrets are gone, so nobody can ever
/// use them, and no key need be sealed to them at each rotation.
Result<void> LocalReplica::revoke_unshown(const SyncOptions& options) {
  SAMLA_ASSIGN(const auto left, unshown_invites());
  if (left.empty()) return {};
  SAMLA_TRY(sync_or_fail(options));
  for (const InviteId& id : left) {
    const auto* facts = identity().invite(id);
    if (facts == nullptr || facts->status != chain::OneUseStatus::kPending) continue;
    work_.wishes.push_back([id](ChainBatchBuilder& to) -> Result<void> {
      to.add_identity(chain::Revocation{
          chain::RevocationTarget::kInvite, decltype(chain::Revocation::id)::from(id.view()), {}});
      return {};
    });
  }
  const auto synced = work_.wishes.empty() ? Result<void>() : sync_or_fail(options);
  work_.wishes.clear();
  SAMLA_TRY(synced);
  return note_unshown({});
}

Result<std::vector<std::string>> LocalReplica::create_invites(const std::vector<InviteSpec>& specs,
                                                              const SyncOptions& options) {
  constexpr const char* kOperation = "invite.create";
  if (!is_admin()) {
    return fail(ErrorCode::not_permitted, kOperation, "only an administrator's device may invite");
  }
  if (specs.size() > kUnshownMax) return fail(ErrorCode::too_large, kOperation);
  SAMLA_TRY(revoke_unshown(options));
  std::vector<custody::InviteLink> links;
  std::vector<InviteId> ids;
  for (const InviteSpec& spec : specs) {
    PendingInvite invite;
    invite.spec = spec;
    local_->random.fill(invite.secret.writable());
    invite.id = custody::invite_id(invite.secret);
    links.emplace_back().secret = invite.secret.duplicate();
    ids.push_back(invite.id);
    work_.invites.push_back(std::move(invite));
  }
  SAMLA_TRY(note_unshown(ids));
  const auto synced = sync_or_fail(options);
  work_.invites.clear();
  if (!synced.ok()) return synced.error();
  std::vector<std::string> out;
  for (std::size_t i = 0; i < links.size(); ++i) {
    if (identity().invite(ids[i]) == nullptr) return fail(ErrorCode::retry_later, kOperation);
    custody::InviteLink& link = links[i];
    link.host = local_->account.host;
    link.port = local_->account.port;
    link.server = local_->account.server;
    link.organisation = organisation();
    link.root = identity().genesis()->root;
    link.identity = identity().head();
    out.push_back(link.encode());
  }
  SAMLA_TRY(note_unshown({}));
  return out;
}

Result<std::string> LocalReplica::create_invite(const InviteSpec& spec, const SyncOptions& options) {
  SAMLA_ASSIGN(auto links, create_invites({spec}, options));
  return std::move(links.front());
}

}  // namespace samla::replica
