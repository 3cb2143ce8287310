// FileSystem over POSIX: write, fsync, rename, fsync of the folder.
#include "core/vault/file_system.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
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

class PosixFiles final : public FileSystem {
 public:
  bool exists(const Path& path) override {
    std::error_code unreadable;
    return std::filesystem::exists(path, unreadable) || unreadable;
  }

  Result<Bytes> read(const Path& path, std::size_t max) override {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.is_open()) {
      return errno == ENOENT ? fail(ErrorCode::store_missing, "file.open") : system_error("file.open");
    }
    Bytes bytes;
    std::array<std::uint8_t, 4096> part;
    while (bytes.size() < max) {
      const ssize_t got = ::read(file.number(), part.data(), std::min(part.size(), max - bytes.size()));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return system_error("file.read");
      if (got == 0) break;
      append(bytes, ByteView(part).first(static_cast<std::size_t>(got)));
    }
    return bytes;
  }

  Result<void> write(const Path& path, ByteView bytes) override {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file.is_open()) return system_error("file.create");
    SAMLA_TRY(write_all(file.number(), bytes));
    if (::fsync(file.number()) != 0) return system_error("file.sync");
    return {};
  }

  Result<void> move(const Path& from, const Path& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return system_error("file.rename");
    const Path folder = to.has_parent_path() ? to.parent_path() : ".";
    const Descriptor folder_file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_file.is_open() || ::fsync(folder_file.number()) != 0) return system_error("file.sync_folder");
    return {};
  }

  Result<void> remove(const Path& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return system_error("file.remove");
    return {};
  }
};

}  // namespace

FileSystem& posix_files() {
  static PosixFiles files;
  return files;
}

FileSystem::Path fresh_path(const FileSystem::Path& path) {
  FileSystem::Path fresh = path;
  fresh += ".new";
  return fresh;
}

Result<void> replace_file(FileSystem& files, const FileSystem::Path& path, ByteView bytes) {
  const FileSystem::Path fresh = fresh_path(path);
  SAMLA_TRY(files.write(fresh, bytes));
  return files.move(fresh, path);
}

}  // namespace samla::vault
