#include "tests/support/simulated_disk.h"

#include <cstring>

namespace samla {
namespace {

constexpr std::size_t kSectorBytes = 512;

void put(Bytes& content, ByteView bytes, std::size_t offset) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

struct SimulatedDisk::File {
  struct Change {
    bool is_truncation = false;
    std::size_t offset = 0;  // or the size to truncate to
    Bytes bytes;

    void apply(Bytes& content) const {
      if (is_truncation) {
        content.resize(offset);
      } else {
        put(content, bytes, offset);
      }
    }
  };

  Bytes now;
  Bytes durable;
  std::vector<Change> pending;
};

struct SimulatedVfs {
  struct Handle {
    sqlite3_file base;
    SimulatedDisk* disk;
    std::shared_ptr<SimulatedDisk::File>* file;
    bool syncs_names;  // as SQLite's unix VFS at the first sync of a log that it has made
  };

  static Handle& self(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static SimulatedDisk& disk(sqlite3_vfs* vfs) { return *static_cast<SimulatedDisk*>(vfs->pAppData); }

  static int close(sqlite3_file* file) {
    delete self(file).file;
    file->pMethods = nullptr;
    return SQLITE_OK;
  }
  static int read(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
    SimulatedDisk& disk = *self(file).disk;
    const int code = disk.start(SimulatedDisk::Kind::read);
    if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return SQLITE_IOERR_READ;
    const Bytes& content = (*self(file).file)->now;
    const auto size = static_cast<std::size_t>(amount);
    const auto from = std::min(static_cast<std::size_t>(offset), content.size());
    std::size_t there = std::min(size, content.size() - from);
    if (code != SQLITE_OK) there /= 2;
    std::memset(out, 0, size);
    if (there > 0) std::memcpy(out, content.data() + from, there);
    return there == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
    const ByteView view(static_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(amount));
    return self(file).disk->write_at(**self(file).file, view, static_cast<std::size_t>(offset));
  }
  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    return self(file).disk->truncate(**self(file).file, static_cast<std::size_t>(size));
  }
  static int sync(sqlite3_file* file, int) {
    const int code = self(file).disk->sync(**self(file).file);
    if (code != SQLITE_OK || !self(file).syncs_names) return code;
    self(file).syncs_names = false;
    return self(file).disk->sync_names();
  }
  static int size(sqlite3_file* file, sqlite3_int64* out) {
    if (self(file).disk->start(SimulatedDisk::Kind::read) != SQLITE_OK) return SQLITE_IOERR_FSTAT;
    *out = static_cast<sqlite3_int64>((*self(file).file)->now.size());
    return SQLITE_OK;
  }
  static int lock(sqlite3_file*, int) { return SQLITE_OK; }
  static int check_reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
  static int characteristics(sqlite3_file*) { return 0; }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* flags_out) {
    static const sqlite3_io_methods methods = {
        1,       close,          read,    write,       truncate,        sync,    size,    lock,
        lock,    check_reserved, control, sector_size, characteristics, nullptr, nullptr, nullptr,
        nullptr, nullptr,        nullptr};
    out->pMethods = nullptr;
    if (name == nullptr) return SQLITE_CANTOPEN;
    SimulatedDisk& on = disk(vfs);
    auto file = on.find(name);
    const bool is_new = file == nullptr;
    if (is_new && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    using Kind = SimulatedDisk::Kind;
    if (on.start(is_new ? Kind::name : Kind::read) != SQLITE_OK) return SQLITE_CANTOPEN;
    if (is_new) file = on.make(name);
    self(out) = {{&methods},
                 &on,
                 new std::shared_ptr<SimulatedDisk::File>(file),
                 is_new && (flags & SQLITE_OPEN_WAL) != 0};
    if (flags_out != nullptr) *flags_out = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder) {
    SimulatedDisk& on = disk(vfs);
    if (on.find(name) == nullptr) return SQLITE_IOERR_DELETE_NOENT;
    if (on.start(SimulatedDisk::Kind::name) != SQLITE_OK) return SQLITE_IOERR_DELETE;
    on.change_name({name, nullptr, {}});
    return sync_folder != 0 ? on.sync_names() : SQLITE_OK;
  }
  static int access(sqlite3_vfs* vfs, const char* name, int, int* out) {
    if (disk(vfs).start(SimulatedDisk::Kind::read) != SQLITE_OK) return SQLITE_IOERR_ACCESS;
    const auto file = disk(vfs).find(name);
    *out = file != nullptr && (!file->now.empty() || !std::string_view(name).ends_with("-wal")) ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    disk(vfs).random_.fill({reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size)});
    return size;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int time(sqlite3_vfs*, double* out) {
    *out = 2460000.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

SimulatedDisk::SimulatedDisk(std::uint64_t seed) : random_(seed) {
  static std::uint64_t count = 0;
  name_ = "simulated-disk-" + std::to_string(++count);
  vfs_.iVersion = 1;
  vfs_.szOsFile = sizeof(SimulatedVfs::Handle);
  vfs_.mxPathname = 512;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = SimulatedVfs::open;
  vfs_.xDelete = SimulatedVfs::remove;
  vfs_.xAccess = SimulatedVfs::access;
  vfs_.xFullPathname = SimulatedVfs::full_path;
  vfs_.xRandomness = SimulatedVfs::randomness;
  vfs_.xSleep = SimulatedVfs::sleep;
  vfs_.xCurrentTime = SimulatedVfs::time;
  vfs_.xGetLastError = SimulatedVfs::last_error;
  sqlite3_initialize();
  sqlite3_vfs_register(&vfs_, 0);
}

SimulatedDisk::~SimulatedDisk() { sqlite3_vfs_unregister(&vfs_); }

void SimulatedDisk::fail_after(std::uint64_t calls, Fault fault, bool lasting) {
  fault_ = fault;
  lasting_ = lasting;
  calls_left_ = calls;
  has_failed_ = false;
}

// SQLITE_OK if the call may be done. Counts it where the fault is one of its kind.
int SimulatedDisk::start(Kind kind) {
  if (is_without_power_) return SQLITE_IOERR;
  const bool counts = fault_ == Fault::io_error || (fault_ == Fault::power_cut && kind != Kind::read) ||
                      (fault_ == Fault::disk_full && (kind == Kind::write || kind == Kind::name)) ||
                      (fault_ == Fault::short_read && kind == Kind::read);
  if (!counts) return SQLITE_OK;
  if (calls_left_ > 0) {
    --calls_left_;
    return SQLITE_OK;
  }
  if (has_failed_ && !lasting_) return SQLITE_OK;
  has_failed_ = true;
  if (fault_ == Fault::power_cut) is_without_power_ = true;
  if (fault_ == Fault::disk_full) return SQLITE_FULL;
  return fault_ == Fault::short_read ? SQLITE_IOERR_SHORT_READ : SQLITE_IOERR;
}

std::shared_ptr<SimulatedDisk::File> SimulatedDisk::find(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? nullptr : found->second;
}

std::shared_ptr<SimulatedDisk::File> SimulatedDisk::make(const std::string& path) {
  auto file = std::make_shared<File>();
  change_name({path, file, {}});
  return file;
}

void SimulatedDisk::change_name(NameChange change) {
  if (change.file != nullptr) names_[change.name] = change.file;
  if (change.file == nullptr) names_.erase(change.name);
  if (!change.old_name.empty()) names_.erase(change.old_name);
  pending_names_.push_back(std::move(change));
}

int SimulatedDisk::write_at(File& file, ByteView bytes, std::size_t offset) {
  bytes_written_ += bytes.size();
  if (!plaintext_.empty() && as_text(bytes).find(plaintext_) != std::string_view::npos) ++plaintext_found_;
  const bool had_power = !is_without_power_;
  const int code = start(Kind::write);
  if (!had_power) return SQLITE_IOERR_WRITE;
  if (code != SQLITE_OK && !is_without_power_) bytes = bytes.first(bytes.size() / 2);
  File::Change change{false, offset, to_bytes(bytes)};
  change.apply(file.now);
  file.pending.push_back(std::move(change));
  return code == SQLITE_IOERR ? SQLITE_IOERR_WRITE : code;
}

int SimulatedDisk::truncate(File& file, std::size_t size) {
  const bool had_power = !is_without_power_;
  const int code = start(Kind::sync);
  if (code == SQLITE_OK || (had_power && is_without_power_)) {
    file.now.resize(size);
    file.pending.push_back({true, size, {}});
  }
  return code == SQLITE_OK ? code : SQLITE_IOERR_TRUNCATE;
}

int SimulatedDisk::sync(File& file) {
  const int code = start(Kind::sync);
  if (code == SQLITE_OK) {
    for (const auto& change : file.pending) change.apply(file.durable);
    file.pending.clear();
    return SQLITE_OK;
  }
  // As the kernel: what could not be written counts as written from then on, and is lost at a cut.
  if (!is_without_power_) file.pending.clear();
  return SQLITE_IOERR_FSYNC;
}

int SimulatedDisk::sync_names() {
  if (start(Kind::sync) != SQLITE_OK) return SQLITE_IOERR_DIR_FSYNC;
  durable_names_ = names_;
  pending_names_.clear();
  return SQLITE_OK;
}

// What became of a file's changes. Bytes beside a write are never touched (power-safe overwrite).
void SimulatedDisk::settle(File& file) {
  const std::uint64_t mood = random_.below(4);  // 0: nothing was written yet; 1: all was
  for (const auto& change : file.pending) {
    const std::uint64_t fate = mood < 2 ? mood : random_.below(5);
    if (fate == 0 || (change.is_truncation && fate > 2)) {
      ++fates_.dropped;
      // The size may have reached the disk before the bytes.
      const std::size_t end = change.offset + change.bytes.size();
      if (!change.is_truncation && file.durable.size() < end && random_.below(2) == 0)
        file.durable.resize(end);
      continue;
    }
    if (fate <= 2) {
      ++fates_.kept;
      change.apply(file.durable);
      continue;
    }
    ++(fate == 3 ? fates_.torn : fates_.garbled);
    for (std::size_t from = 0; from < change.bytes.size();) {
      const std::size_t to_boundary = kSectorBytes - (change.offset + from) % kSectorBytes;
      const std::size_t size = std::min(to_boundary, change.bytes.size() - from);
      Bytes sector = to_bytes(ByteView(change.bytes).subspan(from, size));
      const std::uint64_t sector_fate = random_.below(3);
      if (fate == 4 && sector_fate == 1) random_.fill(sector);
      if (sector_fate != 0) put(file.durable, sector, change.offset + from);
      from += size;
    }
  }
  file.pending.clear();
  file.now = file.durable;
}

void SimulatedDisk::restore_power() {
  for (const auto& change : pending_names_) {
    if (random_.below(2) == 0) continue;
    if (change.file != nullptr) durable_names_[change.name] = change.file;
    if (change.file == nullptr) durable_names_.erase(change.name);
    if (!change.old_name.empty()) durable_names_.erase(change.old_name);
  }
  pending_names_.clear();
  names_ = durable_names_;
  for (const auto& [path, file] : names_) settle(*file);
  is_without_power_ = false;
  fault_ = Fault::none;
}

void SimulatedDisk::forget_pending() {
  durable_names_ = names_;
  pending_names_.clear();
  for (const auto& [path, file] : names_) {
    file->durable = file->now;
    file->pending.clear();
  }
  is_without_power_ = false;
  fault_ = Fault::none;
}

Bytes SimulatedDisk::content(const std::string& path) const {
  const auto file = find(path);
  return file == nullptr ? Bytes{} : file->now;
}

void SimulatedDisk::plant(const std::string& path, Bytes content) {
  auto file = find(path);
  if (file == nullptr) file = std::make_shared<File>();
  file->now = file->durable = std::move(content);
  file->pending.clear();
  names_[path] = durable_names_[path] = file;
}

void SimulatedDisk::erase(const std::string& path) {
  names_.erase(path);
  durable_names_.erase(path);
}

std::vector<std::string> SimulatedDisk::paths() const {
  std::vector<std::string> out;
  for (const auto& [path, file] : names_) out.push_back(path);
  return out;
}

bool SimulatedDisk::exists(const Path& path) { return find(path.string()) != nullptr; }

Result<Bytes> SimulatedDisk::read(const Path& path, std::size_t max) {
  if (start(Kind::read) != SQLITE_OK) return fail(ErrorCode::io, "disk.read");
  const auto file = find(path.string());
  if (file == nullptr) return fail(ErrorCode::store_missing, "disk.read");
  return to_bytes(ByteView(file->now).first(std::min(max, file->now.size())));
}

Result<void> SimulatedDisk::write(const Path& path, ByteView bytes) {
  auto file = find(path.string());
  if (file == nullptr) {
    if (start(Kind::name) != SQLITE_OK) return fail(ErrorCode::io, "disk.create");
    file = make(path.string());
  } else if (truncate(*file, 0) != SQLITE_OK) {
    return fail(ErrorCode::io, "disk.create");
  }
  const int written = write_at(*file, bytes, 0);
  if (written != SQLITE_OK) {
    return fail(written == SQLITE_FULL ? ErrorCode::disk_full : ErrorCode::io, "disk.write");
  }
  if (sync(*file) != SQLITE_OK) return fail(ErrorCode::io, "disk.sync");
  return {};
}

Result<void> SimulatedDisk::move(const Path& from, const Path& to) {
  const auto file = find(from.string());
  const bool had_power = !is_without_power_;
  const int code = start(Kind::name);
  if (file == nullptr) return fail(ErrorCode::store_missing, "disk.move");
  if (code == SQLITE_OK || (had_power && is_without_power_)) {
    change_name({to.string(), file, from.string()});
  }
  if (code != SQLITE_OK || sync_names() != SQLITE_OK) return fail(ErrorCode::io, "disk.move");
  return {};
}

Result<void> SimulatedDisk::remove(const Path& path) {
  if (start(Kind::name) != SQLITE_OK) return fail(ErrorCode::io, "disk.remove");
  if (find(path.string()) != nullptr) change_name({path.string(), nullptr, {}});
  return {};
}

}  // namespace samla
