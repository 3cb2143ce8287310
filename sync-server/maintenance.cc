#include "sync-server/maintenance.h"

#include "sync-server/arbiter.h"
#include "sync-server/folder.h"
#include "sync-server/horizon.h"
#include "sync-server/new_life.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"

namespace samla::server {
namespace {

Result<VerifyReport> verified(const StoragePlace& place) {
  SAMLA_ASSIGN(VerifyReport report, verify_storage(place));
  if (report.findings.empty()) return report;
  return fail(ErrorCode::store_corrupt, "server.verify", report.findings.front());
}

std::uint64_t size_or_zero(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

bool is_there(const std::filesystem::path& file) {
  std::error_code ignored;
  return std::filesystem::exists(file, ignored);
}

Result<bool> same_keys(const std::filesystem::path& one, const std::filesystem::path& other) {
  SAMLA_ASSIGN(const ServerKeys a, ServerKeys::read(one));
  SAMLA_ASSIGN(const ServerKeys b, ServerKeys::read(other));
  return a.noise_public() == b.noise_public() && a.receipts.verify_key() == b.receipts.verify_key();
}

/// A copy of what an older version wrote becomes one that this version can read.
Result<void> bring_up_to_date(const std::filesystem::path& file) {
  SAMLA_ASSIGN([[maybe_unused]] const auto storage, open_sqlite_storage(file, {.create = false}));
  return {};
}

Result<Horizon> horizon_of(const std::filesystem::path& file, std::uint64_t now_ms) {
  SAMLA_ASSIGN(const auto reader, open_sqlite_snapshot(file));
  Horizon out;
  out.taken_ms = now_ms;
  SAMLA_ASSIGN(const auto incarnation, reader->value(kIncarnationName));
  if (incarnation && incarnation->size() == Incarnation::kSize) {
    out.incarnation = Incarnation::from(*incarnation);
  }
  ChainRegistry registry;
  SAMLA_TRY(registry.load(*reader));
  for (const SpaceId& space : registry.all_spaces()) {
    SAMLA_ASSIGN(const auto last, reader->last_changeset(space));
    if (last) out.spaces[space] = last->seq;
  }
  return out;
}

}  // namespace

Result<VerifyReport> back_up(const std::filesystem::path& folder, const std::filesystem::path& target,
                             bool with_keys, std::uint64_t now_ms) {
  SAMLA_TRY(make_folder(target));
  SAMLA_ASSIGN(const FolderLock lock, FolderLock::take(target));
  const auto taken = [&] {
    return fail(ErrorCode::already_exists, "server.backup", "choose a new folder: " + target.string());
  };
  // The database gets its name last. Keys without one are of a backup that broke off, if they are these.
  if (is_there(storage_file(target))) return taken();
  const bool keys_there = with_keys && is_there(keys_file(target));
  if (keys_there) {
    SAMLA_ASSIGN(const bool same, same_keys(keys_file(folder), keys_file(target)));
    if (!same) return taken();
  }
  drop_partial(target);
  SAMLA_TRY(copy_sqlite_storage(storage_file(folder), partial_file(target)));
  SAMLA_TRY(bring_up_to_date(partial_file(target)));
  SAMLA_ASSIGN(VerifyReport report, verified({partial_file(target), {}}));
  if (with_keys && !keys_there) {
    SAMLA_ASSIGN(const ServerKeys keys, ServerKeys::read(keys_file(folder)));
    SAMLA_TRY(keys.write(keys_file(target)));
  }
  SAMLA_ASSIGN(const Horizon horizon, horizon_of(partial_file(target), now_ms));
  SAMLA_TRY(name_partial(target));
  // Last: what devices are told of is there.
  SAMLA_TRY(write_horizon(folder, horizon));
  return report;
}

Result<VerifyReport> restore(const std::filesystem::path& backup, const std::filesystem::path& folder,
                             Random& random, std::uint64_t now_ms) {
  if (!is_there(storage_file(backup))) {
    return fail(ErrorCode::store_missing, "server.restore", "there is no backup in " + backup.string());
  }
  SAMLA_TRY(make_folder(folder));
  SAMLA_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  if (is_there(storage_file(folder))) {
    return fail(ErrorCode::already_exists, "server.restore", "there is a server in " + folder.string());
  }
  const bool keys_there = is_there(keys_file(folder));
  if (!keys_there && !is_there(keys_file(backup))) {
    return fail(ErrorCode::store_missing, "server.restore",
                "devices know the server by its keys: put server.keys into " + folder.string());
  }
  SAMLA_ASSIGN(const ServerKeys keys, ServerKeys::read(keys_file(keys_there ? folder : backup)));
  drop_partial(folder);
  SAMLA_TRY(copy_sqlite_storage(storage_file(backup), partial_file(folder)));
  SAMLA_TRY(bring_up_to_date(partial_file(folder)));
  SAMLA_ASSIGN(VerifyReport report, verified({partial_file(folder), {}}));
  {
    SAMLA_ASSIGN(const auto storage, open_sqlite_storage(partial_file(folder), {.create = false}));
    SAMLA_TRY(begin_new_life(*storage, random, now_ms));
  }
  if (!keys_there) SAMLA_TRY(keys.write(keys_file(folder)));
  SAMLA_TRY(name_partial(folder));
  return report;
}

Result<VerifyReport> renew_restored(const std::filesystem::path& folder, const std::string& storage_url,
                                    Random& random, std::uint64_t now_ms) {
  SAMLA_ASSIGN([[maybe_unused]] const ServerKeys keys, ServerKeys::read(keys_file(folder)));
  const StoragePlace place = place_of(folder, storage_url);
  SAMLA_ASSIGN(const VerifyReport report, verified(place));
  SAMLA_ASSIGN(const auto storage, open_storage(place, false));
  SAMLA_TRY(begin_new_life(*storage, random, now_ms));
  return report;
}

Result<Stats> read_stats(const std::filesystem::path& folder, const std::string& storage_url) {
  SAMLA_ASSIGN(const auto reader, open_snapshot(place_of(folder, storage_url)));
  Stats stats;
  SAMLA_ASSIGN(stats.counts, reader->counts());
  SAMLA_ASSIGN(const auto claim, reader->value(kClaimName));
  stats.claimed = !claim.has_value();
  if (!storage_url.empty()) return stats;
  stats.database_bytes = size_or_zero(storage_file(folder));
  stats.log_bytes = size_or_zero(storage_file(folder).string() + "-wal");
  return stats;
}

}  // namespace samla::server
