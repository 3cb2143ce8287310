// The few whole-file operations that the vault does beside SQLite: for the slot file, and to put a
// finished database in its place. An interface, so that tests cut the power between any two.
// Any thread; one writer a path at a time.
#pragma once

#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace samla::vault {

class FileSystem {
 public:
  using Path = std::filesystem::path;

  virtual ~FileSystem() = default;

  virtual bool exists(const Path& path) = 0;
  /// At most `max` bytes from the start of the file. store_missing if there is none.
  virtual Result<Bytes> read(const Path& path, std::size_t max) = 0;
  /// Makes or overwrites the file, readable by its owner only, and waits until the disk has it. After a
  /// failure or a crash the file holds anything.
  virtual Result<void> write(const Path& path, ByteView bytes) = 0;
  /// Puts `from`, which the disk has, in the place of `to`, and waits until the disk has that. After a
  /// failure or a crash the place is the old file's or the new one's.
  virtual Result<void> move(const Path& from, const Path& to) = 0;
  /// Ok if there is none.
  virtual Result<void> remove(const Path& path) = 0;
};

/// This machine's files.
FileSystem& posix_files();

/// `path` with ".new" at its end: where a file is made before it takes its place. What a crash left there
/// is overwritten or removed by the next that makes one.
FileSystem::Path fresh_path(const FileSystem::Path& path);
/// Writes `bytes` to the fresh path and moves it over `path`: the old content or the new.
Result<void> replace_file(FileSystem& files, const FileSystem::Path& path, ByteView bytes);

}  // namespace samla::vault
