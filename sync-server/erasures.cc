#include "sync-server/erasures.h"

#include "core/session/erasure.h"
#include "sync-server/group.h"

namespace samla::server {

Result<bool> erase_at(StorageReader& storage, StorageTransaction& transaction,
                      const chain::IdentityState& identity, const chain::ChangesetPlace& place) {
  SAMLA_ASSIGN(const auto known, storage.changeset_of(place.space, place.writer, place.seq));
  if (!known) return false;
  SAMLA_ASSIGN(const auto stored, storage.changesets_after(place.space, known->seq - 1, 1));
  if (stored.empty() || stored.front().seq != known->seq)
    return fail(ErrorCode::store_corrupt, "server.erase");
  SAMLA_ASSIGN(change::Changeset changeset, change::Changeset::decode(stored.front().bytes));
  if (!session::drop_erased(changeset, identity)) return false;
  SAMLA_TRY(transaction.put_erased(place.space, known->seq, changeset.encode()));
  return true;
}

Result<std::uint64_t> replay_erasures(Storage& storage, const chain::IdentityState& identity) {
  SAMLA_ASSIGN(const auto transaction, storage.begin());
  std::uint64_t erased = 0;
  for (const chain::ChangesetPlace& place : session::erased_places(identity)) {
    SAMLA_ASSIGN(const bool any, erase_at(storage, *transaction, identity, place));
    erased += any ? 1 : 0;
  }
  if (erased == 0) return erased;
  SAMLA_TRY(transaction->commit());
  SAMLA_TRY(storage.forget_log());
  return erased;
}

Result<void> Group::erase(const wire::ChainAppend::Part& part) {
  if (!part.space.is_zero()) return {};
  for (const chain::ChangesetPlace& place : session::places_to_erase(part.entries, *identity())) {
    SAMLA_ASSIGN(const bool any, erase_at(arbiter_.storage_, transaction_, *identity(), place));
    result_.erased += any ? 1 : 0;
  }
  return {};
}

}  // namespace samla::server
