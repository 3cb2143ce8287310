// The database file. SQLite's calls on it: whole pages; 100 bytes of header before any lock; 16 bytes
// at 24 to see whether another wrote. Anything else is refused.
#include "core/vault/main_file.h"

#include <set>

#include "core/vault/vault.h"
#include "core/vault/wal_file.h"

namespace samla::vault {
namespace {

constexpr std::size_t kFirstReadBytes = 100;
constexpr std::size_t kVersionOffset = 24;
constexpr std::size_t kVersionBytes = 16;
// SQLite locks bytes of the page at 1 GiB and never uses that page.
constexpr std::uint32_t kLockPage = 0x40000000 / kPageBytes + 1;
constexpr sqlite3_int64 kPageSize = kPageBytes;
constexpr sqlite3_int64 kPagesMax = 0xfffffffe;

bool is_page_shaped(std::size_t amount, sqlite3_int64 offset) {
  return amount == kPageBytes && offset % kPageSize == 0 && offset / kPageSize < kPagesMax;
}

std::uint32_t page_at(sqlite3_int64 offset) { return static_cast<std::uint32_t>(offset / kPageSize) + 1; }

}  // namespace

int MainFile::open(sqlite3_vfs* base, const char* name, int flags, int* flags_out) {
  const int code = base_.open(base, name, flags, flags_out);
  if (code != SQLITE_OK) return code;
  if (is_empty()) {
    id_ = sealer_.make_database_id();
    has_id_ = true;
    id_is_new_ = true;
  }
  return SQLITE_OK;
}

int MainFile::close() {
  on_close_(*this);
  return base_.close();
}

bool MainFile::is_empty() {
  sqlite3_int64 bytes = 0;
  return base_.file()->pMethods->xFileSize(base_.file(), &bytes) == SQLITE_OK && bytes == 0;
}

void MainFile::adopt_id(const DatabaseId& id) {
  id_ = id;
  has_id_ = true;
}

// `absent`: the file ends before the page begins.
MainFile::PageState MainFile::load_page(std::uint32_t page_number, PageSpan out, int* code) {
  std::array<std::uint8_t, kPageBytes> sealed;
  const sqlite3_int64 offset = sqlite3_int64{page_number - 1} * kPageSize;
  *code = base_.read(sealed, offset);
  if (*code == SQLITE_IOERR_SHORT_READ) {
    sqlite3_int64 bytes = 0;
    *code = base_.file()->pMethods->xFileSize(base_.file(), &bytes);
    if (*code != SQLITE_OK) return PageState::failed;
    return bytes <= offset ? PageState::absent : PageState::bad;
  }
  if (*code != SQLITE_OK) return PageState::failed;
  if (id_is_new_) {
    // Bytes that we did not write: another process made the database between our open and our lock.
    id_is_new_ = false;
    has_id_ = false;
  }
  if (has_id_) return sealer_.open_page(page_number, id_, sealed, out) ? PageState::good : PageState::bad;
  // Page 1 names the id that it must be sealed under. Other pages cannot prove one.
  if (page_number != 1) return PageState::bad;
  const auto candidate = DatabaseId::from(ByteView(sealed).first(DatabaseId::kSize));
  if (!sealer_.open_page(1, candidate, sealed, out)) return PageState::bad;
  adopt_id(candidate);
  return PageState::good;
}

int MainFile::read_header(std::span<std::uint8_t> out, std::size_t from, bool may_synthesise) {
  std::array<std::uint8_t, kPageBytes> page{};
  int code = SQLITE_OK;
  switch (load_page(1, page, &code)) {
    case PageState::good:
      break;
    case PageState::bad:
      // Perhaps a checkpoint was cut here, and the WAL, not yet recovered, has the page; perhaps another
      // process is writing it. The read under a lock decides.
      if (!may_synthesise) return SQLITE_IOERR_DATA;
      synthesise_header(page);
      break;
    case PageState::absent:
      std::ranges::fill(out, std::uint8_t{0});
      return SQLITE_IOERR_SHORT_READ;
    case PageState::failed:
      return code;
  }
  std::ranges::copy(ByteView(page).subspan(from, out.size()), out.begin());
  wipe(page);
  return SQLITE_OK;
}

int MainFile::read(std::span<std::uint8_t> out, sqlite3_int64 offset) {
  if (poisoned_) return SQLITE_IOERR_READ;
  if (offset == 0 && out.size() == kFirstReadBytes) return read_header(out, 0, true);
  if (offset == kVersionOffset && out.size() == kVersionBytes) return read_header(out, kVersionOffset, false);
  if (!is_page_shaped(out.size(), offset)) return SQLITE_IOERR_READ;
  int code = SQLITE_OK;
  const PageState state = load_page(page_at(offset), out.first<kPageBytes>(), &code);
  if (state == PageState::good) return SQLITE_OK;
  std::ranges::fill(out, std::uint8_t{0});
  // A page beyond the end is as wrong as a forged one: SQLite would take a short read for zeros.
  return state == PageState::failed ? code : SQLITE_IOERR_DATA;
}

int MainFile::write(ByteView bytes, sqlite3_int64 offset) {
  if (poisoned_ || !has_id_ || !is_page_shaped(bytes.size(), offset)) return SQLITE_IOERR_WRITE;
  const std::uint32_t page_number = page_at(offset);
  const auto page = bytes.first<kPageBytes>();
  if (!is_sealable(page_number, page)) return SQLITE_IOERR_WRITE;
  std::array<std::uint8_t, kPageBytes> sealed;
  sealer_.seal_page(page_number, id_, page, sealed);
  id_is_new_ = false;
  return base_.write(sealed, offset);
}

int MainFile::truncate(sqlite3_int64 size) {
  if (poisoned_ || !has_id_ || size < 0 || size % kPageSize != 0) return SQLITE_IOERR_TRUNCATE;
  return base_.file()->pMethods->xTruncate(base_.file(), size);
}

int MainFile::sync(int flags) {
  if (poisoned_) return SQLITE_IOERR_FSYNC;
  const int code = base_.file()->pMethods->xSync(base_.file(), flags);
  // The kernel may have dropped what it failed to write, and says so only once.
  if (code != SQLITE_OK) poison();
  return code;
}

int MainFile::size(sqlite3_int64* out) {
  if (poisoned_) return SQLITE_IOERR_FSTAT;
  return base_.file()->pMethods->xFileSize(base_.file(), out);
}

int MainFile::lock(int level) { return base_.file()->pMethods->xLock(base_.file(), level); }
int MainFile::unlock(int level) { return base_.file()->pMethods->xUnlock(base_.file(), level); }

int MainFile::check_reserved_lock(int* out) {
  return base_.file()->pMethods->xCheckReservedLock(base_.file(), out);
}

int MainFile::control(int op, void* argument) {
  switch (op) {
    case kControlScrub:
      return scrub(*static_cast<ScrubReport*>(argument));
    case SQLITE_FCNTL_LOCKSTATE:
    case SQLITE_FCNTL_LAST_ERRNO:
    case SQLITE_FCNTL_HAS_MOVED:
      return base_.file()->pMethods->xFileControl(base_.file(), op, argument);
    default:
      return SQLITE_NOTFOUND;
  }
}

int MainFile::scrub(ScrubReport& report) {
  if (poisoned_) return SQLITE_IOERR_READ;
  // A page that the WAL holds may be torn here: its checkpoint was cut, and will be done again.
  std::set<std::uint32_t> in_wal;
  if (wal_ != nullptr) {
    const int code = wal_->scrub(report, in_wal);
    if (code != SQLITE_OK) return code;
  }
  sqlite3_int64 bytes = 0;
  int code = size(&bytes);
  if (code != SQLITE_OK) return code;
  const sqlite3_int64 pages = (bytes + kPageSize - 1) / kPageSize;
  std::array<std::uint8_t, kPageBytes> page;
  for (sqlite3_int64 i = 0; i < pages; ++i) {
    const auto page_number = static_cast<std::uint32_t>(i + 1);
    if (page_number == kLockPage) continue;
    const PageState state = load_page(page_number, page, &code);
    if (state == PageState::failed) return code;
    ++report.pages;
    if (state != PageState::good && !in_wal.contains(page_number))
      report.damaged_pages.push_back(page_number);
  }
  wipe(page);
  return SQLITE_OK;
}

}  // namespace samla::vault
