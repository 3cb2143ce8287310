// What a server's database holds, for comparing it before and after a loss.
#pragma once

#include <map>

#include "core/base/random.h"
#include "sync-server/arbiter.h"
#include "sync-server/folder.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"

namespace samla::test {

struct ServerLedger {
  std::map<std::tuple<SpaceId, WriterId, std::uint64_t>, Bytes> changesets;
  std::map<SpaceId, std::vector<Bytes>> chains;  ///< zero: the identity chain

  bool operator==(const ServerLedger&) const = default;

  /// How many of `other`'s changesets are missing here, or have other bytes.
  std::size_t lacks(const ServerLedger& other) const {
    std::size_t out = 0;
    for (const auto& [place, bytes] : other.changesets) {
      const auto found = changesets.find(place);
      out += found == changesets.end() || found->second != bytes ? 1 : 0;
    }
    return out;
  }
};

inline ServerLedger ledger_of(const std::filesystem::path& folder) {
  ServerLedger out;
  const auto reader = server::open_sqlite_snapshot(server::storage_file(folder));
  SAMLA_ASSERT(reader.ok());
  const auto read = (*reader)->all_entries([&](const SpaceId& space, ByteView entry) -> Result<void> {
    out.chains[space].push_back(to_bytes(entry));
    return {};
  });
  SAMLA_ASSERT(read.ok());
  for (const auto& [space, chain] : out.chains) {
    for (std::uint64_t after = 0;;) {
      const auto run = (*reader)->changesets_after(space, after, std::size_t{1} << 20);
      SAMLA_ASSERT(run.ok());
      if (run->empty()) break;
      for (const server::StoredChangeset& each : *run) {
        out.changesets[{space, each.writer, each.writer_seq}] = each.bytes;
        after = each.seq;
      }
    }
  }
  return out;
}

}  // namespace samla::test
