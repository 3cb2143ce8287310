// A place in a heads pack as bytes, to be kept until the pack is here. Pure.
#pragma once

#include "core/wire/message.h"

namespace samla::replica {

/// Never empty.
Bytes encode(const wire::PackPlace& place);
Result<wire::PackPlace> decode_pack_place(ByteView bytes);

}  // namespace samla::replica
