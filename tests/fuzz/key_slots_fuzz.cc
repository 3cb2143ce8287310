// Fuzz target: a slot file gives the key that was sealed in it, or one of three refusals. The first byte
// says whether the hashes are made anew, as a tamperer can, so that what lies behind them is reached.
#include <sodium.h>

#include <cstdlib>

#include "core/vault/key_slots.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samla;
  constexpr std::size_t kSlotBytes = 160;
  constexpr std::size_t kHashedBytes = 128;
  constexpr std::size_t kCostAt = 24;
  if (size < 1) return 0;
  Bytes file(data + 1, data + size);
  for (std::size_t slot = 0; data[0] % 2 == 1 && slot + kSlotBytes <= file.size(); slot += kSlotBytes) {
    // Argon2id with all that a slot may ask for takes seconds: only cheap costs and refused ones.
    for (const std::size_t at : {kCostAt + 1, kCostAt + 2, kCostAt + 10, kCostAt + 11}) file[slot + at] = 0;
    file[slot + kCostAt] = static_cast<std::uint8_t>(file[slot + kCostAt] % 3);
    crypto_generichash(&file[slot + kHashedBytes], kSlotBytes - kHashedBytes, &file[slot], kHashedBytes,
                       nullptr, 0);
  }
  const auto opened = vault::open_key_slots(file, "passphrase");
  if (opened.ok()) {
    // The corpus was made with these generators: each key is the first that one gave.
    for (const std::uint64_t seed : {1, 2}) {
      SeededRandom random(seed);
      vault::StoreKey sealed;
      random.fill(sealed.writable());
      if (equal(opened->view(), sealed.view())) return 0;
    }
    std::abort();
  }
  const ErrorCode code = opened.error().code;
  if (code != ErrorCode::store_corrupt && code != ErrorCode::wrong_passphrase &&
      code != ErrorCode::version_unknown) {
    std::abort();
  }
  return 0;
}
