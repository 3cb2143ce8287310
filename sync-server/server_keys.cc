#include "sync-server/server_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/base/codec.h"

namespace samla::server {
namespace {

constexpr std::size_t kFileBytes = 1 + 32 + 32;

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

Error io_error(const std::filesystem::path& file) {
  return fail(errno == ENOSPC ? ErrorCode::disk_full : ErrorCode::io, "server.keys",
              file.string() + ": " + std::strerror(errno));
}

Result<void> sync_folder(const std::filesystem::path& folder) {
  const Descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0 || ::fsync(fd.get()) != 0) return io_error(folder);
  return {};
}

}  // namespace

ServerKeys ServerKeys::generate(Random& random) {
  return {noise::NoiseKeyPair::generate(random), sign::SigningKey::generate(random)};
}

Result<void> ServerKeys::write(const std::filesystem::path& file) const {
  Secret<kFileBytes> bytes;
  bytes.writable()[0] = kServerKeysVersion;
  std::ranges::copy(noise.secret(), bytes.writable().begin() + 1);
  std::ranges::copy(receipts.seed(), bytes.writable().begin() + 33);
  if (::access(file.c_str(), F_OK) == 0) {
    return fail(ErrorCode::already_exists, "server.init", "there is a server in this folder");
  }
  // Whole or not there: half a file would stand in the way of the next try.
  const std::filesystem::path partial = file.string() + ".partial";
  ::unlink(partial.c_str());
  const Descriptor fd(::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (fd.get() < 0) return io_error(file);
  if (::write(fd.get(), bytes.view().data(), kFileBytes) != static_cast<ssize_t>(kFileBytes) ||
      ::fsync(fd.get()) != 0 || ::rename(partial.c_str(), file.c_str()) != 0) {
    const Error error = io_error(file);
    ::unlink(partial.c_str());
    return error;
  }
  return sync_folder(file.parent_path());
}

Result<ServerKeys> ServerKeys::read(const std::filesystem::path& file) {
  const Descriptor fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) {
    if (errno == ENOENT) return fail(ErrorCode::store_missing, "server.run", "run `samla-server init` first");
    return io_error(file);
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) return io_error(file);
  if ((status.st_mode & 077) != 0) {
    return fail(ErrorCode::not_permitted, "server.keys",
                "others may read " + file.string() + ": chmod 600 it");
  }
  Secret<kFileBytes> bytes;
  const ssize_t size = ::read(fd.get(), bytes.writable().data(), kFileBytes);
  if (size != static_cast<ssize_t>(kFileBytes) || status.st_size != static_cast<off_t>(kFileBytes)) {
    return fail(ErrorCode::store_corrupt, "server.keys", file.string());
  }
  if (bytes.view()[0] != kServerKeysVersion) return fail(ErrorCode::version_unknown, "server.keys");
  return ServerKeys{noise::NoiseKeyPair::from_secret(Secret<32>::from(bytes.view().subspan(1, 32))),
                    sign::SigningKey::from_seed(Secret<32>::from(bytes.view().subspan(33, 32)))};
}

}  // namespace samla::server
