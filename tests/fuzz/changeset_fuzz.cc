// Hostile bytes as a changeset: refused, or decoded into what encodes to the same bytes.
#include "core/change/changeset.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::ByteView bytes(data, size);
  const auto changeset = samla::change::Changeset::decode(bytes);
  if (!changeset.ok()) return 0;
  SAMLA_ASSERT(samla::equal(changeset->encode(), bytes));
  for (std::uint32_t i = 0; i < changeset->leaves.size(); ++i) {
    if (const auto* write = samla::change::header_of(changeset->leaves[i])) {
      samla::change::associated_data(changeset->header, i, *write);
    }
  }
  return 0;
}
