// A store that takes another name while its disk fails: under the old name or the new one, with all that
// waits, and never between.
#include <gtest/gtest.h>

#include "core/replica/local_store.h"
#include "core/replica/replica.h"
#include "core/replica/store_instance.h"
#include "core/vault/database.h"
#include "core/view/content.h"
#include "tests/support/simulated_disk.h"

namespace samla::replica {
namespace new_name_fail_test {

const SpaceId kSomeSpace{{7}};

class OnFailingDisk {
 public:
  OnFailingDisk() : disk_(1) {
    account_.organisation = OrganisationId{{1}};
    account_.user = UserId{{2}};
    account_.host = "nowhere";
    account_.port = 1;
  }
  void make() {
    auto made =
        LocalStore::create(options(), database(), account_, custody::DeviceKeys::generate(random_), {});
    ASSERT_TRUE(made.ok()) << made.error().message();
    store = std::move(*made);
    for (int i = 0; i < 3; ++i) put_waiting("title " + std::to_string(i));
  }
  void fail_after(std::uint64_t calls, SimulatedDisk::Fault fault) { disk_.fail_after(calls, fault); }
  bool has_failed() const { return disk_.has_failed(); }
  void reopen() {
    store.reset();
    if (disk_.is_without_power()) disk_.restore_power();
    disk_.stop_failing();
    auto opened = LocalStore::open(options(), database());
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    store = std::move(*opened);
  }
  /// What waits, in its order; each must go by the store's name.
  std::vector<Bytes> waiting() const {
    std::vector<Bytes> out;
    const auto groups = store->tables->outbox.groups(kSomeSpace);
    EXPECT_TRUE(groups.ok());
    for (const store::OutboxGroup& group : *groups) {
      EXPECT_EQ(group.writer, store->writer());
      const auto writes = store->tables->outbox.writes(kSomeSpace, group.writer, group.seq);
      for (const store::OutboxWrite& write : *writes) out.push_back(write.content);
    }
    return out;
  }

 private:
  OpenOptions options() {
    OpenOptions out;
    out.random = &random_;
    return out;
  }
  Database database() {
    sqlite::OpenFlags flags;
    flags.prepare = [](sqlite3* raw) {
      return vault::run_sql(
          raw, "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    };
    auto connection = sqlite::Connection::open("/store.db", disk_.vfs_name(), flags);
    EXPECT_TRUE(connection.ok());
    Database out;
    out.connection = std::make_unique<sqlite::Connection>(std::move(*connection));
    return out;
  }
  void put_waiting(const std::string& title) {
    const Bytes content = view::encode(view::Content{"note", {{"title", {}, title}}});
    auto transaction = store->begin();
    const auto refs = store->tables->outbox.reserve(kSomeSpace, store->writer(), 1, content.size());
    ASSERT_TRUE(transaction.ok() && refs.ok());
    change::WriteHeader header;
    header.type = change::WriteType::kInit;
    header.record = random_.fixed<RecordId>();
    header.tags = {random_.fixed<FieldTag>()};
    header.time = store->time.tick();
    ASSERT_TRUE(store->tables->outbox.append(kSomeSpace, refs->front(), header, content).ok());
    ASSERT_TRUE(transaction->commit().ok());
  }

  SimulatedDisk disk_;
  SeededRandom random_{1};
  Account account_;

 public:
  std::unique_ptr<LocalStore> store;  // goes before its disk
};

void fail_each_call(SimulatedDisk::Fault fault,
                    const std::function<Result<void>(LocalStore&)>& take_another_name) {
  std::uint64_t taken = 0;
  for (std::uint64_t calls = 0;; ++calls) {
    SCOPED_TRACE(calls);
    OnFailingDisk machine;
    ASSERT_NO_FATAL_FAILURE(machine.make());
    const std::vector<Bytes> before = machine.waiting();
    ASSERT_EQ(before.size(), 3u);
    const WriterId old_name = machine.store->writer();
    machine.fail_after(calls, fault);
    const bool done = take_another_name(*machine.store).ok();
    const bool failed = machine.has_failed();
    ASSERT_NO_FATAL_FAILURE(machine.reopen());
    EXPECT_EQ(machine.waiting(), before);
    EXPECT_TRUE(!done || machine.store->writer() != old_name);
    taken += machine.store->writer() != old_name ? 1 : 0;
    if (!failed) break;
    ASSERT_LT(calls, 2000u);
  }
  EXPECT_GT(taken, 0u);
}

TEST(NewName, OfACopyIsTakenWholeOrNotAtAllWhereverTheDiskFails) {
  const auto take = [](LocalStore& store) { return go_on_under_new_name(store, Bytes(32, 5)); };
  fail_each_call(SimulatedDisk::Fault::io_error, take);
  fail_each_call(SimulatedDisk::Fault::power_cut, take);
}

}  // namespace new_name_fail_test
}  // namespace samla::replica
