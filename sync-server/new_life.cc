#include "sync-server/new_life.h"

#include "sync-server/arbiter.h"

namespace samla::server {

Result<Incarnation> renew(StorageTransaction& transaction, Random& random, std::uint64_t now_ms) {
  const auto incarnation = random.fixed<Incarnation>();
  SAMLA_TRY(transaction.put_value(kIncarnationName, incarnation.view()));
  SAMLA_TRY(transaction.put_value(kRenewedName, incarnation.view()));
  SAMLA_TRY(transaction.put_value(kUnconfirmedName, encode_ms(now_ms)));
  return incarnation;
}

Result<void> begin_new_life(Storage& storage, Random& random, std::uint64_t now_ms) {
  SAMLA_ASSIGN(const auto transaction, storage.begin());
  SAMLA_ASSIGN([[maybe_unused]] const Incarnation life, renew(*transaction, random, now_ms));
  return transaction->commit();
}

Result<void> begin_emptied(Storage& storage, const OrganisationId& organisation, Random& random,
                           std::uint64_t now_ms) {
  SAMLA_ASSIGN(const auto transaction, storage.begin());
  SAMLA_ASSIGN([[maybe_unused]] const Incarnation life, renew(*transaction, random, now_ms));
  SAMLA_TRY(transaction->put_value(kAwaitedName, organisation.view()));
  return transaction->commit();
}

}  // namespace samla::server
