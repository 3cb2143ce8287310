// A server's folder: which files lie in it, who may use it, and how it is made.
// Invariant: one process at a time has it open. Threads: one at a time.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/random.h"
#include "core/base/result.h"

namespace samla::server {

inline std::filesystem::path keys_file(const std::filesystem::path& folder) { return folder / "server.keys"; }
inline std::filesystem::path storage_file(const std::filesystem::path& folder) {
  return folder / "server.db";
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
/// already_exists where there is one.
Result<std::string> init_folder(const std::filesystem::path& folder, Random& random);

/// The error as the person in front of the server needs it: what to do with this folder.
Error explain(Error error, const std::filesystem::path& folder);

}  // namespace samla::server
