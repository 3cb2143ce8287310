// A vaulted database on a simulated disk, for tests that tamper with it or call its VFS directly.
#pragma once

#include <gtest/gtest.h>

#include "core/vault/database.h"
#include "core/vault/page_sealer.h"
#include "core/vault/vault.h"
#include "tests/support/simulated_disk.h"

namespace samla::vault {

inline constexpr const char* kStorePath = "/store.db";
inline constexpr const char* kLogPath = "/store.db-wal";

class VaultedStore {
 public:
  explicit VaultedStore(std::uint64_t seed = 1)
      : disk(seed), random(seed + 1), key(make_key(random)), vfs(make_vfs(key)) {}

  /// Opens by the store's own key. `create`: 0 or SQLITE_OPEN_CREATE.
  Result<Database> open(int create = 0) { return open_database(kStorePath, vfs.name(), create); }
  Database must_open(int create = 0) {
    auto database = open(create);
    EXPECT_TRUE(database.ok()) << database.error().message();
    return std::move(*database);
  }
  static void run(const Database& database, const char* sql) {
    const auto outcome = run_sql(database.get(), sql);
    EXPECT_TRUE(outcome.ok()) << outcome.error().message();
  }
  /// The rows, or the error's name after "!".
  static std::string ask(const Database& database, const char* sql) {
    const auto answer = query_text(database.get(), sql);
    return answer.ok() ? *answer : "!" + std::string(error_name(answer.error().code));
  }

  VaultVfs make_vfs(const StoreKey& of) {
    auto made = VaultVfs::create(of, random, disk.vfs_name());
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }
  static StoreKey make_key(Random& from) {
    StoreKey made;
    from.fill(made.writable());
    return made;
  }

  SimulatedDisk disk;
  SeededRandom random;
  StoreKey key;
  VaultVfs vfs;
};

}  // namespace samla::vault
