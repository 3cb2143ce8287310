// The bytes of entry bodies, by number. Internal to core/chain.
#pragma once

#include "core/chain/entry.h"

namespace samla::chain {

std::uint8_t body_number(const Body& body);
void append_body(Writer& out, const Body& body);
/// Reads the body of that number to the reader's end.
Body read_body(std::uint8_t number, Reader& in);

}  // namespace samla::chain
