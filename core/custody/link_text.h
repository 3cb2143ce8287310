// The text form of links and codes: "samla:", base64url, and a checksum that is looked at before anything
// else is believed, above all before connecting anywhere. People copy and mail these.
#pragma once

#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace samla::custody {

/// `domain`: of the checksum; another for each kind of link.
std::string link_text(std::string_view domain, ByteView body);
/// The body. White space within and around is passed over. invite_mangled.
Result<Bytes> read_link_text(std::string_view domain, std::string_view text);
Error mangled_link();

}  // namespace samla::custody
