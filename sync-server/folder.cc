#include "sync-server/folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "core/base/encoding.h"
#include "core/chain/server_fragment.h"
#include "sync-server/arbiter.h"
#include "sync-server/new_life.h"
#include "sync-server/storage/open_storage.h"

namespace samla::server {
namespace {

ErrorCode code_of(int system_error) {
  switch (system_error) {
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::not_permitted;
    case ENOSPC:
    case EDQUOT:
      return ErrorCode::disk_full;
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::store_missing;
    default:
      return ErrorCode::io;
  }
}

}  // namespace

Result<FolderLock> FolderLock::take(const std::filesystem::path& folder) {
  // Never removed: a process that waits for a removed file would hold a lock of its own.
  const int descriptor = ::open((folder / "server.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    if (errno == ENOENT) return explain(fail(ErrorCode::store_missing, "server.folder"), folder);
    return fail(code_of(errno), "server.folder", folder.string() + ": " + std::strerror(errno));
  }
  FolderLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorCode::store_busy, "server.folder", "another samla-server uses " + folder.string());
  }
  return lock;
}

FolderLock::~FolderLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
FolderLock::FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (std::filesystem::is_directory(folder, error)) return {};
  std::filesystem::create_directories(folder, error);
  if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) {
    return fail(code_of(error.value()), "server.folder", folder.string() + ": " + error.message());
  }
  return {};
}

Result<bool> has_storage(const std::filesystem::path& folder, const std::string& storage_url) {
  if (storage_url.empty()) {
    std::error_code ignored;
    return std::filesystem::exists(storage_file(folder), ignored);
  }
  const auto storage = open_storage(place_of(folder, storage_url), false);
  if (!storage.ok() && storage.error().code == ErrorCode::store_missing) return false;
  if (!storage.ok()) return storage.error();
  SAMLA_ASSIGN(const auto incarnation, (*storage)->value(kIncarnationName));
  return incarnation.has_value();
}

void drop_partial(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const char* ending : {"", "-wal", "-shm", "-journal"}) {
    std::filesystem::remove(partial_file(folder).string() + ending, ignored);
  }
}

Result<void> name_partial(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::rename(partial_file(folder), storage_file(folder), error);
  if (error) return fail(ErrorCode::io, "server.copy", folder.string() + ": " + error.message());
  drop_partial(folder);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) return fail(ErrorCode::io, "server.copy", folder.string() + ": " + std::strerror(reason));
  return {};
}

Result<std::string> init_folder(const std::filesystem::path& folder, Random& random,
                                const std::string& storage_url) {
  SAMLA_TRY(make_folder(folder));
  SAMLA_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  std::error_code error;
  const Error there =
      fail(ErrorCode::already_exists, "server.init", "there is a server in " + folder.string());
  if (std::filesystem::exists(keys_file(folder), error)) return there;
  const ServerKeys keys = ServerKeys::generate(random);
  chain::ServerFragment fragment;
  fragment.noise = keys.noise_public();
  fragment.receipts = keys.receipts.verify_key();
  fragment.claim = random.fixed<chain::ClaimToken>();
  SAMLA_ASSIGN(const auto storage, open_storage(place_of(folder, storage_url), true));
  // A claimed server whose keys are gone is not an init that was cut.
  SAMLA_ASSIGN(const auto entries, storage->chain_entries({}, 0, 1));
  if (!entries.empty()) {
    return storage_url.empty()
               ? there
               : fail(ErrorCode::already_exists, "server.init",
                      "the database has a server: put its server.keys into " + folder.string());
  }
  SAMLA_ASSIGN(const auto transaction, storage->begin());
  SAMLA_TRY(transaction->put_value(kIncarnationName, random.fixed<Incarnation>().view()));
  SAMLA_TRY(transaction->put_value(kClaimName, chain::claim_hash(fragment.claim).view()));
  SAMLA_TRY(transaction->commit());
  // The keys come last: where they are, the rest is. An init that was cut is simply done again.
  SAMLA_TRY(keys.write(keys_file(folder)));
  return fragment.encode();
}

Result<void> write_organisation(const std::filesystem::path& folder, const OrganisationId& organisation) {
  std::ofstream out(organisation_file(folder), std::ios::trunc);
  out << to_hex(organisation.view()) << '\n';
  out.close();
  if (!out) return fail(ErrorCode::io, "server.folder", organisation_file(folder).string());
  return {};
}

namespace {

/// The file gets its name when all of it is there.
Result<void> make_emptied_file(const std::filesystem::path& folder, const OrganisationId& organisation,
                               std::uint64_t now_ms, Random& random) {
  std::error_code error;
  const std::filesystem::path partial = storage_file(folder).string() + ".partial";
  for (const char* ending : {"", "-wal", "-shm"}) std::filesystem::remove(partial.string() + ending, error);
  {
    SAMLA_ASSIGN(const auto storage, open_storage({partial, {}}, true));
    SAMLA_TRY(begin_emptied(*storage, organisation, random, now_ms));
  }
  std::filesystem::rename(partial, storage_file(folder), error);
  if (error) return fail(ErrorCode::io, "server.init", storage_file(folder).string());
  for (const char* ending : {"-wal", "-shm"}) std::filesystem::remove(partial.string() + ending, error);
  return {};
}

}  // namespace

Result<void> init_emptied(const std::filesystem::path& folder, const std::string& organisation,
                          std::uint64_t now_ms, Random& random, const std::string& storage_url) {
  SAMLA_ASSIGN(const FolderLock lock, FolderLock::take(folder));
  SAMLA_ASSIGN(const bool there, has_storage(folder, storage_url));
  if (there) {
    return fail(ErrorCode::already_exists, "server.init", "there is a server in " + folder.string());
  }
  SAMLA_ASSIGN([[maybe_unused]] const ServerKeys keys, ServerKeys::read(keys_file(folder)));
  std::string text = organisation;
  if (text.empty()) std::ifstream(organisation_file(folder)) >> text;
  const auto id = fixed_from_hex<OrganisationId>(text);
  if (!id.ok()) {
    return fail(
        ErrorCode::invalid_argument, "server.init",
        "the database is gone; say whose server it was: --organisation ID, which `samla doctor` shows");
  }
  if (storage_url.empty()) return make_emptied_file(folder, *id, now_ms, random);
  SAMLA_ASSIGN(const auto storage, open_storage(place_of(folder, storage_url), true));
  return begin_emptied(*storage, *id, random, now_ms);
}

Error explain(Error error, const std::filesystem::path& folder) {
  if (!error.hint.empty()) return error;
  switch (error.code) {
    case ErrorCode::store_missing:
      error.hint = "there is no server in " + folder.string() + "; run `samla-server init` first";
      break;
    case ErrorCode::store_corrupt:
      error.hint =
          "nothing in " + folder.string() + " was changed; see `samla-server verify`, and restore a backup";
      break;
    case ErrorCode::disk_full:
      error.hint = "make room on the disk of " + folder.string();
      break;
    case ErrorCode::not_permitted:
    case ErrorCode::io:
      error.hint = "check who owns " + folder.string() + " and whether it may be written";
      break;
    default:
      break;
  }
  return error;
}

}  // namespace samla::server
