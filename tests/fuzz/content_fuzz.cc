// Content bytes come from other members: they decode and encode to the same bytes, or are refused.
#include "core/base/assert.h"
#include "core/view/content.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView input(data, size);
  const auto content = samla::view::decode_content(input);
  if (content.ok()) SAMLA_ASSERT(samla::equal(samla::view::encode(*content), input));
  return 0;
}
