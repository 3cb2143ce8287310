// Fuzz target: whatever bytes arrive as a message are refused, or encode back to themselves.
#include <cstdlib>

#include "core/wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView bytes(data, size);
  const auto message = samla::wire::decode_message(bytes);
  if (message.ok() && !samla::equal(samla::wire::encode(*message), bytes)) std::abort();
  return 0;
}
