// From SQLite's function tables to VaultFile. Version 1 of the methods has neither shared memory nor
// mapping: WAL works in exclusive locking mode only, and nothing reads around the seal.
#include "core/vault/vault_file.h"

#include <cstdint>

namespace samla::vault {
namespace {

VaultFile& self(sqlite3_file* file) { return *reinterpret_cast<SqliteFile*>(file)->file; }

int io_close(sqlite3_file* file) {
  const int code = self(file).close();
  delete reinterpret_cast<SqliteFile*>(file)->file;
  reinterpret_cast<SqliteFile*>(file)->file = nullptr;
  file->pMethods = nullptr;
  return code;
}

int io_read(sqlite3_file* file, void* out, int amount, sqlite3_int64 offset) {
  if (amount < 0 || offset < 0) return SQLITE_IOERR_READ;
  return self(file).read({static_cast<std::uint8_t*>(out), static_cast<std::size_t>(amount)}, offset);
}

int io_write(sqlite3_file* file, const void* bytes, int amount, sqlite3_int64 offset) {
  if (amount < 0 || offset < 0) return SQLITE_IOERR_WRITE;
  return self(file).write({static_cast<const std::uint8_t*>(bytes), static_cast<std::size_t>(amount)},
                          offset);
}

int io_truncate(sqlite3_file* file, sqlite3_int64 size) { return self(file).truncate(size); }
int io_sync(sqlite3_file* file, int flags) { return self(file).sync(flags); }
int io_size(sqlite3_file* file, sqlite3_int64* out) { return self(file).size(out); }
int io_lock(sqlite3_file* file, int level) { return self(file).lock(level); }
int io_unlock(sqlite3_file* file, int level) { return self(file).unlock(level); }
int io_check_reserved(sqlite3_file* file, int* out) { return self(file).check_reserved_lock(out); }
int io_control(sqlite3_file* file, int op, void* argument) { return self(file).control(op, argument); }
int io_sector_size(sqlite3_file*) { return 4096; }
// Without this promise SQLite pads the WAL to sectors, with writes of odd sizes. It is what SQLite
// assumes of disks by default: a write damages no bytes beside it.
int io_characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods kMethods = {
    .iVersion = 1,
    .xClose = io_close,
    .xRead = io_read,
    .xWrite = io_write,
    .xTruncate = io_truncate,
    .xSync = io_sync,
    .xFileSize = io_size,
    .xLock = io_lock,
    .xUnlock = io_unlock,
    .xCheckReservedLock = io_check_reserved,
    .xFileControl = io_control,
    .xSectorSize = io_sector_size,
    .xDeviceCharacteristics = io_characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

}  // namespace

int BaseFile::open(sqlite3_vfs* vfs, const char* name, int flags, int* flags_out) {
  memory_ = std::make_unique<std::byte[]>(static_cast<std::size_t>(vfs->szOsFile));
  file_ = reinterpret_cast<sqlite3_file*>(memory_.get());
  const int code = vfs->xOpen(vfs, name, file_, flags, flags_out);
  if (code != SQLITE_OK) close();
  return code;
}

int BaseFile::close() {
  int code = SQLITE_OK;
  // A failed open may leave methods behind; then SQLite's contract asks for a close.
  if (file_ != nullptr && file_->pMethods != nullptr) code = file_->pMethods->xClose(file_);
  file_ = nullptr;
  memory_.reset();
  return code;
}

int BaseFile::read(std::span<std::uint8_t> out, sqlite3_int64 offset) const {
  return file_->pMethods->xRead(file_, out.data(), static_cast<int>(out.size()), offset);
}

int BaseFile::write(ByteView bytes, sqlite3_int64 offset) const {
  return file_->pMethods->xWrite(file_, bytes.data(), static_cast<int>(bytes.size()), offset);
}

void attach(sqlite3_file* out, std::unique_ptr<VaultFile> file) {
  out->pMethods = &kMethods;
  reinterpret_cast<SqliteFile*>(out)->file = file.release();
}

VaultFile* vault_file(sqlite3_file* file) {
  if (file == nullptr || file->pMethods != &kMethods) return nullptr;
  return reinterpret_cast<SqliteFile*>(file)->file;
}

}  // namespace samla::vault
