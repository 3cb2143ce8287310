// Fuzz target: no page and no frame opens but those that were sealed. An input is a kind and a page number,
// and then either a whole sealed page or frame, or edits of an authentic one: offset (2 bytes) and a byte to
// exclusive-or, so that the fuzzer gets past the tag's first look with every edit that cancels out.
#include <cstdlib>

#include "core/vault/page_sealer.h"

namespace {

using namespace samla;
using namespace samla::vault;

struct Authentic {
  Authentic() : random(1), sealer(make_key(random), random), id(sealer.make_database_id()) {
    for (const std::uint32_t number : {1U, 7U}) {
      std::array<std::uint8_t, kFrameBytes> plain{};
      plain[3] = static_cast<std::uint8_t>(number);
      const std::span<std::uint8_t, kFrameBytes> frame(plain);
      random.fill(frame.subspan<4, kFrameBytes - 4 - kReservedBytes>());
      if (number == 1) synthesise_header(frame.last<kPageBytes>());
      auto& page_out = number == 1 ? page_one : page_seven;
      auto& frame_out = number == 1 ? frame_one : frame_seven;
      sealer.seal_page(number, id, frame.last<kPageBytes>(), page_out);
      sealer.seal_frame(id, frame, frame_out);
    }
  }
  static StoreKey make_key(Random& random) {
    StoreKey key;
    random.fill(key.writable());
    return key;
  }

  SeededRandom random;
  PageSealer sealer;
  DatabaseId id;
  std::array<std::uint8_t, kPageBytes> page_one, page_seven;
  std::array<std::uint8_t, kFrameBytes> frame_one, frame_seven;
};

void require(bool holds) {
  if (!holds) std::abort();
}

template <std::size_t N>
std::array<std::uint8_t, N> input(const std::array<std::uint8_t, N>& authentic, bool is_edits,
                                  ByteView rest) {
  std::array<std::uint8_t, N> out{};
  if (!is_edits) {
    std::ranges::copy(rest.first(std::min(rest.size(), N)), out.begin());
    return out;
  }
  out = authentic;
  for (; rest.size() >= 3; rest = rest.subspan(3)) {
    const std::size_t at = std::size_t{rest[0]} << 8 | rest[1];
    out[at % N] = static_cast<std::uint8_t>(out[at % N] ^ rest[2]);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Authentic authentic;
  if (size < 1) return 0;
  const bool is_frame = (data[0] & 1) != 0;
  const bool is_edits = (data[0] & 2) != 0;
  const bool is_first = (data[0] & 4) != 0;
  const ByteView rest(data + 1, size - 1);
  if (is_frame) {
    const auto& genuine = is_first ? authentic.frame_one : authentic.frame_seven;
    const auto sealed = input(genuine, is_edits, rest);
    std::array<std::uint8_t, kFrameBytes> out;
    const bool opened = authentic.sealer.open_frame(authentic.id, sealed, out);
    require(opened == (sealed == authentic.frame_one || sealed == authentic.frame_seven));
    require(opened || out == std::array<std::uint8_t, kFrameBytes>{});
  } else {
    const auto& genuine = is_first ? authentic.page_one : authentic.page_seven;
    const auto sealed = input(genuine, is_edits, rest);
    std::array<std::uint8_t, kPageBytes> out;
    const bool opened = authentic.sealer.open_page(is_first ? 1 : 7, authentic.id, sealed, out);
    require(opened == (sealed == genuine));
    require(opened ? is_sealable(is_first ? 1 : 7, out) : out == std::array<std::uint8_t, kPageBytes>{});
  }
  return 0;
}
