// The wire's coarse classes of failure and the library's error codes: the one place that maps them.
#pragma once

#include <string_view>

#include "core/base/result.h"
#include "core/wire/message.h"

namespace samla::session {

/// What a refusal by the server means here.
ErrorCode error_code_of(wire::Refused refused);
/// What a server says of an error: the coarse class; "later" for whatever is the server's own trouble.
wire::Refused refused_of(ErrorCode code);

}  // namespace samla::session
