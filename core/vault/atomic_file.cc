// POSIX: write, fsync, rename, fsync of the folder.
#include "core/vault/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace samla::vault {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  bool is_open() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

Error system_error(const char* operation) {
  return fail(errno == ENOSPC || errno == EDQUOT ? ErrorCode::disk_full : ErrorCode::io, operation);
}

Result<void> write_all(int descriptor, ByteView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return system_error("file.write");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Result<void> replace_file(const std::filesystem::path& path, ByteView bytes) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  {
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return system_error("file.create");
    SAMLA_TRY(write_all(file.number(), bytes));
    if (::fsync(file.number()) != 0) return system_error("file.sync");
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return system_error("file.rename");
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const Descriptor folder_file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder_file.is_open() || ::fsync(folder_file.number()) != 0) return system_error("file.sync_folder");
  return {};
}

Result<Bytes> read_file(const std::filesystem::path& path, std::size_t max) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return errno == ENOENT ? fail(ErrorCode::store_missing, "file.open") : system_error("file.open");
  }
  Bytes bytes(max);
  std::size_t size = 0;
  while (size < max) {
    const ssize_t got = ::read(file.number(), bytes.data() + size, max - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("file.read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace samla::vault
