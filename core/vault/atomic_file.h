// Small files that are replaced as a whole: after a crash there is the old content or the new.
#pragma once

#include <filesystem>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace samla::vault {

/// Writes `bytes` to `path` with ".new" appended, syncs, renames it over `path` and syncs the folder.
/// Readable by its owner only. A left-over ".new" is overwritten.
Result<void> replace_file(const std::filesystem::path& path, ByteView bytes);

/// At most `max` bytes from the start of the file. store_missing if there is none.
Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max);

}  // namespace samla::vault
