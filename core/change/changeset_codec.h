// The bytes of a changeset, apart from what they mean. Internal to core/change.
#pragma once

#include "core/base/codec.h"
#include "core/change/changeset.h"

namespace samla::change {

void append_header_without_root(Writer& out, const Header& header);
/// The signed part: the header with its root.
Bytes encode_header(const Header& header);
Header read_header(Reader& in);

Bytes encode_parts(const Changeset& changeset);
/// Structure and canonical form only; root and signature are for the caller.
Result<Changeset> decode_parts(ByteView bytes);

}  // namespace samla::change
