#include "core/store/store.h"

#include "core/sqlite/connection.h"

namespace samla::store {

Result<Store> Store::open(sqlite::Connection& connection) {
  SAMLA_TRY(prepare_schema(connection));
  return Store{Meta(connection),        Outbox(connection),  Changesets(connection), Chains(connection),
               ChainOutbox(connection), Cursors(connection), Packs(connection)};
}

}  // namespace samla::store
