#include "core/replica/nursery.h"

#include <cstdlib>
#include <system_error>

namespace samla::replica {

namespace fs = std::filesystem;

namespace {

Error bad_url() {
  return fail(ErrorCode::invalid_argument, "server.url",
              "it looks like ws://HOST:PORT/#FRAGMENT, as the server printed it");
}

}  // namespace

Result<ServerAddress> parse_server_url(std::string_view url) {
  constexpr std::string_view kScheme = "ws://";
  const auto hash = url.find('#');
  if (!url.starts_with(kScheme) || hash == std::string_view::npos) return bad_url();
  std::string_view authority = url.substr(kScheme.size(), hash - kScheme.size());
  while (authority.ends_with('/')) authority.remove_suffix(1);
  const auto colon = authority.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad_url();
  ServerAddress out;
  std::string_view host = authority.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  out.host = host;
  const std::string digits(authority.substr(colon + 1));
  if (digits.empty() || digits.size() > 5 || digits.find_first_not_of("0123456789") != std::string::npos) {
    return bad_url();
  }
  const unsigned long port = std::strtoul(digits.c_str(), nullptr, 10);
  if (port == 0 || port > 0xffff) return bad_url();
  out.port = static_cast<std::uint16_t>(port);
  SAMLA_ASSIGN(out.fragment, chain::ServerFragment::decode(url.substr(hash + 1)));
  return out;
}

Result<Nursery> Nursery::prepare(const fs::path& profile) {
  std::error_code error;
  if (store_exists(profile)) {
    return fail(ErrorCode::already_exists, "profile",
                "there is a profile in " + profile.string() + " already");
  }
  if (fs::exists(profile, error) && !fs::is_empty(profile, error)) {
    return fail(ErrorCode::already_exists, "profile", profile.string() + " is not empty");
  }
  fs::path folder = profile;
  if (!folder.has_filename()) folder = folder.parent_path();
  folder += ".new";
  return Nursery(profile, folder);
}

Nursery::~Nursery() {
  if (!folder_.empty()) clear();
}

void Nursery::clear() {
  std::error_code error;
  fs::remove_all(folder_, error);
}

Result<void> Nursery::move_into_place() {
  std::error_code error;
  fs::remove(profile_, error);  // an empty folder that was there
  fs::rename(folder_, profile_, error);
  if (error) return fail(ErrorCode::io, "profile", profile_.string() + ": " + error.message());
  folder_.clear();
  return {};
}

Result<std::unique_ptr<LocalStore>> half_made(const OpenOptions& inside) {
  using Found = std::unique_ptr<LocalStore>;
  if (!store_exists(inside.directory)) return Found();
  auto local = LocalStore::open(inside);
  if (local.ok()) return std::move(*local);
  const std::string folder = inside.directory.string();
  switch (local.error().code) {
    case ErrorCode::wrong_passphrase:
      return fail(ErrorCode::wrong_passphrase, "profile",
                  "an earlier try with another passphrase is in " + folder +
                      ": give that one, or remove the folder to begin anew");
    case ErrorCode::store_busy:
      return fail(ErrorCode::store_busy, "profile", "another try is under way in " + folder);
    case ErrorCode::io:
    case ErrorCode::disk_full:
      return local.error();
    default:
      return Found();
  }
}

bool is_refused(ErrorCode code) {
  return code == ErrorCode::invite_unknown || code == ErrorCode::invite_used ||
         code == ErrorCode::invite_expired || code == ErrorCode::invite_revoked ||
         code == ErrorCode::device_revoked || code == ErrorCode::not_permitted ||
         code == ErrorCode::claim_used;
}

Result<void> reach_centre(LocalReplica& replica, const wire::Hello& hello) {
  const RunOutcome outcome = run_sync(replica.local(), replica.work(), hello, {}, RunUntil::kLevel);
  if (outcome.error) return *outcome.error;
  return {};
}

Result<std::unique_ptr<Replica>> settle(Nursery& nursery, std::unique_ptr<LocalReplica> replica,
                                        const OpenOptions& options) {
  auto key = replica->local().take_key();
  replica.reset();  // closes the store
  const auto moved = nursery.move_into_place();
  if (!moved.ok()) {
    nursery.keep();  // the server knows it already
    return moved.error();
  }
  if (!key) return Replica::open(options);
  SAMLA_ASSIGN(auto local, LocalStore::open(options, *std::move(key)));
  return std::unique_ptr<Replica>(std::make_unique<LocalReplica>(options, std::move(local)));
}

}  // namespace samla::replica
