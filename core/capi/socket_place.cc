#include "core/capi/socket_place.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace samla::capi {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPlaceOperation = "owner.socket";
constexpr std::string_view kUnfinished = ".new";
constexpr int kBacklog = 16;

Error place_failed(ErrorCode code, std::string hint) {
  return fail(code, std::string(kPlaceOperation), std::move(hint));
}
Error io_failed() { return place_failed(ErrorCode::io, std::strerror(errno)); }

/// FNV-1a: two profiles with one name would only be told "wrong passphrase", and by oneself.
std::string name_of(const std::string& real_path) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : real_path) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

bool fits(const fs::path& path) {
  return path.native().size() + kUnfinished.size() < sizeof(sockaddr_un::sun_path);
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

Result<int> new_socket() {
  const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return io_failed();
  return socket;
}

Result<void> bind_and_listen(int socket, const fs::path& path) {
  // Made under another name and renamed: nobody can connect before the mode is set, and none sees a gap.
  const std::string unfinished = path.native() + std::string(kUnfinished);
  ::unlink(unfinished.c_str());
  const sockaddr_un address = address_of(unfinished);
  if (::bind(socket, generic(address), sizeof address) != 0) return io_failed();
  if (::chmod(unfinished.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket, kBacklog) != 0 ||
      ::rename(unfinished.c_str(), path.c_str()) != 0) {
    const Error error = io_failed();
    ::unlink(unfinished.c_str());
    return error;
  }
  return {};
}

}  // namespace

std::vector<fs::path> socket_candidates(const fs::path& profile) {
  std::error_code error;
  const fs::path real = fs::canonical(profile, error);
  if (error) return {};
  const std::string name = name_of(real.native());
  const std::string user = std::to_string(::geteuid());
  std::vector<fs::path> folders;
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  if (runtime != nullptr && *runtime == '/') folders.push_back(fs::path(runtime) / "samla");
  folders.push_back(fs::path("/run/user") / user / "samla");
  folders.push_back(fs::path("/tmp") / ("samla-" + user));
  std::vector<fs::path> out;
  for (const fs::path& folder : folders) {
    const fs::path path = folder / name;
    if (fits(path)) out.push_back(path);
  }
  return out;
}

Result<void> prepare_socket_folder(const fs::path& socket) {
  const std::string folder = socket.parent_path().native();
  if (::mkdir(folder.c_str(), S_IRWXU) != 0 && errno != EEXIST) return io_failed();
  struct stat found {};
  if (::lstat(folder.c_str(), &found) != 0) return io_failed();
  // Somebody else may have made the folder in /tmp first, or a link to one.
  if (!S_ISDIR(found.st_mode) || found.st_uid != ::geteuid() || (found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return place_failed(ErrorCode::not_permitted,
                        folder + " is not a folder of this user's alone (mode 0700)");
  }
  return {};
}

bool peer_is_this_user(int socket) {
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
}

Result<int> listen_at(const fs::path& path) {
  SAMLA_TRY(prepare_socket_folder(path));
  SAMLA_ASSIGN(const int socket, new_socket());
  const auto listening = bind_and_listen(socket, path);
  if (!listening) {
    ::close(socket);
    return listening.error();
  }
  return socket;
}

Result<int> connect_to(const fs::path& path) {
  SAMLA_ASSIGN(const int socket, new_socket());
  const sockaddr_un address = address_of(path.native());
  if (::connect(socket, generic(address), sizeof address) == 0 && peer_is_this_user(socket)) return socket;
  ::close(socket);
  return place_failed(ErrorCode::store_busy, "nobody listens");
}

}  // namespace samla::capi
