// All of the device schema's parts, opened together. docs/formats/store.md describes the tables.
// Thread: the store's.
#pragma once

#include "core/store/chains.h"
#include "core/store/changesets.h"
#include "core/store/cursors.h"
#include "core/store/meta.h"
#include "core/store/outbox.h"
#include "core/store/packs.h"
#include "core/store/schema.h"

namespace samla::store {

struct Store {
  /// Prepares the schema (see prepare_schema); `connection` outlives this.
  static Result<Store> open(sqlite::Connection& connection);

  Meta meta;
  Outbox outbox;
  Changesets changesets;
  Chains chains;
  ChainOutbox chain_outbox;
  Cursors cursors;
  Packs packs;
};

}  // namespace samla::store
