// Seals and opens database pages and WAL frames (docs/formats/vault.md). Knows bytes, not files.
// Invariant: every seal takes a fresh random nonce; nothing that fails its tag is ever given out.
// As thread-safe as the Random that it draws nonces from.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/base/random.h"
#include "core/vault/store_key.h"

namespace samla::vault {

inline constexpr std::uint32_t kVaultVersion = 1;  // docs/formats/vault.md

inline constexpr std::size_t kPageBytes = 4096;
inline constexpr std::size_t kReservedBytes = 40;  // nonce and tag
inline constexpr std::size_t kUsableBytes = kPageBytes - kReservedBytes;
inline constexpr std::size_t kWalHeaderBytes = 32;
inline constexpr std::size_t kFrameHeaderBytes = 24;
inline constexpr std::size_t kFrameBytes = kFrameHeaderBytes + kPageBytes;

/// 16 random bytes that stand where SQLite has its magic; every seal of the database is bound to them.
using DatabaseId = FixedBytes<16, struct DatabaseIdTag>;
using PageView = std::span<const std::uint8_t, kPageBytes>;
using PageSpan = std::span<std::uint8_t, kPageBytes>;
using FrameView = std::span<const std::uint8_t, kFrameBytes>;
using FrameSpan = std::span<std::uint8_t, kFrameBytes>;

/// What SQLite expects in bytes 0-23 of page 1 of an empty vaulted database in WAL mode, then zeros.
void synthesise_header(std::span<std::uint8_t> out);

/// Whether SQLite's page is one that may be sealed: its reserved bytes are zero, and page 1 begins with
/// the header of a database of our page size and reserve.
[[nodiscard]] bool is_sealable(std::uint32_t page_number, PageView page);

/// The page number in a frame's header.
std::uint32_t frame_page_number(ByteView frame_header);

class PageSealer {
 public:
  PageSealer(const StoreKey& key, Random& random);

  DatabaseId make_database_id() { return random_.fixed<DatabaseId>(); }

  /// `page` must be sealable; `out` must not overlap it.
  void seal_page(std::uint32_t page_number, const DatabaseId& id, PageView page, PageSpan out);
  /// False, and `out` all zero, if `sealed` is not this page of this database.
  [[nodiscard]] bool open_page(std::uint32_t page_number, const DatabaseId& id, PageView sealed,
                               PageSpan out) const;
  /// A frame is SQLite's 24-byte header and the page, which must be sealable.
  void seal_frame(const DatabaseId& id, FrameView frame, FrameSpan out);
  [[nodiscard]] bool open_frame(const DatabaseId& id, FrameView sealed, FrameSpan out) const;

 private:
  Secret<32> page_key_;
  Random& random_;
};

}  // namespace samla::vault
