// A store that was copied to another machine, or set back, must not go on under its old name: two stores that
// number their changes alike fork the writer's chain. A token beside the store says that it is still where it
// was; the server says whether somebody else wrote under its name. Then the store takes a new name (an entry
// of the identity chain certifies it) and gives what has not left it new places; nothing is dropped.
// Thread: the replica's.
#pragma once

#include "core/replica/local_store.h"

namespace samla::replica {

/// Whether the store is where it was at its last opening. The first time it is marked. Not excluded by
/// copying the whole folder: the token is bound to the file that it is in.
Result<bool> is_where_it_was(LocalStore& local, const std::filesystem::path& folder);

/// A new name for what is written from now on; what waits unfrozen goes by it, in new places.
Result<void> take_new_instance(LocalStore& local, const std::filesystem::path& folder);

/// The same of a store that is in no folder: it is marked with `token`.
Result<void> go_on_under_new_name(LocalStore& local, ByteView token);

/// Somebody else wrote under this store's name: beside the new name, what was frozen here and never
/// receipted is kept as a branch, and its writes are issued anew. How many were.
Result<std::uint64_t> leave_fork(LocalStore& local);

}  // namespace samla::replica
