#include "core/replica/pack_place.h"

namespace samla::replica {

/// As it travels: an ask for it, without the rest.
Bytes encode(const wire::PackPlace& place) {
  return wire::encode(wire::Message(wire::PackAsk{{}, {}, place}));
}

Result<wire::PackPlace> decode_pack_place(ByteView bytes) {
  SAMLA_ASSIGN(const wire::Message message, wire::decode_message(bytes));
  const auto* ask = std::get_if<wire::PackAsk>(&message);
  if (ask == nullptr) return fail(ErrorCode::store_corrupt, "replica.pack");
  return ask->from;
}

}  // namespace samla::replica
