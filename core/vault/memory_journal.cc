// A growing byte string with SQLite's file semantics.
#include "core/vault/memory_journal.h"

#include <algorithm>

namespace samla::vault {

int MemoryJournal::read(std::span<std::uint8_t> out, sqlite3_int64 offset) {
  const auto from = std::min(static_cast<std::size_t>(offset), bytes_.size());
  const ByteView there = ByteView(bytes_).subspan(from);
  const std::size_t amount = std::min(out.size(), there.size());
  std::ranges::fill(out, std::uint8_t{0});
  std::ranges::copy(there.first(amount), out.begin());
  return amount == out.size() ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int MemoryJournal::write(ByteView bytes, sqlite3_int64 offset) {
  const auto from = static_cast<std::size_t>(offset);
  if (from > kBytesMax || bytes.size() > kBytesMax - from) return SQLITE_FULL;
  bytes_.resize(std::max(bytes_.size(), from + bytes.size()));
  std::ranges::copy(bytes, bytes_.begin() + static_cast<std::ptrdiff_t>(from));
  return SQLITE_OK;
}

int MemoryJournal::truncate(sqlite3_int64 size) {
  if (size < 0) return SQLITE_IOERR_TRUNCATE;
  bytes_.resize(std::min(bytes_.size(), static_cast<std::size_t>(size)));
  return SQLITE_OK;
}

int MemoryJournal::size(sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(bytes_.size());
  return SQLITE_OK;
}

}  // namespace samla::vault
