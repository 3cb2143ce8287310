// Whatever call of its disk fails while a device gives a space a new key, makes words or a code, or comes in
// by them: afterwards it is as it was or as it was to be, and the next session ends in the same for
// everybody.
#include <gtest/gtest.h>

#include "core/custody/invite.h"
#include "core/custody/pairing.h"
#include "core/replica/outbound.h"
#include "core/replica/sync_run.h"
#include "tests/support/evil_server.h"
#include "tests/support/sample_fleet.h"
#include "tests/support/simulated_disk.h"

namespace samla::replica {
namespace fail_loop_test {

using Fault = SimulatedDisk::Fault;
using test::EvilServer;
using test::Fleet;

constexpr const char* kStorePath = "/store.db";
constexpr std::uint64_t kFarMs = ~std::uint64_t{0} >> 16;
const UserId kKari{{1}};

/// A device whose database lies on a disk that fails.
class Phone {
  SeededRandom random_;
  vault::StoreKey key_;

 public:
  explicit Phone(std::uint64_t seed) : random_(seed + 1), disk(seed) { random_.fill(key_.writable()); }

  Result<void> create(const Account& account, std::optional<Secret<32>> invite,
                      std::optional<Secret<32>> pairing) {
    SAMLA_ASSIGN(Database database, open_database(true));
    SAMLA_ASSIGN(store, LocalStore::create(options(), std::move(database), account,
                                           custody::DeviceKeys::generate(random_), std::move(invite),
                                           std::move(pairing)));
    return {};
  }
  Result<void> open() {
    store.reset();
    SAMLA_ASSIGN(Database database, open_database(false));
    SAMLA_ASSIGN(store, LocalStore::open(options(), std::move(database)));
    return {};
  }
  /// After a failure: nothing is open, and the disk is as good as new.
  void restart(Fault fault) {
    store.reset();
    disk.stop_failing();
    fault == Fault::power_cut ? disk.restore_power() : disk.forget_pending();
  }
  std::map<std::string, Bytes> saved() {
    store.reset();
    std::map<std::string, Bytes> out;
    for (const std::string& path : disk.paths()) out[path] = disk.content(path);
    return out;
  }
  void set_back(const std::map<std::string, Bytes>& to) {
    store.reset();
    for (const std::string& path : disk.paths()) disk.erase(path);
    for (const auto& [path, bytes] : to) disk.plant(path, bytes);
  }
  SeededRandom& random() { return random_; }

  SimulatedDisk disk;
  std::unique_ptr<LocalStore> store;

 private:
  OpenOptions options() {
    OpenOptions out;
    out.random = &random_;
    out.search_fields = {{"note", {"title", "body"}}};
    return out;
  }
  Result<Database> open_database(bool create) {
    Database out;
    SAMLA_ASSIGN(vault::VaultVfs vfs, vault::VaultVfs::create(key_, random_, disk.vfs_name()));
    out.vfs = std::make_unique<vault::VaultVfs>(std::move(vfs));
    if (create) SAMLA_TRY(vault::create_database(kStorePath, out.vfs->name(), disk));
    sqlite::OpenFlags flags;
    flags.prepare = vault::prepare_connection;
    SAMLA_ASSIGN(sqlite::Connection connection, sqlite::Connection::open(kStorePath, out.vfs->name(), flags));
    out.connection = std::make_unique<sqlite::Connection>(std::move(connection));
    return out;
  }
};

class FailLoop : public ::testing::TestWithParam<Fault> {
 protected:
  void SetUp() override {
    ASSERT_NE(fleet.admin, nullptr) << fleet.error.message();
    const auto link = custody::InviteLink::decode(*fleet.invite(kKari));
    ASSERT_TRUE(link.ok());
    fleet.admin.reset();
    fleet.server.stop();
    account.organisation = link->organisation;
    account.host = link->host;
    account.port = link->port;
    account.server = link->server;
    account.trusted = link->identity;
    Account invited = account;
    invited.invite = custody::invite_id(link->secret);
    const auto created = kari.create(invited, link->secret.duplicate(), {});
    ASSERT_TRUE(created.ok()) << created.error().message();
    team = chain::space_id(account.organisation, test::kTeamSpace, RecordId{{1}}.view());
    Intent found;
    found.spec = Fleet::team_space();
    open_server();
    ASSERT_TRUE(ChainWork(*kari.store).queue(found).ok());
    meet(kari);
    note = RecordId{{9}};
    Edit edit;
    edit.create(note, team, "note", {{"title", {}, std::string("first")}});
    ASSERT_TRUE(Outbound(*kari.store).commit(edit).ok());
    meet(kari);
    ASSERT_TRUE(kari.store->membership->readable(team));
    save();
    begin_again();
  }
  void open_server() {
    server.reset();
    server = std::make_unique<EvilServer>(fleet.server.folder());
  }
  static void copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::create_directories(to);
    for (const auto& file : std::filesystem::directory_iterator(from)) {
      if (file.is_regular_file()) std::filesystem::copy_file(file, to / file.path().filename());
    }
  }
  /// The organisation as it is now is where each turn begins.
  void save() {
    server.reset();
    copy_files(fleet.server.folder(), fleet.folder() / "saved");
    kari_saved = kari.saved();
  }
  void begin_again() {
    server.reset();
    copy_files(fleet.folder() / "saved", fleet.server.folder());
    open_server();
    kari.set_back(kari_saved);
    ASSERT_TRUE(kari.open().ok());
  }
  /// Nothing fails: whatever is left to do is done.
  void meet(Phone& phone, const EvilServer::Asks& asks = {}) {
    for (int round = 0; round < 2; ++round) {
      const auto outcome = server->meet(*phone.store, {}, round == 0 ? asks : EvilServer::Asks{});
      ASSERT_FALSE(outcome.error) << outcome.error->message();
      ASSERT_TRUE(outcome.level);
    }
  }
  std::uint32_t epoch(const Phone& phone) const { return phone.store->membership->space(team)->epoch(); }
  std::string title(const Phone& phone) const {
    const auto record = phone.store->records->read(note);
    return record.ok() && *record ? (*record)->text("title") : std::string();
  }

  /// The first call fails, then the second, and so on, until the session passes without a failure. `check` is
  /// asked once the device has been opened again, and once it has met the server again.
  void fail_each_call(const std::function<void(ChainWork&)>& prepare, const std::function<void()>& check) {
    for (std::uint64_t calls = 0;; ++calls) {
      SCOPED_TRACE("call " + std::to_string(calls));
      ASSERT_LT(calls, 2000u);
      begin_again();
      kari.disk.fail_after(calls, GetParam());
      (void)server->meet(*kari.store, {}, {prepare, {}});
      const bool failed = kari.disk.has_failed();
      kari.restart(GetParam());
      const auto opened = kari.open();
      ASSERT_TRUE(opened.ok()) << opened.error().message();
      EXPECT_EQ(title(kari), "first");
      EXPECT_TRUE(kari.store->membership->readable(team)) << "the key of the epoch that stands is here";
      meet(kari);
      EXPECT_TRUE(kari.store->membership->readable(team));
      check();
      if (HasFatalFailure() || !failed) return;
    }
  }
  /// The same of a device that comes in. `enter` sets what it comes in by, each time that it is opened.
  void fail_each_call_of_newcomer(const std::function<Result<void>(Phone&)>& create,
                                  const std::function<void(Phone&)>& enter) {
    for (std::uint64_t calls = 0;; ++calls) {
      SCOPED_TRACE("call " + std::to_string(calls));
      ASSERT_LT(calls, 4000u);
      begin_again();
      Phone fresh(calls + 1000);
      fresh.disk.fail_after(calls, GetParam());
      if (create(fresh).ok()) {
        enter(fresh);
        (void)server->meet(*fresh.store, {});
      }
      const bool failed = fresh.disk.has_failed();
      fresh.restart(GetParam());
      if (!fresh.disk.exists(kStorePath) || !fresh.open().ok()) {
        // It broke off before the server could know of it: somebody begins anew.
        fresh.set_back({});
        const auto created = create(fresh);
        ASSERT_TRUE(created.ok()) << created.error().message();
      }
      enter(fresh);
      come_in(fresh);
      if (HasFatalFailure()) return;
      meet(kari);
      meet(fresh);
      EXPECT_EQ(title(fresh), "first");
      EXPECT_EQ(fresh.store->membership->identity().devices_of(kKari).size(), 2u);
      if (!failed) return;
    }
  }
  /// Only the server knows whether it had taken the device in.
  void come_in(Phone& fresh) {
    wire::Hello as_device = hello_for(*fresh.store, {});
    as_device.entrance = wire::Entrance::kDevice;
    as_device.invite = {};
    as_device.proof.clear();
    const auto first = server->meet(*fresh.store, {}, {[](ChainWork&) {}, as_device});
    if (!first.error) return;
    ASSERT_EQ(first.error->code, ErrorCode::not_permitted);
    const auto outcome = server->meet(*fresh.store, {});
    ASSERT_FALSE(outcome.error) << outcome.error->message();
  }

  Fleet fleet;
  Account account;
  SpaceId team;
  RecordId note;
  Phone kari{7};
  std::map<std::string, Bytes> kari_saved;
  std::unique_ptr<EvilServer> server;
};

TEST_P(FailLoop, ARotationLeavesTheOldKeyOrTheNewOne) {
  const std::uint32_t before = epoch(kari);
  std::set<std::uint32_t> seen;
  fail_each_call([&](ChainWork& work) { work.rotate = {team}; },
                 [&] {
                   EXPECT_TRUE(epoch(kari) == before || epoch(kari) == before + 1) << epoch(kari);
                   seen.insert(epoch(kari));
                 });
  // Nothing is written before the server has placed it, so here it is the new one; the old one stands where
  // the connection fails (KeysTest).
  EXPECT_TRUE(seen.contains(before + 1));
}

TEST_P(FailLoop, WordsStandWithWhatIsKeptForThemOrNotAtAll) {
  const custody::RecoveryWords words = custody::RecoveryWords::generate(kari.random());
  const chain::PaperId id = custody::keys_of_words(words).id();
  std::set<bool> seen;
  fail_each_call(
      [&](ChainWork& work) {
        work.words = PendingWords{custody::keys_of_words(words), {}, {}};
      },
      [&] {
        const auto paper = kari.store->membership->identity().paper_of(kKari);
        EXPECT_TRUE(!paper || *paper == id);
        seen.insert(paper.has_value());
        if (!paper) return;
        const auto* state = kari.store->membership->space(team);
        EXPECT_TRUE(state->grant_of(chain::SpaceState::RecipientId::from(id.view())))
            << "they open what their user opens";
      });
  EXPECT_TRUE(seen.contains(true));
}

TEST_P(FailLoop, ADeviceThatIsPairedComesInOnceAndReadsAll) {
  custody::PairingCode code;
  code.user = kKari;
  kari.random().fill(code.secret.writable());
  meet(kari, {[&](ChainWork& work) {
                work.pairing.emplace();
                work.pairing->user = kKari;
                work.pairing->secret = code.secret.duplicate();
                work.pairing_expires_ms = kFarMs;
              },
              {}});
  Account paired = account;
  paired.user = kKari;
  paired.trusted = kari.store->membership->head({});
  save();
  fail_each_call_of_newcomer([&](Phone& fresh) { return fresh.create(paired, {}, code.secret.duplicate()); },
                             [](Phone&) {});
}

TEST_P(FailLoop, ADeviceThatComesBackByWordsComesInOnceAndReadsAll) {
  const custody::RecoveryWords words = custody::RecoveryWords::generate(kari.random());
  meet(kari, {[&](ChainWork& work) {
                work.words = PendingWords{custody::keys_of_words(words), {}, {}};
              },
              {}});
  Account back = account;
  back.user = kKari;
  back.trusted = kari.store->membership->head({});
  save();
  fail_each_call_of_newcomer([&](Phone& fresh) { return fresh.create(back, {}, {}); },
                             [&](Phone& fresh) { fresh.store->paper = custody::keys_of_words(words); });
}

INSTANTIATE_TEST_SUITE_P(EachFault, FailLoop, ::testing::Values(Fault::io_error, Fault::power_cut),
                         [](const auto& fault) {
                           return fault.param == Fault::io_error ? "AnErrorOfTheDisk" : "APowerCut";
                         });

}  // namespace fail_loop_test
}  // namespace samla::replica
