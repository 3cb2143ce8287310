// What a changeset says of others: of each writer that it names, the furthest place. Server and device hold
// back one that names what has not come: it would dominate what that writer has yet to write. Pure.
#pragma once

#include <cstdint>
#include <map>

#include "core/change/changeset.h"

namespace samla::session {

std::map<WriterId, std::uint64_t> named_places(const change::Changeset& changeset);

}  // namespace samla::session
