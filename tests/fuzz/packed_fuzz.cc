// Hostile bytes as what a device keeps of a server's word for a record: refused, or decoded into what encodes
// to the same bytes.
#include "core/view/packed.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView bytes(data, size);
  const auto packed = samla::view::Packed::decode(bytes);
  if (packed.ok() && !samla::equal(packed->encode(), bytes)) std::abort();
  return 0;
}
