// How far the newest verified backup reaches, as a small text file beside the database: written by
// `samla-server backup`, read by the server that runs. A file that does not read is as good as none: devices
// keep everything then. Thread: the connections'.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <vector>

#include "core/base/position.h"
#include "core/wire/message.h"

namespace samla::server {

struct Horizon {
  std::uint64_t taken_ms = 0;
  Incarnation incarnation;
  std::map<SpaceId, std::uint64_t> spaces;
};

inline std::filesystem::path horizon_file(const std::filesystem::path& folder) {
  return folder / "server.backup";
}

/// Replaces what was there, at once.
Result<void> write_horizon(const std::filesystem::path& folder, const Horizon& horizon);
/// Absent: no backup was made, or the file is damaged.
std::optional<Horizon> read_horizon(const std::filesystem::path& folder);

/// Reads again only when the file has changed.
class HorizonReader {
 public:
  explicit HorizonReader(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// For these spaces; absent: no backup of this life of the server.
  std::optional<wire::BackupHorizon> of(const Incarnation& incarnation, const std::vector<SpaceId>& spaces);

 private:
  std::filesystem::path folder_;
  std::filesystem::file_time_type read_at_;
  std::optional<Horizon> known_;
};

}  // namespace samla::server
