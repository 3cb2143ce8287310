// LISTEN and NOTIFY between server processes, on a connection and a thread of their own.
//
// NOTIFY takes a lock of the whole cluster while it commits, so it is not part of the transactions that place
// changesets: it follows them, at most one a process each 20 ms, naming the spaces. It may get lost with a
// process or a connection; so each process also looks by itself at every space's tip, every two seconds, and
// at everything when its connection is new.
#pragma once

#include <string>

#include "sync-server/storage/storage.h"

namespace samla::server {

std::unique_ptr<StorageNews> open_pg_news(const std::string& url);

/// Of a notification; absent: it names no spaces that could be read, so look at everything.
std::optional<std::set<SpaceId>> decode_pg_news(std::string_view payload);
/// At most 7,999 bytes; more spaces than that allows are "everything".
std::string encode_pg_news(const std::set<SpaceId>& spaces);

}  // namespace samla::server
