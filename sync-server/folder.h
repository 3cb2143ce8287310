// A server's folder: which files lie in it, who may use it, and how it is made.
// Invariant: one process at a time has it open. Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/id.h"
#include "core/base/random.h"
#include "core/base/result.h"

namespace samla::server {

inline std::filesystem::path keys_file(const std::filesystem::path& folder) { return folder / "server.keys"; }
inline std::filesystem::path storage_file(const std::filesystem::path& folder) {
  return folder / "server.db";
}

/// A copy that is not finished.
inline std::filesystem::path partial_file(const std::filesystem::path& folder) {
  return folder / "server.db.partial";
}
/// What an earlier attempt that was cut may have left.
void drop_partial(const std::filesystem::path& folder);
/// Gives the copy its name, durably: who finds it finds all of it. Whoever read it left an empty log.
Result<void> name_partial(const std::filesystem::path& folder);

/// Whose server it is, in hexadecimal: needed where the database is lost.
inline std::filesystem::path organisation_file(const std::filesystem::path& folder) {
  return folder / "server.organisation";
}

/// Held while a process has the folder open; the system lets go of it when the process ends, however.
class FolderLock {
 public:
  /// store_missing: no such folder; store_busy: another process holds it; not_permitted, disk_full, io.
  static Result<FolderLock> take(const std::filesystem::path& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

/// Makes `folder` (mode 0700) where it is not there.
Result<void> make_folder(const std::filesystem::path& folder);

/// Makes a server's folder: keys, storage, claim token. The fragment for `samla org create`.
/// `storage_url`: of a database instead of a file in the folder. already_exists where there is one.
Result<std::string> init_folder(const std::filesystem::path& folder, Random& random,
                                const std::string& storage_url = {});

/// Makes an empty database for keys that are there: the organisation's devices know the server by them and
/// bring back what they hold. `organisation`: empty, or in hexadecimal where no file names it.
/// already_exists where there is a server's database; store_missing without keys; invalid_argument: nothing
/// says whose.
Result<void> init_emptied(const std::filesystem::path& folder, const std::string& organisation,
                          std::uint64_t now_ms, Random& random, const std::string& storage_url = {});
/// Whether there is a database of a server.
Result<bool> has_storage(const std::filesystem::path& folder, const std::string& storage_url);
Result<void> write_organisation(const std::filesystem::path& folder, const OrganisationId& organisation);

/// The error as the person in front of the server needs it: what to do with this folder.
Error explain(Error error, const std::filesystem::path& folder);

}  // namespace samla::server
