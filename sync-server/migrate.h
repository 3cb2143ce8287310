// A server's whole database from one storage to another, either way. docs/operating/postgres.md.
// Threads: one at a time.
#pragma once

#include <functional>
#include <string_view>

#include "sync-server/storage/open_storage.h"

namespace samla::server {

/// "postgres://…", or "sqlite:PATH" with a server's folder. invalid_argument.
Result<StoragePlace> parse_place(std::string_view text);

/// Of everything in it, in an order that is the same in every storage.
Result<Hash> digest_of(StorageReader& storage);

struct MigrateReport {
  StorageCounts counts;
  Hash digest;
};
/// What is being done, how many of how many.
using MigrateProgress = std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)>;

/// Copies, then reads the copy and compares counts and digest; only then the copy may be served from, and
/// `from` may not any more: it says where it went. Nobody can write to `from` meanwhile.
/// already_exists where `to` has a server; store_busy where one runs over the file; wrong_state where `from`
/// was moved already; store_corrupt where the two differ.
Result<MigrateReport> migrate(const StoragePlace& from, const StoragePlace& to,
                              const MigrateProgress& progress);

}  // namespace samla::server
