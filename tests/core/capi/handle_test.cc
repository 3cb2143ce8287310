// The C functions over a stand-in for the requests: one process, one or several handles, several threads.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <thread>

#include "core/capi/socket_place.h"
#include "tests/core/capi/session.h"

namespace samla::capi {
namespace {

class Handles : public Stage {};

TEST_F(Handles, answer_and_hold_the_store) {
  Session a(profile());
  EXPECT_EQ(a.ask("org.create")["ok"], true);
  EXPECT_EQ(a.ask("echo", {{"text", "æøå 🙂"}})["text"], "æøå 🙂");
}

TEST_F(Handles, turn_exceptions_into_replies) {
  Session a(profile());
  EXPECT_EQ(a.ask("throw")["error"]["code"], "internal");
}

TEST_F(Handles, reach_an_open_store_through_its_owner) {
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  Session b(profile());
  EXPECT_EQ(b.ask("echo", {{"text", "x"}})["text"], "x");
  EXPECT_EQ(b.ask("nothing")["ok"], true);
  EXPECT_EQ(a.ask("echo", {{"text", "y"}})["text"], "y");
}

TEST_F(Handles, opened_on_an_empty_folder_find_a_store_that_another_made_since) {
  Session b(profile());
  EXPECT_EQ(b.ask("echo")["error"]["code"], "store_missing");
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  EXPECT_EQ(b.ask("echo", {{"text", "x"}})["text"], "x");
}

TEST_F(Handles, open_the_store_themselves_when_its_owner_has_closed) {
  Session b(profile());
  {
    Session a(profile());
    ASSERT_EQ(a.ask("org.create")["ok"], true);
    ASSERT_EQ(b.ask("append", {{"line", "1"}})["ok"], true);
  }
  EXPECT_EQ(b.ask("append", {{"line", "2"}})["ok"], true);
  EXPECT_EQ(journal(), "1\n2\n");
}

TEST_F(Handles, follow_a_change_of_passphrase) {
  auto a = std::make_unique<Session>(profile());
  ASSERT_EQ(a->ask("org.create")["ok"], true);
  Session b(profile());
  ASSERT_EQ(b.ask("key.passphrase.change", {{"new", "another"}})["ok"], true);
  a.reset();
  EXPECT_EQ(b.ask("echo", {{"text", "x"}})["text"], "x");
  EXPECT_EQ(Session(profile(), "secret").code(), "wrong_passphrase");
}

TEST_F(Handles, run_requests_of_many_threads_one_by_one_and_each_once) {
  constexpr int kThreads = 8, kEach = 25;
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  Session b(profile());
  std::vector<std::thread> threads;
  std::atomic<int> answered = 0;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      Session own(profile());
      Session& session = t % 3 == 0 ? a : t % 3 == 1 ? b : own;
      for (int i = 0; i < kEach; ++i) {
        const std::string line = std::to_string(t) + "." + std::to_string(i);
        if (session.ask("append", {{"line", line}})["ok"] == true) ++answered;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(answered, kThreads * kEach);
  const std::string text = journal();
  EXPECT_EQ(std::ranges::count(text, '\n'), kThreads * kEach);
  for (int t = 0; t < kThreads; ++t) {
    for (int i = 0; i < kEach; ++i) {
      EXPECT_NE(("\n" + text).find("\n" + std::to_string(t) + "." + std::to_string(i) + "\n"), text.npos);
    }
  }
}

TEST_F(Handles, give_events_to_the_owner_and_to_everybody_who_is_connected) {
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  Session b(profile()), c(profile());
  ASSERT_EQ(b.ask("tell", {{"kind", "record.changed"}})["ok"], true);
  for (Session* each : {&a, &b, &c}) {
    EXPECT_EQ(each->event(10'000)["event"], "record.changed");
    EXPECT_TRUE(each->event(0).is_null());
  }
}

TEST_F(Handles, end_a_wait_for_events_when_they_are_woken_and_hear_of_what_comes_later) {
  Session owner(profile());
  ASSERT_EQ(owner.ask("org.create")["ok"], true);
  Session other(profile());
  for (Session* each : {&owner, &other}) {
    std::thread waiting([&] { EXPECT_TRUE(each->event(-1).is_null()); });
    each->wake();
    waiting.join();
  }
  ASSERT_EQ(owner.ask("tell", {{"kind", "later"}})["ok"], true);
  for (Session* each : {&owner, &other}) EXPECT_EQ(each->event(-1)["event"], "later");
}

TEST_F(Handles, go_on_waiting_for_events_when_the_owner_of_the_store_has_closed) {
  auto owner = std::make_unique<Session>(profile());
  ASSERT_EQ(owner->ask("org.create")["ok"], true);
  Session other(profile());
  ASSERT_EQ(other.ask("echo", {{"text", "x"}})["text"], "x");
  Json heard;
  std::thread waiting([&] { heard = other.event(-1); });
  owner.reset();
  ASSERT_EQ(other.ask("tell", {{"kind", "mine"}})["ok"], true);
  waiting.join();
  EXPECT_EQ(heard["event"], "mine");
}

TEST_F(Handles, end_a_watch_when_they_close) {
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  for (const bool relayed : {false, true}) {
    Session b(profile());
    Session& watcher = relayed ? b : a;
    Json reply;
    std::thread watching([&] { reply = watcher.ask("sync.watch"); });
    ASSERT_EQ(watcher.event(10'000)["event"], "sync.state");
    watcher.close();
    watching.join();
    if (!relayed) {
      EXPECT_EQ(reply["reached"], "centre");
      a.open();
    }
    EXPECT_EQ(a.ask("echo", {{"text", "free again"}})["text"], "free again");
  }
}

TEST_F(Handles, answer_while_another_watches_and_the_watch_goes_on) {
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  Json reply;
  std::thread watching([&] { reply = a.ask("sync.watch"); });
  ASSERT_EQ(a.event(10'000)["state"], "syncing");
  for (int i = 0; i < 3; ++i) {
    Session b(profile());
    EXPECT_EQ(b.ask("append", {{"line", std::to_string(i)}})["ok"], true);
  }
  EXPECT_EQ(journal(), "0\n1\n2\n");
  EXPECT_EQ(a.event(10'000)["state"], "syncing");  // it began again
  a.close();
  watching.join();
  EXPECT_EQ(reply["ok"], true);
  EXPECT_GE(reply["sent"], 2);  // the pieces are counted together
  EXPECT_EQ(reply["received"].get<int>(), 2 * reply["sent"].get<int>());
}

TEST_F(Handles, refuse_a_wrong_passphrase_through_the_socket) {
  Session a(profile());
  ASSERT_EQ(a.ask("org.create")["ok"], true);
  Session wrong(profile(), "guess");
  EXPECT_EQ(wrong.code(), "wrong_passphrase");
  EXPECT_EQ(Session(profile(), std::string(100'000, 'x')).code(), "wrong_passphrase");
  EXPECT_EQ(a.ask("echo", {{"text", "x"}})["text"], "x");
}

TEST_F(Handles, keep_their_socket_for_this_user_and_take_it_away) {
  {
    Session a(profile());
    EXPECT_TRUE(!std::filesystem::exists(sockets()));
    ASSERT_EQ(a.ask("org.create")["ok"], true);
    const auto path = socket_candidates(profile()).front();
    ASSERT_EQ(path.parent_path(), sockets());
    struct stat found {};
    ASSERT_EQ(::lstat(path.c_str(), &found), 0);
    EXPECT_EQ(found.st_mode, S_IFSOCK | 0600);
    ASSERT_EQ(::lstat(sockets().c_str(), &found), 0);
    EXPECT_EQ(found.st_mode, S_IFDIR | 0700);
  }
  EXPECT_TRUE(std::filesystem::is_empty(sockets()));
}

TEST_F(Handles, work_alone_where_the_folder_for_sockets_belongs_to_all) {
  std::filesystem::create_directory(sockets());
  ASSERT_EQ(::chmod(sockets().c_str(), 0777), 0);
  EXPECT_EQ(prepare_socket_folder(sockets() / "x").error().code, ErrorCode::not_permitted);
  std::filesystem::remove(sockets());
  std::filesystem::create_directory_symlink(profile(), sockets());
  EXPECT_EQ(prepare_socket_folder(sockets() / "x").error().code, ErrorCode::not_permitted);
}

}  // namespace
}  // namespace samla::capi
