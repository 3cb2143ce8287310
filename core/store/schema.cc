// The tables, and the steps from one version of them to the next.
#include "core/store/schema.h"

#include <array>
#include <string>

#include "core/sqlite/transaction.h"

namespace samla::store {
namespace {

// Step n leads from version n to n + 1. Steps that have been released are never changed.
//
// Keys that peers made (ids) would scatter inserts over a large table, so changesets and edits lie in the
// order of their arrival, with a narrow index; the small tables are WITHOUT ROWID and need no index.
constexpr std::array<const char*, kSchemaVersion> kSteps = {R"sql(
CREATE TABLE meta(
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE outbox(
  space BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  position INTEGER NOT NULL,
  group_bytes INTEGER NOT NULL,
  header BLOB NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY(space, writer, seq, position)
) WITHOUT ROWID;

CREATE TABLE changeset(
  id INTEGER PRIMARY KEY,
  space BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  own INTEGER NOT NULL,
  writes INTEGER NOT NULL,
  validity INTEGER NOT NULL,
  reason INTEGER,
  server_seq INTEGER,
  receipt_group INTEGER,
  bytes BLOB NOT NULL
);
CREATE UNIQUE INDEX changeset_place ON changeset(space, writer, seq);
CREATE INDEX changeset_unreceipted ON changeset(space, writer, seq) WHERE own = 1 AND server_seq IS NULL;
CREATE INDEX changeset_server ON changeset(space, server_seq) WHERE server_seq IS NOT NULL;
CREATE INDEX changeset_refused ON changeset(space, writer, seq)
  WHERE own = 1 AND (validity <> 1 OR reason IS NOT NULL);

CREATE TABLE tip(
  space BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  own_writes INTEGER NOT NULL,
  own_receipted INTEGER NOT NULL,
  identity_seq INTEGER NOT NULL,
  space_seq INTEGER NOT NULL,
  PRIMARY KEY(space, writer)
) WITHOUT ROWID;

CREATE TABLE receipt_group(
  id INTEGER PRIMARY KEY,
  bytes BLOB NOT NULL
);

CREATE TABLE chain_entry(
  chain BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY(chain, seq)
) WITHOUT ROWID;

CREATE TABLE chain_outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  batch BLOB NOT NULL
);

CREATE TABLE cursor(
  space BLOB PRIMARY KEY,
  incarnation BLOB NOT NULL,
  seq INTEGER NOT NULL,
  head BLOB NOT NULL
) WITHOUT ROWID;
)sql",
                                                            R"sql(
-- Others' changesets that the server is known to lack: few, and none while all is well.
CREATE INDEX changeset_lost ON changeset(space, writer, seq) WHERE own = 0 AND server_seq IS NULL;

-- The branch of a forked writer's chain that the server does not have, as it was frozen here.
CREATE TABLE branch(
  space BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY(space, writer, seq, hash)
);
)sql",
                                                            R"sql(
-- What a chain says at one of its heads, as this device verified it: opening goes on from there, and a chain
-- that began at a checkpoint has no entries up to the first one.
CREATE TABLE chain_state(
  id INTEGER PRIMARY KEY,
  chain BLOB NOT NULL UNIQUE,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  state BLOB NOT NULL
);
)sql",
                                                            R"sql(
-- Edits arrive at the end of a table, whose pages so are full; the group's name stands once, in a row of its
-- own. A write's place is 4096 times its group's id, and its position.
CREATE TABLE outbox_group(
  id INTEGER PRIMARY KEY,
  space BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  UNIQUE(space, writer, seq)
);
CREATE TABLE outbox_write(
  place INTEGER PRIMARY KEY,
  group_bytes INTEGER NOT NULL,
  header BLOB NOT NULL,
  content BLOB NOT NULL
);
INSERT INTO outbox_group(space, writer, seq)
  SELECT DISTINCT space, writer, seq FROM outbox ORDER BY space, writer, seq;
INSERT INTO outbox_write(place, group_bytes, header, content)
  SELECT g.id * 4096 + o.position, o.group_bytes, o.header, o.content
  FROM outbox_group g JOIN outbox o USING(space, writer, seq) ORDER BY 1;
DROP TABLE outbox;
)sql",
                                                            R"sql(
-- Entries of a chain's branch that was given up, as they were verified here.
CREATE TABLE chain_branch(
  chain BLOB NOT NULL,
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL,
  entry BLOB NOT NULL,
  PRIMARY KEY(chain, seq, hash)
) WITHOUT ROWID;
)sql",
                                                            R"sql(
-- A space whose history begins here with a heads pack; `place`: how far that has come, empty once it is here.
CREATE TABLE pack(
  space BLOB PRIMARY KEY,
  incarnation BLOB NOT NULL,
  seq INTEGER NOT NULL,
  head BLOB NOT NULL,
  place BLOB NOT NULL
) WITHOUT ROWID;

CREATE TABLE pack_tip(
  space BLOB NOT NULL,
  writer BLOB NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY(space, writer)
) WITHOUT ROWID;

CREATE TABLE pack_record(
  space BLOB NOT NULL,
  record BLOB NOT NULL,
  missing INTEGER NOT NULL,
  word BLOB NOT NULL,
  PRIMARY KEY(space, record)
) WITHOUT ROWID;

CREATE TABLE pack_wanted(
  space BLOB NOT NULL,
  record BLOB NOT NULL,
  whole INTEGER NOT NULL,
  PRIMARY KEY(space, record)
) WITHOUT ROWID;
)sql"};

Result<std::int64_t> stored_version(sqlite::Connection& connection) {
  SAMLA_ASSIGN(auto query, connection.prepare("PRAGMA user_version"));
  SAMLA_TRY(query.step());
  return query.column_int64(0);
}

}  // namespace

Result<void> prepare_schema(sqlite::Connection& connection) {
  SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(connection));
  SAMLA_ASSIGN(const std::int64_t found, stored_version(connection));
  if (found < 0) return fail(ErrorCode::store_corrupt, "store.open");
  if (found > kSchemaVersion) {
    return fail(ErrorCode::version_unknown, "store.open", "install the newest Samla to open this store");
  }
  if (found == kSchemaVersion) return {};
  for (std::size_t step = static_cast<std::size_t>(found); step < kSteps.size(); ++step) {
    SAMLA_TRY(connection.execute(kSteps[step]));
  }
  SAMLA_TRY(connection.execute("PRAGMA user_version = " + std::to_string(kSchemaVersion)));
  return transaction.commit();
}

}  // namespace samla::store
