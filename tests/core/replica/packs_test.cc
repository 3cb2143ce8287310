// Heads packs: a device that has nothing of a space gets what stands, and shows the same as one that took the
// whole history; whatever comes later, wherever it is cut, and whatever the server makes of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <sstream>

#include "core/base/encoding.h"
#include "core/replica/history.h"
#include "core/replica/outbound.h"
#include "core/replica/sync_run.h"
#include "sync-server/folder.h"
#include "sync-server/storage/sqlite/sqlite_storage.h"
#include "tests/support/evil_server.h"
#include "tests/support/sample_fleet.h"

namespace samla::replica {
namespace {

using test::evil;
using test::EvilBehaviour;
using test::EvilServer;
using test::Fleet;
using test::Messages;
using wire::PackPage;

/// For failures.
std::string described(const view::RecordView& record) {
  std::ostringstream out;
  out << record.kind << " created " << record.created_ms << " updated " << record.updated_ms << " by "
      << to_hex(record.author.view().first(2)) << (record.erased ? " erased" : "");
  for (const view::FieldView& field : record.fields) {
    out << "\n  " << field.name << "/" << field.element << (field.contested ? " contested" : "")
        << (field.merged ? " merged" : "") << (field.unchecked ? " unchecked" : "");
    for (const view::HeadView& head : field.heads) {
      out << "\n    " << to_hex(head.ref.writer.view().first(2)) << " " << head.ref.seq << "."
          << head.ref.index << " at " << head.time.value << (head.readable ? "" : " unreadable");
      if (const auto* text = std::get_if<std::string>(&head.value)) out << " '" << *text << "'";
    }
  }
  return out.str();
}

constexpr std::size_t kSmallPage = 2000;
const std::vector<std::string> kWriters = {"kari", "ola", "per"};
/// Joined, and away until there is a history.
const std::vector<std::string> kAway = {"pakke", "hale"};

/// Five members of one space in which nobody has written yet. Made once; each test begins from there.
struct Beginning {
  Beginning() {
    SAMLA_ASSERT(fleet.admin != nullptr);
    std::vector<std::unique_ptr<Replica>> joined;
    std::uint8_t user = 0;
    for (const auto* names : {&kWriters, &kAway}) {
      for (const std::string& name : *names) {
        const UserId id{{++user}};
        joined.push_back(fleet.must_join(name, id));
        devices[name] = joined.back()->device();
      }
    }
    for (int round = 0; round < 2; ++round) {
      for (const auto& each : joined) SAMLA_ASSERT(each->sync({}).ok());
    }
    SAMLA_ASSERT(fleet.admin->sync({}).ok());
    space = joined.front()->space_id(test::kAllSpace, {});
    joined.clear();
    fleet.admin.reset();
    fleet.server.stop();
    for (const std::string& name : all()) copy(fleet.folder() / name, saved() / name);
    copy(fleet.server.folder(), saved() / "server");
  }
  static std::vector<std::string> all() { return {"admin", "kari", "ola", "per", "pakke", "hale"}; }
  std::filesystem::path saved() const { return fleet.folder() / "saved"; }
  static void copy(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::remove_all(to);
    std::filesystem::create_directories(to);
    for (const auto& file : std::filesystem::directory_iterator(from)) {
      if (file.is_regular_file()) std::filesystem::copy_file(file.path(), to / file.path().filename());
    }
  }
  void begin_again() const {
    for (const std::string& name : all()) copy(saved() / name, fleet.folder() / name);
    copy(saved() / "server", fleet.server.folder());
  }

  Fleet fleet;
  SpaceId space;
  std::map<std::string, DeviceId> devices;
};

class Packs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { beginning = new Beginning(); }
  static void TearDownTestSuite() {
    delete beginning;
    beginning = nullptr;
  }
  void SetUp() override {
    beginning->begin_again();
    start_server();
    for (const std::string& name : Beginning::all()) reopen(name);
  }
  void start_server() {
    server.reset();
    server = std::make_unique<EvilServer>(beginning->fleet.server.folder());
    server->server().send_packs_from(0, kSmallPage);
  }
  void reopen(const std::string& name) {
    stores.erase(name);
    auto opened = LocalStore::open(beginning->fleet.options(name));
    ASSERT_TRUE(opened.ok()) << opened.error().message();
    stores[name] = std::move(*opened);
  }
  LocalStore& store(const std::string& name) { return *stores.at(name); }
  const SpaceId& space() const { return beginning->space; }

  void meet(const std::string& name) {
    const auto outcome = server->meet(store(name), {});
    ASSERT_FALSE(outcome.error) << name << ": " << outcome.error->message();
    ASSERT_TRUE(outcome.level) << name;
  }
  /// By the history, whatever it costs.
  void meet_by_tail(const std::string& name) {
    server->server().send_packs_from(~std::size_t{0});
    meet(name);
    server->server().send_packs_from(0, kSmallPage);
  }
  void commit(const std::string& name, const Edit& edit) {
    const auto done = Outbound(store(name)).commit(edit);
    ASSERT_TRUE(done.ok()) << done.error().message();
  }
  RecordId create(const std::string& name, const std::string& title, const std::string& body = "b") {
    Edit edit;
    const RecordId id{{static_cast<std::uint8_t>(records.size() / 256),
                       static_cast<std::uint8_t>(records.size() % 256), 77}};
    edit.create(id, space(), "note",
                {{"title", {}, title}, {"body", {}, body}, {"theme", {}, std::string("t")}});
    records.push_back(id);
    commit(name, edit);
    return id;
  }
  void assign(const std::string& name, const RecordId& id, const std::string& field,
              const std::string& value) {
    Edit edit;
    edit.assign(id, field, value);
    commit(name, edit);
  }
  void edit_text(const std::string& name, const RecordId& id, const std::string& body) {
    Edit edit;
    edit.edit_text(id, "body", body);
    commit(name, edit);
  }
  std::optional<view::RecordView> read(const std::string& name, const RecordId& id) {
    return *store(name).records->read(id);
  }
  std::string title(const std::string& name, const RecordId& id) {
    const auto record = read(name, id);
    return record ? record->text("title") : "(none)";
  }

  /// Something that a person might do, to a record that is there.
  void edit_at_random(const std::string& name, SeededRandom& random) {
    LocalStore& at = store(name);
    std::vector<RecordId> here;
    for (const RecordId& id : records) {
      if (*at.records->state(id)) here.push_back(id);
    }
    const std::string word = name.substr(0, 1) + std::to_string(random.below(1000));
    if (here.empty() || (records.size() < 12 && random.below(6) == 0)) {
      create(name, word, word + "\n");
      return;
    }
    const RecordId id = here[random.below(here.size())];
    const auto record = read(name, id);
    Edit edit;
    switch (random.below(9)) {
      case 0:
      case 1:
        edit.assign(id, "title", word);
        break;
      case 2:
        edit.resolve(id, random.below(2) == 0 ? "title" : "theme", word);
        break;
      case 3:
        edit.add_element(id, "tags", std::string("tag") + std::to_string(random.below(4)));
        break;
      case 4:
        edit.remove_element(id, "tags", std::string("tag") + std::to_string(random.below(4)));
        break;
      case 5:
      case 6:
        if (record) edit.edit_text(id, "body", word + "\n" + record->text("body"));
        break;
      case 7:
        if (random.below(3) == 0) edit.erase(id);
        break;
      default:
        if (record && record->erased) edit.restore(id);
        if (random.below(4) == 0) edit.assign(id, "body", "nytt " + word);
        break;
    }
    if (!edit.empty()) commit(name, edit);
  }
  void write_at_random(const std::vector<std::string>& names, int edits, SeededRandom& random) {
    for (int i = 0; i < edits; ++i) {
      const std::string& name = names[random.below(names.size())];
      edit_at_random(name, random);
      if (random.below(3) == 0) meet(name);
    }
    for (int round = 0; round < 2; ++round) {
      for (const std::string& name : names) meet(name);
    }
  }

  /// All writes, for failures.
  std::string history(const std::string& name, const RecordId& id) {
    std::ostringstream out;
    const auto writes = History(store(name)).writes_of(space(), id);
    for (const WriteInfo& write : *writes) {
      out << "\n  " << to_hex(write.ref.writer.view().first(2)) << " " << write.ref.seq << "."
          << write.ref.index << " type " << static_cast<int>(write.type) << " at " << write.time.value
          << " prev";
      for (const auto& ref : write.prev) {
        out << " " << to_hex(ref.writer.view().first(2)) << "-" << ref.seq << "." << ref.index;
      }
      for (const auto& tag : write.tags) out << " tag " << to_hex(tag.view().first(2));
    }
    return out.str();
  }
  void expect_same(const std::string& a, const std::string& b, std::uint64_t seed) {
    for (const RecordId& id : records) {
      const auto first = read(a, id);
      const auto second = read(b, id);
      ASSERT_EQ(first.has_value(), second.has_value()) << to_hex(id.view()) << " seed " << seed;
      if (!first) continue;
      ASSERT_TRUE(*first == *second) << to_hex(id.view()) << ", seed " << seed << "\n"
                                     << a << " shows " << described(*first) << "\n"
                                     << b << " shows " << described(*second) << "\nwritten "
                                     << history(b, id);
      const auto one = *store(a).records->state(id);
      const auto two = *store(b).records->state(id);
      ASSERT_EQ(one->life(), two->life()) << "seed " << seed;
      for (const auto& [tag, field] : one->fields()) {
        if (field.heads().empty()) continue;
        ASSERT_NE(two->field(tag), nullptr) << "seed " << seed;
        ASSERT_EQ(field.heads(), two->field(tag)->heads()) << "seed " << seed;
      }
    }
  }
  bool packed(const std::string& name) { return store(name).tables->packs.get(space())->has_value(); }

  static Beginning* beginning;
  std::unique_ptr<EvilServer> server;
  std::map<std::string, std::unique_ptr<LocalStore>> stores;
  std::vector<RecordId> records;
};

Beginning* Packs::beginning = nullptr;

/// Title three times, and a note that nobody touched.
TEST_F(Packs, BringWhatStandsAndNotWhatWas) {
  const RecordId edited = create("kari", "første");
  const RecordId alone = create("kari", "urørt");
  for (const char* name : {"ola", "per", "kari"}) {
    meet("kari");
    meet(name);
    assign(name, edited, "title", std::string("av ") + name);
    meet(name);
  }
  meet("pakke");
  EXPECT_TRUE(packed("pakke"));
  EXPECT_EQ(title("pakke", edited), "av kari");
  EXPECT_EQ(title("pakke", alone), "urørt");
  EXPECT_FALSE(read("pakke", edited)->contested());
  const auto held = store("pakke").tables->packs.record(space(), edited);
  ASSERT_TRUE(held->has_value());
  EXPECT_EQ((*held)->missing, 2u) << "Ola's and Per's titles are history";
  EXPECT_FALSE(store("pakke").tables->packs.record(space(), alone)->has_value()) << "of this one all is here";
  meet_by_tail("hale");
  EXPECT_FALSE(packed("hale"));
  expect_same("pakke", "hale", 0);
}

TEST_F(Packs, AHistoryWithoutEditsComesWholeAndIsRememberedAsSuch) {
  for (int i = 0; i < 20; ++i) create("kari", "notat " + std::to_string(i));
  meet("kari");
  meet("pakke");
  EXPECT_FALSE(packed("pakke"));
  meet_by_tail("hale");
  expect_same("pakke", "hale", 0);
}

/// Random histories: then more of them, by those who came with a pack as well.
TEST_F(Packs, ShowWhatTheWholeHistoryShowsAlsoAfterFurtherEdits) {
  const char* const given = std::getenv("SAMLA_PACK_HISTORIES");
  const std::uint64_t histories = given == nullptr ? 6 : std::strtoull(given, nullptr, 10);
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    if (seed > 1) {
      stores.clear();
      records.clear();
      server.reset();
      SetUp();
    }
    SeededRandom random(seed);
    write_at_random(kWriters, 60, random);
    meet("pakke");
    meet_by_tail("hale");
    expect_same("pakke", "hale", seed);
    if (HasFatalFailure()) return;
    std::vector<std::string> all = kWriters;
    all.insert(all.end(), kAway.begin(), kAway.end());
    write_at_random(all, 40, random);
    expect_same("pakke", "hale", seed);
    expect_same("kari", "pakke", seed);
    if (HasFatalFailure()) return;
  }
}

/// What Per wrote counts no more: what it had replaced stands again, and is history to a device with a pack.
TEST_F(Packs, WhatARevokedDeviceHadReplacedComesBack) {
  for (std::uint64_t seed = 11; seed <= 13; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    stores.clear();
    records.clear();
    server.reset();
    SetUp();
    SeededRandom random(seed);
    write_at_random(kWriters, 60, random);
    meet("pakke");
    meet_by_tail("hale");
    write_at_random({"kari", "per", "pakke"}, 10, random);
    // By way of a real server: the administrator needs one.
    stores.erase("admin");
    server.reset();
    beginning->fleet.server.start();
    {
      auto admin = Replica::open(beginning->fleet.options("admin"));
      ASSERT_TRUE(admin.ok());
      ASSERT_TRUE((*admin)->revoke_device(beginning->devices.at("per"), {}).ok());
      ASSERT_TRUE((*admin)->sync({}).ok());
    }
    beginning->fleet.server.stop();
    start_server();
    for (int round = 0; round < 2; ++round) {
      for (const char* name : {"kari", "ola", "pakke", "hale"}) meet(name);
    }
    expect_same("pakke", "hale", seed);
    expect_same("kari", "hale", seed);
    EXPECT_FALSE(store("pakke").tables->packs.wanted(1)->has_value()) << "everything asked for has come";
    if (HasFatalFailure()) return;
  }
}

// ---- cut anywhere

EvilBehaviour cut_after(std::size_t* left) {
  EvilBehaviour out;
  out.name = "cut";
  out.down = [left](wire::Message message) {
    if (*left == 0) return Messages{};
    --*left;
    return Messages{std::move(message)};
  };
  out.up = [left](wire::Message message) { return *left == 0 ? Messages{} : Messages{std::move(message)}; };
  return out;
}

TEST_F(Packs, GoOnWhereTheyWereCutAtAnyMessage) {
  SeededRandom random(5);
  write_at_random(kWriters, 80, random);
  meet_by_tail("hale");
  std::size_t cuts = 0;
  for (std::size_t after = 1; after < 200; ++after) {
    stores.erase("pakke");
    Beginning::copy(beginning->saved() / "pakke", beginning->fleet.folder() / "pakke");
    reopen("pakke");
    // First the cut, then one more a few messages on, then the rest.
    std::size_t left = after;
    const auto outcome = server->meet(store("pakke"), cut_after(&left));
    ASSERT_FALSE(outcome.error) << outcome.error->message();
    if (outcome.level && left > 0) break;
    ++cuts;
    reopen("pakke");
    left = 6;
    ASSERT_FALSE(server->meet(store("pakke"), cut_after(&left)).error);
    reopen("pakke");
    meet("pakke");
    expect_same("pakke", "hale", after);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(cuts, 5u);
}

/// Each page is durable with its place, so a pack never begins anew while the server knows it.
TEST_F(Packs, BringNothingTwiceAfterACut) {
  for (int i = 0; i < 60; ++i) create("kari", "notat " + std::to_string(i), std::string(300, 'x'));
  meet("kari");
  for (int i = 0; i < 60; ++i) assign("kari", records[static_cast<std::size_t>(i)], "title", "nytt");
  meet("kari");
  std::vector<wire::PackPlace> seen;
  EvilBehaviour watch = evil<PackPage>("watch", [&](PackPage page) {
    seen.push_back(page.from);
    return seen.size() == 4 ? Messages{} : Messages{std::move(page)};
  });
  auto outcome = server->meet(store("pakke"), watch);
  ASSERT_TRUE(outcome.error.has_value()) << "a page is missing";
  EXPECT_EQ(outcome.error->code, ErrorCode::history_diverged);
  const wire::PackPlace lost = seen[3];
  seen.assign(10, {});
  outcome = server->meet(store("pakke"), watch);
  ASSERT_FALSE(outcome.error) << outcome.error->message();
  ASSERT_GT(seen.size(), 10u);
  EXPECT_EQ(seen[10], lost);
  meet_by_tail("hale");
  expect_same("pakke", "hale", 0);
}

/// The records that were written last are the first to be here.
TEST_F(Packs, BringWhatWasTouchedLastFirst) {
  for (int i = 0; i < 40; ++i) create("kari", "notat " + std::to_string(i), std::string(300, 'x'));
  meet("kari");
  for (const std::size_t i : {7u, 3u}) {
    assign("kari", records[i], "title", "sist");
    meet("kari");
  }
  std::size_t pages = 0;
  EvilBehaviour first = evil<PackPage>("the first pages alone", [&](PackPage page) {
    return ++pages <= 2 ? Messages{std::move(page)} : Messages{};
  });
  (void)server->meet(store("pakke"), first);
  EXPECT_EQ(title("pakke", records[3]), "sist");
  EXPECT_EQ(title("pakke", records[7]), "sist");
  EXPECT_EQ(title("pakke", records[0]), "(none)");
  // It is of use before it is complete, and what is done then goes up.
  assign("pakke", records[3], "theme", "fra den nye");
  meet("pakke");
  meet("kari");
  EXPECT_EQ(read("kari", records[3])->text("theme"), "fra den nye");
  meet_by_tail("hale");
  expect_same("pakke", "hale", 0);
}

/// Records that are written to between one page and the next, by somebody who is at it all the time.
TEST_F(Packs, MissNothingThatIsWrittenWhileTheyAreSent) {
  for (int i = 0; i < 40; ++i) create("kari", "notat " + std::to_string(i), std::string(200, 'x'));
  meet("kari");
  meet("ola");
  std::size_t pages = 0;
  bool busy = false;
  EvilBehaviour behaviour = evil<PackPage>("busy", [&](PackPage page) {
    if (busy) return Messages{std::move(page)};
    busy = true;
    const std::size_t at = pages++ % records.size();
    assign("ola", records[at], "title", "midt i " + std::to_string(pages));
    edit_text("ola", records[(at * 7) % records.size()], "tekst " + std::to_string(pages) + "\n");
    return Messages{std::move(page)};
  });
  // Ola's changes reach the server between sessions of one page each.
  for (int session = 0; session < 60; ++session) {
    busy = false;
    std::size_t left = 12;
    EvilBehaviour cut = cut_after(&left);
    cut.down = [&, inner = cut.down](wire::Message message) {
      Messages out;
      for (wire::Message& each : inner(std::move(message))) {
        for (wire::Message& passed : behaviour.down(std::move(each))) out.push_back(std::move(passed));
      }
      return out;
    };
    const auto outcome = server->meet(store("pakke"), cut);
    ASSERT_FALSE(outcome.error) << outcome.error->message();
    meet("ola");
    if (outcome.level) break;
  }
  meet("pakke");
  meet("ola");
  meet("pakke");
  meet_by_tail("hale");
  expect_same("pakke", "hale", 0);
  expect_same("ola", "hale", 0);
}

// ---- texts

/// Without the edits that a snapshot stands for; and with them once somebody asks.
TEST_F(Packs, BringOfALongTextTheSnapshotAndWhatCameAfterIt) {
  const RecordId id = create("kari", "langt", "linje 0\n");
  std::string body = "linje 0\n";
  for (int i = 1; i < 300; ++i) {
    body += "linje " + std::to_string(i) + "\n";
    edit_text("kari", id, body);
  }
  meet("kari");
  meet("pakke");
  EXPECT_EQ(read("pakke", id)->text("body"), body);
  const auto missing = store("pakke").tables->packs.record(space(), id);
  ASSERT_TRUE(missing->has_value());
  EXPECT_GT((*missing)->missing, 200u);
  // It goes on from there in both directions.
  edit_text("pakke", id, body + "fra den nye\n");
  meet("pakke");
  meet("kari");
  EXPECT_EQ(read("kari", id)->text("body"), body + "fra den nye\n");
  edit_text("kari", id, "øverst\n" + body + "fra den nye\n");
  meet("kari");
  meet("pakke");
  EXPECT_EQ(read("pakke", id)->text("body"), read("kari", id)->text("body"));
  // Asked for, all of it comes, and the snapshot is checked.
  {
    auto transaction = store("pakke").begin();
    ASSERT_TRUE(store("pakke").tables->packs.want(space(), id, true).ok());
    ASSERT_TRUE(transaction->commit().ok());
  }
  meet("pakke");
  EXPECT_FALSE(store("pakke").tables->packs.record(space(), id)->has_value());
  meet_by_tail("hale");
  meet("kari");
  expect_same("pakke", "hale", 0);
  EXPECT_EQ(History(store("pakke")).writes_of(space(), id)->size(),
            History(store("hale")).writes_of(space(), id)->size());
}

// ---- a server that lies

/// Notes with some history, by two.
class EvilPacks : public Packs {
 protected:
  void SetUp() override {
    Packs::SetUp();
    for (int i = 0; i < 10; ++i) create("kari", "notat " + std::to_string(i), std::string(200, 'x'));
    meet("kari");
    meet("ola");
    for (int i = 0; i < 10; ++i) assign("ola", records[static_cast<std::size_t>(i)], "title", "av ola");
    meet("ola");
    meet("kari");
  }
  /// With words, and once the server behaves everything is as it should be.
  void expect_found(const EvilBehaviour& behaviour, std::optional<ErrorCode> code = {}) {
    const auto outcome = server->meet(store("pakke"), behaviour);
    ASSERT_TRUE(outcome.error.has_value()) << behaviour.name << " was not found";
    if (code) {
      EXPECT_EQ(outcome.error->code, *code) << behaviour.name << ": " << outcome.error->message();
    }
    reopen("pakke");
    meet("pakke");
    meet_by_tail("hale");
    expect_same("pakke", "hale", 0);
  }
};

TEST_F(EvilPacks, AForgedOrDamagedChangesetIsFound) {
  expect_found(evil<PackPage>("a bit flips", [](PackPage page) {
    if (!page.body.items.empty()) page.body.items.back().changeset[200] ^= 1;
    return Messages{std::move(page)};
  }));
}

TEST_F(EvilPacks, AChangeFromBeyondThePositionIsFound) {
  expect_found(evil<PackPage>("from the future",
                              [](PackPage page) {
                                if (!page.body.items.empty()) page.body.items.back().seq = page.at.seq + 1;
                                return Messages{std::move(page)};
                              }),
               ErrorCode::protocol);
}

TEST_F(EvilPacks, PagesOfTwoPositionsAreFound) {
  expect_found(evil<PackPage>("mixed",
                              [](PackPage page) {
                                if (page.from != wire::PackPlace{}) --page.at.seq;
                                return Messages{std::move(page)};
                              }),
               ErrorCode::history_diverged);
}

TEST_F(EvilPacks, APackThatNeverEndsIsFound) {
  expect_found(evil<PackPage>("the same place again",
                              [](PackPage page) {
                                page.to = page.from;
                                page.last = false;
                                return Messages{std::move(page)};
                              }),
               ErrorCode::protocol);
}

TEST_F(EvilPacks, AChangesetOfAnotherSpaceIsFound) {
  expect_found(evil<PackPage>("foreign",
                              [](PackPage page) {
                                for (wire::PackItem& item : page.body.items) {
                                  change::Changeset changeset = *change::Changeset::decode(item.changeset);
                                  changeset.header.space = SpaceId{{9, 9}};
                                  item.changeset = changeset.encode();
                                }
                                return Messages{std::move(page)};
                              }),
               ErrorCode::protocol);
}

/// A sealed value is bound to its record, field and writer by what was signed.
TEST_F(EvilPacks, AValueInAnothersPlaceIsFound) {
  expect_found(evil<PackPage>("swapped", [](PackPage page) {
    std::optional<Bytes> other;
    for (wire::PackItem& item : page.body.items) {
      change::Changeset changeset = *change::Changeset::decode(item.changeset);
      for (change::Leaf& leaf : changeset.leaves) {
        auto* full = std::get_if<change::FullLeaf>(&leaf);
        if (full == nullptr) continue;
        if (other) std::swap(full->ciphertext, *other);
        other = full->ciphertext;
      }
      item.changeset = changeset.encode();
    }
    return Messages{std::move(page)};
  }));
}

TEST_F(EvilPacks, AWritersLastChangesetThatIsKeptBackIsFound) {
  expect_found(evil<PackPage>("no tips",
                              [](PackPage page) {
                                if (page.from == wire::PackPlace{}) page.body = {};
                                return Messages{std::move(page)};
                              }),
               ErrorCode::protocol);
}

TEST_F(EvilPacks, AnOldTipIsFoundWhenItsWriterGoesOn) {
  // The server shows Ola's chain as it was before the last change, with everything that belongs to that.
  const auto tip = store("ola").tables->changesets.tip(space(), store("ola").writer());
  const WriterId ola = store("ola").writer();
  assign("ola", records[0], "theme", "nyere");
  meet("ola");
  EvilBehaviour old = evil<PackPage>("old", [&](PackPage page) {
    std::erase_if(page.body.items, [&](const wire::PackItem& item) {
      const change::Header header = *change::decode_header(item.changeset);
      return header.writer == ola && header.seq > tip->seq;
    });
    return Messages{std::move(page)};
  });
  const auto outcome = server->meet(store("pakke"), old);
  if (!outcome.error) {
    assign("ola", records[0], "theme", "enda nyere");
    meet("ola");
    const auto later = server->meet(store("pakke"), {});
    ASSERT_TRUE(later.error.has_value());
    EXPECT_EQ(later.error->code, ErrorCode::sequence_gap);
  }
}

TEST_F(EvilPacks, ThePackOfASpaceThatIsHereIsFound) {
  meet_by_tail("pakke");
  assign("kari", records[1], "title", "nytt");
  meet("kari");
  const SpaceId where = space();
  const auto outcome = server->meet(store("pakke"), evil<wire::Tail>("a pack unasked", [&](wire::Tail tail) {
                                      PackPage page;
                                      page.space = where;
                                      page.at = tail.after;
                                      ++page.at.seq;
                                      page.last = true;
                                      return Messages{std::move(page)};
                                    }));
  ASSERT_TRUE(outcome.error.has_value());
  EXPECT_EQ(outcome.error->code, ErrorCode::history_diverged);
  meet("pakke");
  EXPECT_EQ(title("pakke", records[1]), "nytt");
}

/// What it says to have been replaced decides about nothing that comes later, and about nothing that is here.
TEST_F(EvilPacks, AWordThatWouldHideWhatIsStillToComeHidesNothing) {
  const EvilBehaviour liar = evil<PackPage>("everything has been replaced", [&](PackPage page) {
    for (wire::PackRecord& record : page.body.records) {
      for (wire::PackField& field : record.fields) {
        for (wire::PackRef& ref : field.replaced) ref.seq = std::uint64_t{1} << 40;
      }
    }
    return Messages{std::move(page)};
  });
  ASSERT_FALSE(server->meet(store("pakke"), liar).error);
  for (const char* name : {"ola", "kari"}) {
    meet(name);
    assign(name, records[2], "title", std::string("senere av ") + name);
    meet(name);
    meet("pakke");
    EXPECT_EQ(title("pakke", records[2]), std::string("senere av ") + name);
  }
}

/// It can't be seen from what is left that something is missing. But whoever edits then replaces nothing that
/// was kept from him: it stands against the edit, for all to see.
TEST_F(EvilPacks, AHeadThatIsKeptBackIsNotLost) {
  const WriterId ola = store("ola").writer();
  const EvilBehaviour liar = evil<PackPage>("without Ola's", [&](PackPage page) {
    for (wire::PackItem& item : page.body.items) {
      change::Changeset changeset = *change::Changeset::decode(item.changeset);
      if (changeset.header.writer != ola) continue;
      changeset.leaves.assign(changeset.leaves.size(), change::AbsentLeaf{});
      changeset.proof = {changeset.header.root};
      item.changeset = changeset.encode();
    }
    return Messages{std::move(page)};
  });
  ASSERT_FALSE(server->meet(store("pakke"), liar).error);
  ASSERT_NE(title("pakke", records[3]), "av ola");
  Edit edit;
  edit.assign(records[3], "title", "av den nye");
  commit("pakke", edit);
  meet("pakke");
  meet("kari");
  const auto record = read("kari", records[3]);
  EXPECT_TRUE(record->contested()) << "nothing of Ola's has been overwritten";
}

/// A backup from before: what a device holds in part is not what a server can take, and it stays here.
TEST_F(EvilPacks, ADeviceThatCameWithAPackGivesBackWhatItHasWhole) {
  for (const RecordId& id : records) assign("kari", id, "title", "av kari igjen");
  meet("kari");
  meet("pakke");
  ASSERT_TRUE(packed("pakke"));
  assign("kari", records[4], "theme", "etter pakken");
  meet("kari");
  meet("pakke");
  // Emptied but for the chains; a new life.
  server.reset();
  Beginning::copy(beginning->saved() / "server", beginning->fleet.server.folder());
  {
    auto storage = server::open_sqlite_storage(server::storage_file(beginning->fleet.server.folder()), {});
    ASSERT_TRUE(storage.ok());
    auto transaction = (*storage)->begin();
    ASSERT_TRUE((*transaction)->put_value(server::kIncarnationName, Incarnation{{9, 9}}.view()).ok());
    ASSERT_TRUE((*transaction)->commit().ok());
  }
  start_server();
  const std::string before = described(*read("pakke", records[4]));
  for (int round = 0; round < 2; ++round) meet("pakke");
  EXPECT_EQ(described(*read("pakke", records[4])), before) << "absence is never deletion";
  for (int round = 0; round < 2; ++round) {
    for (const char* name : {"kari", "ola", "pakke"}) meet(name);
  }
  meet_by_tail("hale");
  EXPECT_EQ(read("hale", records[4])->text("theme"), "etter pakken");
  expect_same("hale", "kari", 0);
  expect_same("pakke", "hale", 0);
}

}  // namespace
}  // namespace samla::replica
