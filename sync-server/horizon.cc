#include "sync-server/horizon.h"

#include <fstream>
#include <sstream>

#include "core/base/encoding.h"

namespace samla::server {
namespace {

constexpr std::string_view kFirstLine = "samla backup 1";

}  // namespace

Result<void> write_horizon(const std::filesystem::path& folder, const Horizon& horizon) {
  const std::filesystem::path partial = horizon_file(folder).string() + ".partial";
  std::ofstream out(partial, std::ios::trunc);
  out << kFirstLine << '\n' << horizon.taken_ms << ' ' << to_hex(horizon.incarnation.view()) << '\n';
  for (const auto& [space, seq] : horizon.spaces) out << to_hex(space.view()) << ' ' << seq << '\n';
  out.close();
  std::error_code error;
  if (out) std::filesystem::rename(partial, horizon_file(folder), error);
  if (!out || error) return fail(ErrorCode::io, "server.backup", horizon_file(folder).string());
  return {};
}

std::optional<Horizon> read_horizon(const std::filesystem::path& folder) {
  std::ifstream in(horizon_file(folder));
  std::string line;
  if (!std::getline(in, line) || line != kFirstLine) return {};
  Horizon out;
  std::string word;
  if (!(in >> out.taken_ms >> word)) return {};
  const auto incarnation = fixed_from_hex<Incarnation>(word);
  if (!incarnation.ok()) return {};
  out.incarnation = *incarnation;
  std::uint64_t seq = 0;
  while (in >> word >> seq) {
    const auto space = fixed_from_hex<SpaceId>(word);
    if (!space.ok()) return {};
    out.spaces[*space] = seq;
  }
  return in.eof() ? std::optional(std::move(out)) : std::nullopt;
}

std::optional<wire::BackupHorizon> HorizonReader::of(const Incarnation& incarnation,
                                                     const std::vector<SpaceId>& spaces) {
  if (folder_.empty()) return {};
  std::error_code error;
  const auto changed_at = std::filesystem::last_write_time(horizon_file(folder_), error);
  if (error) return {};
  if (changed_at != read_at_ || !known_) {
    known_ = read_horizon(folder_);
    read_at_ = changed_at;
  }
  if (!known_ || known_->incarnation != incarnation) return {};
  wire::BackupHorizon out{known_->taken_ms, {}};
  for (const SpaceId& space : spaces) {
    const auto found = known_->spaces.find(space);
    if (found != known_->spaces.end()) out.spaces.push_back({space, found->second});
  }
  return out;
}

}  // namespace samla::server
