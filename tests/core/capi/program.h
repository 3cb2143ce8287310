// Another program as a test sees it: lines in, lines out. Killed with the object unless it was ended.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/assert.h"

namespace samla::capi {

class Program {
 public:
  Program(const std::string& file, const std::vector<std::string>& arguments) {
    std::array<int, 2> in{}, out{};
    SAMLA_ASSERT(::pipe2(in.data(), O_CLOEXEC) == 0 && ::pipe2(out.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::vector<std::string> texts = {file};
    texts.insert(texts.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& text : texts) argv.push_back(text.data());
    argv.push_back(nullptr);
    SAMLA_ASSERT(::posix_spawn(&process_, file.c_str(), &actions, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&actions);
    ::close(in[0]);
    ::close(out[1]);
    to_ = in[1];
    from_ = out[0];
  }
  ~Program() {
    if (process_ > 0) kill();
    ::close(from_);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void say(std::string_view line) {
    const std::string text = std::string(line) + "\n";
    SAMLA_ASSERT(::write(to_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
  /// The next line; what there is of it when the program ends.
  std::string hear() {
    std::string line;
    for (char c = 0; ::read(from_, &c, 1) == 1 && c != '\n';) line += c;
    return line;
  }
  std::string ask(std::string_view line) {
    say(line);
    return hear();
  }
  /// Ends its input; its exit status.
  int end() {
    ::close(std::exchange(to_, -1));
    return wait();
  }
  void kill() {
    if (to_ >= 0) ::close(std::exchange(to_, -1));
    ::kill(process_, SIGKILL);
    wait();
  }
  int process() const { return process_; }

 private:
  int wait() {
    int status = 0;
    SAMLA_ASSERT(::waitpid(std::exchange(process_, 0), &status, 0) > 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  pid_t process_ = 0;
  int to_ = -1;
  int from_ = -1;
};

}  // namespace samla::capi
