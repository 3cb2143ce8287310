// A change of the server's keys, in three files: `server.keys` in force, `server.keys.next` made and perhaps
// announced, `server.keys.before`. The next ones come in force at the first start after an administrator has
// announced them in the identity chain. With the ones before, devices that have not heard of the change are
// answered until the operator removes the file.
#pragma once

#include <optional>
#include <string>

#include "core/chain/identity_state.h"
#include "sync-server/server_keys.h"

namespace samla::server {

/// The next keys' fragment, for `samla org server`; made where there are none. Also while the server runs.
Result<std::string> prepare_next_keys(const std::filesystem::path& folder, Random& random);

struct KeysInForce {
  ServerKeys now;
  std::optional<ServerKeys> before;
};
/// Those of the file, or of the ones before where a change was cut off: for whoever has not read the chain
/// yet.
Result<ServerKeys> known_keys(const std::filesystem::path& folder);
/// `identity` null: unclaimed. Moves the files where the change is due.
Result<KeysInForce> keys_in_force(const std::filesystem::path& folder, const chain::IdentityState* identity);

}  // namespace samla::server
