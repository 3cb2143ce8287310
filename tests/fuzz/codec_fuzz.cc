// Reader's primitives, in an order that the input itself chooses: nothing read past the end, and what
// was read to the end without a failure is written back to the same bytes.
#include <cstdint>

#include "core/base/assert.h"
#include "core/base/codec.h"

namespace {

/// Reads one value and writes it again; `choice` says of which type.
void copy_one(std::uint8_t choice, samla::Reader& reader, samla::Writer& writer) {
  switch (choice % 6) {
    case 0:
      return writer.u8(reader.u8());
    case 1:
      return writer.u32(reader.u32());
    case 2:
      return writer.u64(reader.u64());
    case 3:
      return writer.varint(reader.varint());
    case 4:
      return writer.blob(reader.blob(64));
    default:
      return writer.varint(reader.count(100, 3));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView input(data, size);
  if (size == 0) return 0;
  const std::size_t choices = data[0] % size;
  const samla::ByteView body = input.subspan(choices);
  samla::Reader reader(body);
  samla::Writer writer;
  for (std::size_t i = 0; i < choices && !reader.failed(); ++i) copy_one(data[i], reader, writer);
  if (reader.failed()) {
    SAMLA_ASSERT(!reader.finish("fuzz").ok());
    return 0;
  }
  const std::size_t read = body.size() - reader.rest().size();
  SAMLA_ASSERT(writer.size() == read);
  for (std::size_t i = 0; i < read; ++i) SAMLA_ASSERT(writer.bytes()[i] == body[i]);
  return 0;
}
