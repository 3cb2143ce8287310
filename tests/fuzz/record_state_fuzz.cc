// Hostile bytes as a record's state: refused, or decoded into what encodes to the same bytes.
#include "core/resolve/record_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView bytes(data, size);
  const auto state = samla::resolve::RecordState::decode(bytes);
  if (!state.ok()) return 0;
  SAMLA_ASSERT(samla::equal(state->encode(), bytes));
  static_cast<void>(state->life());
  return 0;
}
