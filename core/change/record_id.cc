#include "core/change/record_id.h"

#include "core/sign/hash.h"

namespace samla::change {

RecordId record_id(const SpaceId& space, const RecordIdHead& head) {
  const Hash bound = sign::Hasher("samla/record_id/1").add(space).add(head).finish();
  RecordId out;
  std::ranges::copy(head.bytes, out.bytes.begin());
  std::ranges::copy_n(bound.bytes.begin(), RecordId::kSize - RecordIdHead::kSize,
                      out.bytes.begin() + RecordIdHead::kSize);
  return out;
}

RecordId make_record_id(Random& random, const SpaceId& space, std::uint64_t now_ms) {
  auto head = random.fixed<RecordIdHead>();
  const std::uint64_t seconds = now_ms / 1000;
  for (std::size_t i = 0; i < 4; ++i) head.bytes[i] = static_cast<std::uint8_t>(seconds >> (8 * (3 - i)));
  return record_id(space, head);
}

bool is_of_space(const RecordId& id, const SpaceId& space) {
  return record_id(space, RecordIdHead::from(id.view().first(RecordIdHead::kSize))) == id;
}

}  // namespace samla::change
