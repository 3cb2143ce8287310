// Hostile bytes as a record's state: refused, or decoded into what encodes to the same bytes; those of the
// first form into what is the same state in the present one.
#include "core/resolve/record_state.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView bytes(data, size);
  const auto state = samla::resolve::RecordState::decode(bytes);
  if (!state.ok()) return 0;
  const samla::Bytes encoded = state->encode();
  const bool is_present_form = size >= 2 && data[0] == 0 && data[1] == 2;
  if (is_present_form) SAMLA_ASSERT(samla::equal(encoded, bytes));
  const auto again = samla::resolve::RecordState::decode(encoded);
  SAMLA_ASSERT(again.ok() && *again == *state);
  static_cast<void>(state->life());
  return 0;
}
