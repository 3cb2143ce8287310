// The write-ahead log. SQLite's calls on it: the header of 32 bytes; in recovery and when it mends
// checksums, whole frames of 4120; a frame's page; a frame's header, before its page or, mending, alone;
// the 8 checksum bytes of a header. Anything else is refused.
#include "core/vault/wal_file.h"

#include "core/vault/vault.h"

namespace samla::vault {
namespace {

constexpr sqlite3_int64 kHeaderSize = kWalHeaderBytes;
constexpr sqlite3_int64 kFrameSize = kFrameBytes;
constexpr sqlite3_int64 kFramesMax = sqlite3_int64{1} << 32;
constexpr std::size_t kChecksumBytes = 8;
constexpr std::size_t kHeaderChecksum = 24;  // in the log's header
constexpr std::size_t kHeaderSalts = 16;
constexpr std::size_t kFrameChecksum = 16;  // in a frame's
constexpr std::size_t kFrameSalts = 8;

sqlite3_int64 frame_offset(sqlite3_int64 frame) { return kHeaderSize + (frame - 1) * kFrameSize; }

// The frame (counted from 1) which has `offset` at `within` its start; 0 if none has.
sqlite3_int64 frame_with(sqlite3_int64 offset, std::size_t within) {
  const sqlite3_int64 from = offset - kHeaderSize - static_cast<sqlite3_int64>(within);
  if (from < 0 || from % kFrameSize != 0 || from / kFrameSize >= kFramesMax) return 0;
  return from / kFrameSize + 1;
}

bool is_log_header(ByteView bytes) {
  // Magic (either byte order of checksums), format 3007000, page size 4096.
  constexpr std::uint8_t kStart[] = {0x37, 0x7f, 0x06};
  constexpr std::uint8_t kFormatAndPage[] = {0x00, 0x2d, 0xe2, 0x18, 0x00, 0x00, 0x10, 0x00};
  return equal(bytes.first(3), kStart) && (bytes[3] == 0x82 || bytes[3] == 0x83) &&
         equal(bytes.subspan(4, 8), kFormatAndPage);
}

}  // namespace

int WalFile::open(sqlite3_vfs* base, const char* name, int flags, int* flags_out) {
  const int code = base_.open(base, name, flags, flags_out);
  if (code == SQLITE_OK) main_.set_wal(this);
  return code;
}

int WalFile::close() {
  main_.set_wal(nullptr);
  const int flushed = flush_held_header();
  const int closed = base_.close();
  return flushed != SQLITE_OK ? flushed : closed;
}

// After a cut checkpoint page 1 of the database may be torn, and with it the id. The log then holds
// page 1, which names the id too.
void WalFile::find_id() {
  if (main_.has_id() || id_sought_) return;
  id_sought_ = true;
  Frame sealed;
  Frame plain;
  for (sqlite3_int64 frame = 1; base_.read(sealed, frame_offset(frame)) == SQLITE_OK; ++frame) {
    if (frame_page_number(sealed) != 1) continue;
    const auto candidate = DatabaseId::from(ByteView(sealed).subspan(kFrameHeaderBytes, DatabaseId::kSize));
    if (!main_.sealer().open_frame(candidate, sealed, plain)) continue;
    main_.adopt_id(candidate);
    break;
  }
  wipe(plain);
}

// SQLITE_IOERR_DATA, and zeros, where the frame is not authentic.
int WalFile::load_sealed(sqlite3_int64 frame, FrameSpan sealed, FrameSpan out) {
  find_id();
  std::ranges::fill(out, std::uint8_t{0});
  const int code = base_.read(sealed, frame_offset(frame));
  if (code != SQLITE_OK) return code;
  if (!main_.has_id() || !main_.sealer().open_frame(main_.id(), sealed, out)) return SQLITE_IOERR_DATA;
  return SQLITE_OK;
}

// A frame in use. SQLite looks it up by its place, and a checkpoint copies it to the page it remembers
// for that place: an authentic frame from another place would become that page under a valid tag.
int WalFile::load_frame(sqlite3_int64 frame, FrameSpan out) {
  Frame sealed;
  const int code = load_sealed(frame, sealed, out);
  if (code != SQLITE_OK) return code;
  if (frame <= frames_in_use() &&
      equal(ByteView(sealed).last(Tag{}.size()), tags_[static_cast<std::size_t>(frame - 1)])) {
    return SQLITE_OK;
  }
  wipe(out);
  return SQLITE_IOERR_DATA;
}

void WalFile::remember_frame(sqlite3_int64 frame, FrameView sealed) {
  // What is written at or before the last commit replaces frames that SQLite does not use (any more).
  if (frame <= committed_frames_) {
    committed_frames_ = frame - 1;
    tags_.resize(static_cast<std::size_t>(frame));
  }
  const auto index = static_cast<std::size_t>(frame - 1);
  if (index >= tags_.size()) tags_.resize(index + 1);
  std::ranges::copy(sealed.last<Tag{}.size()>(), tags_[index].begin());
  constexpr std::array<std::uint8_t, 4> kNoCommit{};
  if (!equal(sealed.subspan<4, 4>(), kNoCommit)) committed_frames_ = frame;
}

void WalFile::forget_frames() {
  tags_.clear();
  committed_frames_ = 0;
}

int WalFile::store_frame(sqlite3_int64 frame, FrameView plain) {
  if (!is_sealable(frame_page_number(plain), plain.last<kPageBytes>())) return SQLITE_IOERR_WRITE;
  Frame sealed;
  main_.sealer().seal_frame(main_.id(), plain, sealed);
  const int code = base_.write(sealed, frame_offset(frame));
  if (code == SQLITE_OK) remember_frame(frame, sealed);
  return code;
}

// Read when recovery begins. One of another shape reads as zeros, which begin no log: SQLite would
// believe a page size from it, since its checksum has no key.
int WalFile::read_header(std::span<std::uint8_t> out) {
  forget_frames();
  const int code = base_.read(out, 0);
  if (code != SQLITE_OK) return code;
  if (is_log_header(out)) {
    std::ranges::copy(ByteView(out).subspan(kHeaderSalts, salts_.size()), salts_.begin());
  } else {
    std::ranges::fill(out, std::uint8_t{0});
  }
  return SQLITE_OK;
}

// Whole frames are read in order by recovery, and once more where checksums are mended.
int WalFile::recover_frame(sqlite3_int64 frame, FrameSpan out) {
  if (frame <= frames_in_use()) {
    const int code = load_frame(frame, out);
    return code == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : code;
  }
  if (frame != frames_in_use() + 1) return SQLITE_IOERR_READ;
  Frame sealed;
  const int code = load_sealed(frame, sealed, out);
  if (code == SQLITE_IOERR_DATA) return SQLITE_OK;  // zeros: the log ends here
  if (code == SQLITE_OK && equal(ByteView(out).subspan(kFrameSalts, salts_.size()), salts_)) {
    remember_frame(frame, sealed);
  }
  return code;
}

int WalFile::read(std::span<std::uint8_t> out, sqlite3_int64 offset) {
  if (main_.poisoned()) return SQLITE_IOERR_READ;
  const int flushed = flush_held_header();
  if (flushed != SQLITE_OK) return flushed;
  if (offset == 0 && out.size() == kWalHeaderBytes) return read_header(out);
  if (offset == kHeaderChecksum && out.size() == kChecksumBytes) return base_.read(out, offset);
  if (const sqlite3_int64 frame = frame_with(offset, 0); frame > 0 && out.size() == kFrameBytes) {
    return recover_frame(frame, out.first<kFrameBytes>());
  }
  std::size_t within = 0;
  sqlite3_int64 frame = 0;
  if (out.size() == kPageBytes) {
    frame = frame_with(offset, within = kFrameHeaderBytes);
  } else if (out.size() == kChecksumBytes) {
    frame = frame_with(offset, within = kFrameChecksum);
  }
  if (frame == 0) return SQLITE_IOERR_READ;
  Frame plain;
  const int code = load_frame(frame, plain);
  std::ranges::copy(ByteView(plain).subspan(within, out.size()), out.begin());
  wipe(plain);
  // What ends before it should is damage too: SQLite would take a short read for zeros.
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : code;
}

int WalFile::write(ByteView bytes, sqlite3_int64 offset) {
  if (main_.poisoned() || !main_.has_id()) return SQLITE_IOERR_WRITE;
  if (bytes.size() == kPageBytes) {
    const sqlite3_int64 frame = frame_with(offset, kFrameHeaderBytes);
    return frame > 0 ? write_page(bytes, frame) : SQLITE_IOERR_WRITE;
  }
  const int flushed = flush_held_header();
  if (flushed != SQLITE_OK) return flushed;
  if (offset == 0 && bytes.size() == kWalHeaderBytes) {
    if (!is_log_header(bytes)) return SQLITE_IOERR_WRITE;
    forget_frames();
    std::ranges::copy(bytes.subspan(kHeaderSalts, salts_.size()), salts_.begin());
    return base_.write(bytes, offset);
  }
  const sqlite3_int64 frame = frame_with(offset, 0);
  if (frame == 0 || bytes.size() != kFrameHeaderBytes) return SQLITE_IOERR_WRITE;
  held_.emplace();
  std::ranges::copy(bytes, held_->bytes.begin());
  held_->frame = frame;
  return SQLITE_OK;
}

// The page of the header just held; or, after a cache spill, a new page for a frame that is there.
int WalFile::write_page(ByteView page, sqlite3_int64 frame) {
  Frame plain;
  if (held_ && held_->frame == frame) {
    std::ranges::copy(held_->bytes, plain.begin());
    held_.reset();
  } else {
    const int flushed = flush_held_header();
    if (flushed != SQLITE_OK) return flushed;
    const int code = load_frame(frame, plain);
    if (code != SQLITE_OK) return code == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : code;
  }
  std::ranges::copy(page, plain.begin() + kFrameHeaderBytes);
  const int code = store_frame(frame, plain);
  wipe(plain);
  return code;
}

// A header that no page followed is a new one for a frame that is there.
int WalFile::flush_held_header() {
  if (!held_) return SQLITE_OK;
  const HeldHeader header = *held_;
  held_.reset();
  if (main_.poisoned()) return SQLITE_IOERR_WRITE;
  Frame plain;
  int code = load_frame(header.frame, plain);
  if (code == SQLITE_OK) {
    std::ranges::copy(header.bytes, plain.begin());
    code = store_frame(header.frame, plain);
  }
  wipe(plain);
  return code == SQLITE_IOERR_SHORT_READ ? SQLITE_IOERR_DATA : code;
}

int WalFile::truncate(sqlite3_int64 size) {
  if (main_.poisoned() || !main_.has_id()) return SQLITE_IOERR_TRUNCATE;
  const int flushed = flush_held_header();
  if (flushed != SQLITE_OK) return flushed;
  if (size != 0) return SQLITE_IOERR_TRUNCATE;
  forget_frames();
  return base_.file()->pMethods->xTruncate(base_.file(), size);
}

int WalFile::sync(int flags) {
  if (main_.poisoned()) return SQLITE_IOERR_FSYNC;
  const int flushed = flush_held_header();
  if (flushed != SQLITE_OK) return flushed;
  const int code = base_.file()->pMethods->xSync(base_.file(), flags);
  if (code != SQLITE_OK) main_.poison();  // as in MainFile::sync
  return code;
}

int WalFile::size(sqlite3_int64* out) {
  if (main_.poisoned()) return SQLITE_IOERR_FSTAT;
  const int flushed = flush_held_header();
  if (flushed != SQLITE_OK) return flushed;
  return base_.file()->pMethods->xFileSize(base_.file(), out);
}

int WalFile::scrub(ScrubReport& report, std::set<std::uint32_t>& in_wal) {
  if (main_.poisoned()) return SQLITE_IOERR_READ;
  const int flushed = flush_held_header();
  if (flushed != SQLITE_OK) return flushed;
  Frame plain;
  for (sqlite3_int64 frame = 1; frame <= committed_frames_; ++frame) {
    const int code = load_frame(frame, plain);
    if (code != SQLITE_OK && code != SQLITE_IOERR_DATA && code != SQLITE_IOERR_SHORT_READ) return code;
    ++report.frames;
    if (code == SQLITE_OK) {
      in_wal.insert(frame_page_number(plain));
    } else {
      ++report.damaged_frames;
    }
    wipe(plain);
  }
  return SQLITE_OK;
}

}  // namespace samla::vault
