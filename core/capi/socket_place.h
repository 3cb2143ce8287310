// Where the socket of a profile's owner stands: a folder of this user's alone, a name that follows from the
// profile's real path. The name only leads there; what decides is the peer's user and the proof.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace samla::capi {

/// Where an owner's socket may be, likeliest first: $XDG_RUNTIME_DIR, /run/user/UID, /tmp/samla-UID.
/// A program started by cron knows less of these than one in a session, hence more than one. Empty where
/// the profile's folder is not there.
std::vector<std::filesystem::path> socket_candidates(const std::filesystem::path& profile);

/// Makes the folder of `socket` if need be; not_permitted unless it is a folder of this user with mode 0700.
Result<void> prepare_socket_folder(const std::filesystem::path& socket);

/// Whether the process at the other end of `socket` is of this user.
bool peer_is_this_user(int socket);

/// A socket that listens at `path`, mode 0600, in place of what is there. The caller has the profile's
/// store open, so that anything there is left from a process that ended.
Result<int> listen_at(const std::filesystem::path& path);
/// A connected socket; store_busy where nobody listens.
Result<int> connect_to(const std::filesystem::path& path);

}  // namespace samla::capi
