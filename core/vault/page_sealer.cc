// XChaCha20-Poly1305 over pages and frames. Both have one shape: a clear part that is authenticated, a
// sealed part, and in the page's last 40 bytes nonce and tag.
#include "core/vault/page_sealer.h"

#include <sodium.h>

#include <string_view>

namespace samla::vault {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kNonceBytes + kTagBytes == kReservedBytes);

constexpr std::size_t kIdBytes = DatabaseId::kSize;
constexpr std::size_t kClearEnd = 24;    // page 1: id, then eight bytes that stay readable
constexpr std::size_t kFrameClear = 16;  // page number, commit mark, salts
constexpr std::size_t kChecksumBytes = kFrameHeaderBytes - kFrameClear;
constexpr std::uint8_t kSqliteMagic[kIdBytes + 1] = {'S', 'Q', 'L', 'i', 't', 'e', ' ', 'f', 'o',
                                                     'r', 'm', 'a', 't', ' ', '3', 0,   0};
constexpr std::uint8_t kWalModeHeader[8] = {
    kPageBytes >> 8, kPageBytes & 0xff, 2, 2, kReservedBytes, 64, 32, 32};

// Persisted by way of the tags: do not renumber.
enum class Kind : std::uint8_t { page = 1, frame = 2 };

std::size_t clear_bytes(std::uint32_t page_number) { return page_number == 1 ? kClearEnd : 0; }

// What a tag covers besides the sealed bytes. Every part has a size fixed by kind and page number.
Bytes associated_data(Kind kind, std::uint32_t page_number, const DatabaseId& id, ByteView frame_clear,
                      PageView page) {
  Bytes data = {static_cast<std::uint8_t>(kind), static_cast<std::uint8_t>(page_number),
                static_cast<std::uint8_t>(page_number >> 8), static_cast<std::uint8_t>(page_number >> 16),
                static_cast<std::uint8_t>(page_number >> 24)};
  append(data, id.view());
  append(data, frame_clear);
  if (page_number == 1) append(data, page.subspan(kIdBytes, kClearEnd - kIdBytes));
  return data;
}

// Plain or sealed body: the frame's checksum if there is one, then the page without its clear part.
struct Body {
  std::array<std::uint8_t, kChecksumBytes + kUsableBytes> bytes;
  std::size_t size = 0;

  Body() = default;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() { wipe(bytes); }

  void gather(ByteView checksum, std::uint32_t page_number, PageView page) {
    std::ranges::copy(checksum, bytes.begin());
    const ByteView rest = ByteView(page).first(kUsableBytes).subspan(clear_bytes(page_number));
    std::ranges::copy(rest, bytes.begin() + static_cast<std::ptrdiff_t>(checksum.size()));
    size = checksum.size() + rest.size();
  }
  void scatter(std::span<std::uint8_t> checksum, std::uint32_t page_number, PageSpan page) const {
    const ByteView all(bytes.data(), size);
    std::ranges::copy(all.first(checksum.size()), checksum.begin());
    const auto from = static_cast<std::ptrdiff_t>(clear_bytes(page_number));
    std::ranges::copy(all.subspan(checksum.size()), page.begin() + from);
  }
};

void seal(const Secret<32>& key, Random& random, Kind kind, std::uint32_t page_number, const DatabaseId& id,
          ByteView frame_clear, ByteView checksum, PageView page, std::span<std::uint8_t> checksum_out,
          PageSpan out) {
  SAMLA_ASSERT(is_sealable(page_number, page));
  const auto nonce = out.subspan(kUsableBytes, kNonceBytes);
  random.fill(nonce);
  if (page_number == 1) {
    std::ranges::copy(id.bytes, out.begin());
    std::ranges::copy(page.subspan(kIdBytes, kClearEnd - kIdBytes), out.begin() + kIdBytes);
  }
  Body body;
  body.gather(checksum, page_number, page);
  const Bytes data = associated_data(kind, page_number, id, frame_clear, page);
  crypto_aead_xchacha20poly1305_ietf_encrypt_detached(body.bytes.data(), &out[kUsableBytes + kNonceBytes],
                                                      nullptr, body.bytes.data(), body.size, data.data(),
                                                      data.size(), nullptr, nonce.data(), key.view().data());
  body.scatter(checksum_out, page_number, out);
}

bool open(const Secret<32>& key, Kind kind, std::uint32_t page_number, const DatabaseId& id,
          ByteView frame_clear, ByteView checksum, PageView sealed, std::span<std::uint8_t> checksum_out,
          PageSpan out) {
  std::ranges::fill(out, std::uint8_t{0});
  std::ranges::fill(checksum_out, std::uint8_t{0});
  // The id in page 1 is what the reader took `id` from, or must be the one that it knows.
  if (page_number == 1 && !equal(sealed.first<kIdBytes>(), id.view())) return false;
  Body body;
  body.gather(checksum, page_number, sealed);
  const Bytes data = associated_data(kind, page_number, id, frame_clear, sealed);
  const int bad = crypto_aead_xchacha20poly1305_ietf_decrypt_detached(
      body.bytes.data(), nullptr, body.bytes.data(), body.size, &sealed[kUsableBytes + kNonceBytes],
      data.data(), data.size(), &sealed[kUsableBytes], key.view().data());
  if (bad != 0) return false;
  body.scatter(checksum_out, page_number, out);
  if (page_number == 1) {
    std::ranges::copy(ByteView(kSqliteMagic, kIdBytes), out.begin());
    std::ranges::copy(sealed.subspan(kIdBytes, kClearEnd - kIdBytes), out.begin() + kIdBytes);
  }
  return true;
}

}  // namespace

void synthesise_header(std::span<std::uint8_t> out) {
  SAMLA_ASSERT(out.size() >= kClearEnd);
  std::ranges::fill(out, std::uint8_t{0});
  std::ranges::copy(ByteView(kSqliteMagic, kIdBytes), out.begin());
  std::ranges::copy(kWalModeHeader, out.begin() + kIdBytes);
}

bool is_sealable(std::uint32_t page_number, PageView page) {
  if (page_number == 0) return false;
  const ByteView reserved = page.last<kReservedBytes>();
  if (!std::ranges::all_of(reserved, [](std::uint8_t byte) { return byte == 0; })) return false;
  if (page_number != 1) return true;
  const ByteView header = page.subspan<kIdBytes, 8>();
  const ByteView expected(kWalModeHeader);
  // Bytes 18 and 19 (rollback or WAL mode) are SQLite's to change.
  return equal(page.first<kIdBytes>(), ByteView(kSqliteMagic, kIdBytes)) &&
         equal(header.first(2), expected.first(2)) && equal(header.subspan(4), expected.subspan(4));
}

std::uint32_t frame_page_number(ByteView frame_header) {
  SAMLA_ASSERT(frame_header.size() >= 4);
  return std::uint32_t{frame_header[0]} << 24 | std::uint32_t{frame_header[1]} << 16 |
         std::uint32_t{frame_header[2]} << 8 | std::uint32_t{frame_header[3]};
}

PageSealer::PageSealer(const StoreKey& key, Random& random) : random_(random) {
  constexpr std::string_view kDomain = "samla/vault/page-key/1";
  crypto_generichash(page_key_.writable().data(), Secret<32>::kSize, as_bytes(kDomain).data(), kDomain.size(),
                     key.view().data(), StoreKey::kSize);
}

void PageSealer::seal_page(std::uint32_t page_number, const DatabaseId& id, PageView page, PageSpan out) {
  seal(page_key_, random_, Kind::page, page_number, id, {}, {}, page, {}, out);
}

bool PageSealer::open_page(std::uint32_t page_number, const DatabaseId& id, PageView sealed,
                           PageSpan out) const {
  return open(page_key_, Kind::page, page_number, id, {}, {}, sealed, {}, out);
}

void PageSealer::seal_frame(const DatabaseId& id, FrameView frame, FrameSpan out) {
  const ByteView clear = frame.first<kFrameClear>();
  std::ranges::copy(clear, out.begin());
  seal(page_key_, random_, Kind::frame, frame_page_number(clear), id, clear,
       frame.subspan<kFrameClear, kChecksumBytes>(), frame.last<kPageBytes>(),
       out.subspan<kFrameClear, kChecksumBytes>(), out.last<kPageBytes>());
}

bool PageSealer::open_frame(const DatabaseId& id, FrameView sealed, FrameSpan out) const {
  const ByteView clear = sealed.first<kFrameClear>();
  std::ranges::fill(out.first<kFrameClear>(), std::uint8_t{0});
  const bool ok = open(page_key_, Kind::frame, frame_page_number(clear), id, clear,
                       sealed.subspan<kFrameClear, kChecksumBytes>(), sealed.last<kPageBytes>(),
                       out.subspan<kFrameClear, kChecksumBytes>(), out.last<kPageBytes>());
  if (ok) std::ranges::copy(clear, out.begin());
  return ok;
}

}  // namespace samla::vault
