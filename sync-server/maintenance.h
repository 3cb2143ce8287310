// What an operator does with a server's folder beside running it. Backup, verify and stats work while a
// server runs: they read one moment. Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/random.h"
#include "sync-server/storage/open_storage.h"

namespace samla::server {

struct VerifyReport {
  StorageCounts counts;
  /// What is wrong, a line each, at most kFindingsMax; empty: everything is as it must be.
  std::vector<std::string> findings;
};
inline constexpr std::size_t kFindingsMax = 100;

/// Reads everything: SQLite's pages, the chains by their rules, each changeset's form, hash, signature,
/// place and running head, each writer's chain, and each record's heads, worked out anew.
Result<VerifyReport> verify_storage(const StoragePlace& place);
inline Result<VerifyReport> verify_storage(const std::filesystem::path& file) {
  return verify_storage(StoragePlace{file, {}});
}

/// Copies the database, and the keys if wanted, into `target`, a folder without a server. The copy is
/// verified before it gets its name; then `folder` says how far it reaches, and the server tells devices.
/// already_exists; store_corrupt: the copy does not verify.
Result<VerifyReport> back_up(const std::filesystem::path& folder, const std::filesystem::path& target,
                             bool with_keys, std::uint64_t now_ms);

/// Makes a server in `folder` from a backup: the same keys, a new incarnation, since devices may have
/// seen more than the backup has. already_exists where there is a server; store_missing without keys in
/// either folder; store_corrupt where the backup does not verify.
Result<VerifyReport> restore(const std::filesystem::path& backup, const std::filesystem::path& folder,
                             Random& random, std::uint64_t now_ms);

/// After PostgreSQL's own tools have put a database back: verifies it and begins a new life, as `restore`
/// does with a file. No server may run over it. store_missing without keys in `folder`.
Result<VerifyReport> renew_restored(const std::filesystem::path& folder, const std::string& storage_url,
                                    Random& random, std::uint64_t now_ms);

struct Stats {
  StorageCounts counts;
  bool claimed = false;
  std::uint64_t database_bytes = 0;  ///< of a file
  std::uint64_t log_bytes = 0;
};
Result<Stats> read_stats(const std::filesystem::path& folder, const std::string& storage_url = {});

}  // namespace samla::server
