// Backup, restore and verify on a server that has lived.
#include "sync-server/maintenance.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/temporary_folder.h"
#include "tests/sync-server/test_server.h"

namespace samla::server {
namespace maintenance_test {

const RecordId kNote{{1}};

class MaintenanceTest : public testing::Test {
 protected:
  /// A claimed server with three changesets in its unit's space, one of them a conflict.
  MaintenanceTest() {
    claim(server_, unit_);
    Peer kari(server_, 2, unit_, unit_.phone), ola(server_, 3, unit_, unit_.laptop);
    for (const Bytes& bytes : {kari_.write(kNote), kari_.write(kNote, kBody)}) kari.push(unit_.id, bytes);
    ola.push(unit_.id, ola_.write(kNote));
    server_.run_until([&] { return server_->metrics().placed() == 3; });
  }
  std::filesystem::path folder() const { return folder_.path() / "server"; }
  std::filesystem::path copy() const { return folder_.path() / "copy"; }

  /// Changes storage behind the server's back.
  template <class Work>
  std::string found_after(Work work) {
    server_.stop();
    auto storage = open_sqlite_storage(storage_file(folder()));
    SAMLA_ASSERT(storage.ok());
    auto transaction = (*storage)->begin();
    work(**storage, **transaction);
    SAMLA_ASSERT((*transaction)->commit().ok());
    transaction->reset();
    const auto report = verify_storage(storage_file(folder()));
    SAMLA_ASSERT(report.ok());
    return report->findings.empty() ? "" : report->findings.front();
  }

  TemporaryFolder folder_;
  TestServer server_{folder()};
  Unit unit_;
  Author kari_{unit_, unit_.phone};
  Author ola_{unit_, unit_.laptop};
  SeededRandom random_{8};
};

TEST_F(MaintenanceTest, VerifiesAHealthyServerAlsoWhileItRuns) {
  const auto report = verify_storage(storage_file(folder()));
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->findings, std::vector<std::string>{});
  EXPECT_EQ(report->counts.changesets, 3u);
  EXPECT_EQ(report->counts.contested_fields, 1u);
  EXPECT_TRUE(read_stats(folder())->claimed);
}

TEST_F(MaintenanceTest, NamesAWrongRecordState) {
  EXPECT_NE(found_after([&](Storage&, StorageTransaction& t) {
              ASSERT_TRUE(t.put_record(unit_.id, {kNote, 1, resolve::RecordState().encode(), {}}).ok());
            }).find("wrong heads"),
            std::string::npos);
}

TEST_F(MaintenanceTest, NamesAChangesetThatDoesNotFollow) {
  EXPECT_NE(found_after([&](Storage& s, StorageTransaction& t) {
              StoredChangeset stray = (*s.changesets_after(unit_.id, 2, 1)).at(0);
              stray.seq = 4;
              stray.writer_seq = 9;
              ASSERT_TRUE(t.put_changeset(unit_.id, stray).ok());
            }).find("changeset 4: wrong running head"),
            std::string::npos);
}

TEST_F(MaintenanceTest, NamesChangesetsOfNoKnownSpace) {
  EXPECT_NE(found_after([&](Storage& s, StorageTransaction& t) {
              ASSERT_TRUE(t.put_changeset(SpaceId{{77}}, s.changesets_after(unit_.id, 0, 1)->at(0)).ok());
            }).find("1 changesets are in spaces without a chain"),
            std::string::npos);
}

TEST_F(MaintenanceTest, NamesAFlippedByteOfAHistory) {
  server_.stop();
  std::fstream file(storage_file(folder()), std::ios::in | std::ios::out | std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const Bytes needle(30, 2);  // the ciphertext of Kari's second changeset
  const auto at = bytes.find(std::string(needle.begin(), needle.end()));
  ASSERT_NE(at, std::string::npos);
  file.clear();
  file.seekp(static_cast<std::streamoff>(at));
  file.put(3);
  file.close();
  const auto report = verify_storage(storage_file(folder()));
  ASSERT_TRUE(report.ok());
  ASSERT_FALSE(report->findings.empty());
  EXPECT_NE(report->findings.front().find("does not decode"), std::string::npos) << report->findings.front();
  EXPECT_EQ(back_up(folder(), copy(), true, 1000).error().code, ErrorCode::store_corrupt);
  EXPECT_FALSE(std::filesystem::exists(storage_file(copy())));
}

TEST_F(MaintenanceTest, BacksUpARunningServerWithItsKeysOnlyWhenTold) {
  const auto made = back_up(folder(), copy(), false, 1000);
  ASSERT_TRUE(made.ok()) << made.error().message();
  EXPECT_EQ(made->counts.changesets, 3u);
  EXPECT_FALSE(std::filesystem::exists(keys_file(copy())));
  EXPECT_EQ(back_up(folder(), copy(), false, 1000).error().code, ErrorCode::already_exists);
  EXPECT_EQ(restore(copy(), folder_.path() / "new", random_, 1000).error().code, ErrorCode::store_missing);
  ASSERT_TRUE(back_up(folder(), folder_.path() / "whole", true, 1000).ok());
  EXPECT_TRUE(std::filesystem::exists(keys_file(folder_.path() / "whole")));
  for (const auto& entry : std::filesystem::directory_iterator(copy())) {
    EXPECT_EQ(entry.path().filename().string().find("partial"), std::string::npos) << entry.path();
  }
}

TEST_F(MaintenanceTest, RestoresWithTheSameKeysInANewIncarnationAndOverwritesNothing) {
  ASSERT_TRUE(back_up(folder(), copy(), true, 1000).ok());
  Peer before(server_, 5, unit_, unit_.laptop);
  const auto old = before.expect<wire::Welcome>();
  EXPECT_EQ(restore(copy(), folder(), random_, 1000).error().code, ErrorCode::store_busy);
  server_.stop();
  EXPECT_EQ(restore(copy(), folder(), random_, 1000).error().code, ErrorCode::already_exists);
  std::filesystem::rename(folder(), folder_.path() / "burnt");
  const auto restored = restore(copy(), folder(), random_, 1000);
  ASSERT_TRUE(restored.ok()) << restored.error().message();
  server_.start();
  Peer after(server_, 6, unit_, unit_.laptop);
  const auto now = after.expect<wire::Welcome>();
  ASSERT_TRUE(old && now);
  EXPECT_NE(now->incarnation, old->incarnation);
  EXPECT_EQ(now->receipt_key, old->receipt_key);
  EXPECT_EQ(now->spaces.at(0).position.seq, 3u);
  after.push(unit_.id, ola_.write(kNote, kBody));
  const auto receipts = after.expect<wire::Receipts>();
  ASSERT_TRUE(receipts);
  EXPECT_EQ(receipts->receipts.at(0).seq, 4u);
}

/// No file may grow beyond so many bytes, as on a disk that fills up there.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    SAMLA_ASSERT(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit small{bytes, before_.rlim_max};
    SAMLA_ASSERT(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  ~SmallFiles() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
};

TEST_F(MaintenanceTest, ABackupGoesOnWhereItsKeysAreAndNowhereElse) {
  ASSERT_TRUE(make_folder(copy()).ok());
  ASSERT_TRUE(ServerKeys::generate(random_).write(keys_file(copy())).ok());
  EXPECT_EQ(back_up(folder(), copy(), true, 1).error().code, ErrorCode::already_exists);
  std::filesystem::remove(keys_file(copy()));
  ASSERT_TRUE(ServerKeys::read(keys_file(folder()))->write(keys_file(copy())).ok());
  EXPECT_TRUE(back_up(folder(), copy(), true, 1).ok());
}

TEST_F(MaintenanceTest, AServerThatBeginsEmptyBeginsWholeOrNotAtAllWhereverTheDiskStops) {
  const std::filesystem::path emptied = folder_.path() / "emptied";
  ASSERT_TRUE(make_folder(emptied).ok());
  ASSERT_TRUE(ServerKeys::read(keys_file(folder()))->write(keys_file(emptied)).ok());
  const SystemClock clock;
  std::size_t tries = 0;
  for (rlim_t bytes = 0;; bytes += 1024, ++tries) {
    ASSERT_LT(bytes, 64u * 1024 * 1024);
    bool done = false;
    {
      const SmallFiles small(bytes);
      done = init_emptied(emptied, std::string(32, '1'), 1, random_).ok();
    }
    EXPECT_EQ(std::filesystem::exists(storage_file(emptied)), done);
    const auto started = Server::open(ServerPlace{emptied}, clock, {}, 0);
    EXPECT_EQ(started.ok(), done) << "half a server must not serve";
    if (done) break;
  }
  EXPECT_GT(tries, 2u);
}

TEST_F(MaintenanceTest, ABackupOrARestoreThatTheDiskStopsAnywhereLeavesNothingThatPassesForOne) {
  const std::filesystem::path restored = folder_.path() / "restored";
  bool backed_up = false, done = false;
  for (rlim_t bytes = 0; !done; bytes += 2048) {
    ASSERT_LT(bytes, 64u * 1024 * 1024);
    if (!backed_up) {
      {
        const SmallFiles small(bytes);
        backed_up = back_up(folder(), copy(), true, 1).ok();
      }
      if (!backed_up) {
        EXPECT_FALSE(std::filesystem::exists(storage_file(copy())));
        continue;  // into the same folder: what broke off does not stand in the way
      }
      EXPECT_TRUE(verify_storage(storage_file(copy()))->findings.empty());
      bytes = 0;
    }
    {
      const SmallFiles small(bytes);
      done = restore(copy(), restored, random_, 1).ok();
    }
    if (!done) {
      EXPECT_FALSE(std::filesystem::exists(storage_file(restored))) << bytes;
      const SystemClock clock;
      const auto started = Server::open(ServerPlace{restored}, clock, {}, 0);
      EXPECT_FALSE(started.ok()) << "half a server must not serve";
    }
  }
  const auto report = verify_storage(storage_file(restored));
  ASSERT_TRUE(report.ok()) << report.error().message();
  EXPECT_EQ(report->findings, std::vector<std::string>{});
  EXPECT_EQ(report->counts.changesets, 3u);
}

}  // namespace maintenance_test
}  // namespace samla::server
