// Bytes from outside to one JSON object, or an error that says what is wrong with them. Everything is
// bounded before anything is built: size, depth, members. Members named twice are refused, as are NUL
// characters and numbers beyond 64 bits.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/requests/json.h"

namespace samla::requests {

inline constexpr std::size_t kRequestBytesMax = 8 * 1024 * 1024;
inline constexpr std::size_t kRequestDepthMax = 8;
inline constexpr std::size_t kRequestMembersMax = 1024;  ///< of one object or array

Result<Json> parse_object(std::string_view text);

}  // namespace samla::requests
