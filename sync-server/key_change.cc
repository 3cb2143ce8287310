#include "sync-server/key_change.h"

#include <fcntl.h>
#include <unistd.h>

#include "core/chain/server_fragment.h"
#include "sync-server/folder.h"

namespace samla::server {
namespace {

std::filesystem::path next_file(const std::filesystem::path& folder) { return folder / "server.keys.next"; }
std::filesystem::path before_file(const std::filesystem::path& folder) {
  return folder / "server.keys.before";
}

/// Absent: no such file.
Result<std::optional<ServerKeys>> read_if_there(const std::filesystem::path& file) {
  auto keys = ServerKeys::read(file);
  if (keys.ok()) return std::optional<ServerKeys>(std::move(*keys));
  if (keys.error().code == ErrorCode::store_missing) return std::optional<ServerKeys>();
  return keys.error();
}

bool is(const ServerKeys& keys, const chain::ServerKeys& announced) {
  return keys.noise_public() == announced.noise && keys.receipts.verify_key() == announced.receipts;
}

Result<void> move(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) return fail(ErrorCode::io, "server.keys", from.string() + ": " + error.message());
  const int descriptor = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  if (descriptor >= 0) ::close(descriptor);
  return synced ? Result<void>() : fail(ErrorCode::io, "server.keys", to.string());
}

}  // namespace

Result<std::string> prepare_next_keys(const std::filesystem::path& folder, Random& random) {
  SAMLA_ASSIGN([[maybe_unused]] const ServerKeys present, ServerKeys::read(keys_file(folder)));
  SAMLA_ASSIGN(auto next, read_if_there(next_file(folder)));
  if (!next) {
    next = ServerKeys::generate(random);
    SAMLA_TRY(next->write(next_file(folder)));
  }
  chain::ServerFragment fragment;
  fragment.noise = next->noise_public();
  fragment.receipts = next->receipts.verify_key();
  return fragment.encode();
}

Result<ServerKeys> known_keys(const std::filesystem::path& folder) {
  auto keys = ServerKeys::read(keys_file(folder));
  if (keys.ok() || keys.error().code != ErrorCode::store_missing) return keys;
  SAMLA_ASSIGN(auto before, read_if_there(before_file(folder)));
  if (!before) return keys.error();
  return std::move(*before);
}

Result<KeysInForce> keys_in_force(const std::filesystem::path& folder, const chain::IdentityState* identity) {
  SAMLA_ASSIGN(auto next, read_if_there(next_file(folder)));
  const auto announced = identity == nullptr ? std::nullopt : identity->server_keys();
  auto now = ServerKeys::read(keys_file(folder));
  // A move that was cut between its two steps left no present keys: the first step is the point of no return.
  const bool cut = !now.ok() && now.error().code == ErrorCode::store_missing;
  if (next && announced && is(*next, *announced) && (now.ok() || cut)) {
    if (!cut) SAMLA_TRY(move(keys_file(folder), before_file(folder)));
    SAMLA_TRY(move(next_file(folder), keys_file(folder)));
    now = std::move(*next);
  }
  if (!now.ok()) return now.error();
  SAMLA_ASSIGN(auto before, read_if_there(before_file(folder)));
  return KeysInForce{std::move(*now), std::move(before)};
}

}  // namespace samla::server
