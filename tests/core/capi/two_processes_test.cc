// Another process has the store open; it may end in any way.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <random>
#include <thread>

#include "core/capi/frame.h"
#include "core/capi/socket_place.h"
#include "tests/core/capi/program.h"
#include "tests/core/capi/session.h"

namespace samla::capi {
namespace {

class TwoProcesses : public Stage {
 protected:
  /// Another process that has made the store and holds it.
  std::unique_ptr<Program> owner() {
    auto out =
        std::make_unique<Program>(ANOTHER_PROGRAM, std::vector<std::string>{profile().native(), "secret"});
    EXPECT_EQ(out->hear(), "open");
    EXPECT_EQ(out->ask(R"({"request":"org.create"})"), R"({"ok":true})");
    return out;
  }
  int raw_connection() {
    const auto socket = connect_to(socket_candidates(profile()).front());
    EXPECT_TRUE(socket.ok());
    return socket.ok() ? *socket : -1;
  }
};

TEST_F(TwoProcesses, share_a_store_and_both_are_answered_by_its_owner) {
  const auto owner_program = owner();
  Session a(profile());
  const Json reply = a.ask("echo", {{"text", "hei"}});
  EXPECT_EQ(reply["text"], "hei");
  EXPECT_EQ(reply["process"], owner_program->process());
  EXPECT_EQ(owner_program->end(), 0);
  EXPECT_EQ(a.ask("echo", {{"text", "hei"}})["process"], ::getpid());
}

TEST_F(TwoProcesses, a_request_whose_owner_is_killed_in_the_middle_is_uncertain_and_runs_once) {
  const auto owner_program = owner();
  Session a(profile());
  const Json reply = a.ask("die", {{"line", "once"}});
  EXPECT_EQ(reply["error"]["code"], "connection_closed");
  EXPECT_EQ(journal(), "once\n");
  // The stale socket is in nobody's way.
  EXPECT_EQ(a.ask("append", {{"line", "after"}})["ok"], true);
  Session b(profile());
  EXPECT_EQ(b.ask("echo", {{"text", "x"}})["process"], ::getpid());
  EXPECT_EQ(journal(), "once\nafter\n");
}

TEST_F(TwoProcesses, a_request_that_waited_when_the_owner_was_killed_is_run_here_and_once) {
  const auto owner_program = owner();
  Session a(profile()), b(profile());
  std::thread first([&] { EXPECT_EQ(a.ask("slow", {{"line", "first"}, {"ms", 60'000}})["ok"], false); });
  while (journal() != "first\n") std::this_thread::yield();
  Json reply;
  std::thread second([&] { reply = b.ask("append", {{"line", "second"}}); });
  owner_program->kill();
  second.join();
  first.join();
  EXPECT_EQ(reply["ok"], true);
  EXPECT_EQ(journal(), "first\nsecond\n");
}

TEST_F(TwoProcesses, a_watch_goes_on_here_when_its_owner_ends) {
  const auto owner_program = owner();
  Session a(profile());
  Json reply;
  std::thread watching([&] { reply = a.ask("sync.watch"); });
  ASSERT_EQ(a.event(10'000)["state"], "syncing");
  EXPECT_EQ(owner_program->end(), 0);
  ASSERT_EQ(a.event(10'000)["state"], "syncing");
  a.close();
  watching.join();
  EXPECT_EQ(reply["ok"], true);
}

TEST_F(TwoProcesses, an_owner_that_is_killed_again_and_again_loses_and_doubles_nothing) {
  constexpr int kRounds = 10;
  Session(profile()).ask("org.create");
  std::string expected;
  std::mt19937 random(20'261'124);
  for (int round = 0; round < kRounds; ++round) {
    Program holder(ANOTHER_PROGRAM, {profile().native(), "secret"});
    ASSERT_EQ(holder.hear(), "open");
    Session a(profile());
    std::thread killing([&, pause = random() % 4000] {
      std::this_thread::sleep_for(std::chrono::microseconds(pause));
      holder.kill();
    });
    for (int i = 0; i < 40; ++i) {
      const std::string line = std::to_string(round) + "." + std::to_string(i);
      const bool done = a.ask("append", {{"line", line}})["ok"] == true;
      // In doubt it may have been done: once at most.
      if (done || journal().ends_with("\n" + line + "\n") || journal() == line + "\n")
        expected += line + "\n";
    }
    killing.join();
    ASSERT_EQ(journal(), expected) << "round " << round;
  }
}

TEST_F(TwoProcesses, garbage_on_the_socket_ends_that_connection_alone) {
  const auto owner_program = owner();
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    const int socket = raw_connection();
    std::string garbage(1 + random() % 200, '\0');
    for (char& c : garbage) c = static_cast<char>(random());
    EXPECT_GE(::send(socket, garbage.data(), garbage.size(), MSG_NOSIGNAL), 0);
    ::shutdown(socket, SHUT_WR);
    char answer[4096];
    while (::recv(socket, answer, sizeof answer, 0) > 0) continue;
    ::close(socket);
  }
  Session a(profile());
  EXPECT_EQ(a.ask("echo", {{"text", "x"}})["process"], owner_program->process());
}

TEST_F(TwoProcesses, a_request_before_the_proof_has_no_effect) {
  const auto owner_program = owner();
  using std::chrono::milliseconds;
  const std::string request = R"({"request":"append","line":"stolen"})";
  for (const bool wrong_first : {false, true}) {
    const int socket = raw_connection();
    if (wrong_first) {
      ASSERT_TRUE(write_frame(socket, FrameKind::kProof, "\1guess", milliseconds(1000)).ok());
    }
    (void)write_frame(socket, FrameKind::kRequest, request, milliseconds(1000)).ok();
    const auto answer = read_frame(socket, 4096);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->kind, FrameKind::kRefusal);
    EXPECT_FALSE(read_frame(socket, 4096).ok());
    ::close(socket);
  }
  EXPECT_EQ(journal(), "");
}

TEST_F(TwoProcesses, frames_of_absurd_lengths_and_other_versions_are_refused) {
  const auto owner_program = owner();
  for (const std::string& bytes :
       {std::string("\x01\xff\xff\xff\xff", 5), std::string("\x01\x07\x00\x00\x00\x02secret", 12),
        std::string("\x01\x00\x00\x00\x00", 5), std::string("\x63\x00\x00\x00\x00", 5)}) {
    const int socket = raw_connection();
    ASSERT_EQ(::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    const auto answer = read_frame(socket, 4096);
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->kind, FrameKind::kRefusal);
    ::close(socket);
  }
}

TEST_F(TwoProcesses, silent_connections_do_not_keep_the_owner_from_ending) {
  const auto owner_program = owner();
  const int socket = raw_connection();
  EXPECT_EQ(owner_program->end(), 0);
  ::close(socket);
}

}  // namespace
}  // namespace samla::capi
