#include "tests/bench/workloads/measure.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace samla::bench {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

void write_numbers(const Numbers& numbers, int to) {
  std::string lines;
  for (const auto& [name, value] : numbers) lines += name + " " + std::to_string(value) + "\n";
  if (::write(to, lines.data(), lines.size()) != static_cast<ssize_t>(lines.size())) give_up("write");
}

std::string read_all(int from) {
  std::string out;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(from, buffer.data(), buffer.size())) > 0;) {
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return out;
}

/// The program's output up to the line's end; its process goes on.
std::string read_line(int from) {
  std::string out;
  for (char c = 0; ::read(from, &c, 1) == 1 && c != '\n';) out += c;
  return out;
}

struct Child {
  pid_t pid = -1;
  int output = -1;
};

Child start_program(const std::vector<std::string>& words) {
  std::array<int, 2> pipe_ends{};
  if (::pipe(pipe_ends.data()) != 0) give_up("pipe");
  const pid_t pid = ::fork();
  if (pid < 0) give_up("fork");
  if (pid == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::close(pipe_ends[0]);
    std::freopen("/dev/null", "w", stderr);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  return {pid, pipe_ends[0]};
}

}  // namespace

void give_up(const std::string& what) {
  std::fprintf(stderr, "samla_bench: %s\n", what.c_str());
  std::exit(1);
}

Numbers in_process(const std::function<Numbers()>& step) {
  std::array<int, 2> pipe_ends{};
  if (::pipe(pipe_ends.data()) != 0) give_up("pipe");
  std::fflush(stdout);
  const pid_t pid = ::fork();
  if (pid < 0) give_up("fork");
  if (pid == 0) {
    ::close(pipe_ends[0]);
    write_numbers(step(), pipe_ends[1]);
    ::_exit(0);
  }
  ::close(pipe_ends[1]);
  std::istringstream lines(read_all(pipe_ends[0]));
  ::close(pipe_ends[0]);
  int status = 0;
  rusage usage{};
  if (::wait4(pid, &status, 0, &usage) != pid || status != 0) give_up("a step failed");
  Numbers out;
  std::string name;
  for (double value = 0; lines >> name >> value;) out[name] = value;
  out["cpu_s"] = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  out["rss_mb"] = static_cast<double>(usage.ru_maxrss) / 1024;
  return out;
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

FolderSize folder_size(const std::filesystem::path& folder) {
  FolderSize out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat info {};
    if (!entry.is_regular_file() || ::stat(entry.path().c_str(), &info) != 0) continue;
    out.apparent += static_cast<double>(info.st_size);
    out.allocated += 512.0 * static_cast<double>(info.st_blocks);
  }
  return out;
}

std::string ServerProcess::init(const std::filesystem::path& folder, const std::string& storage_url) {
  std::vector<std::string> words = {SAMLA_SERVER_PROGRAM, "init", "--dir", folder.string()};
  if (!storage_url.empty()) words.insert(words.end(), {"--storage", storage_url});
  const Child init = start_program(words);
  const std::string made = read_all(init.output);
  ::close(init.output);
  ::waitpid(init.pid, nullptr, 0);
  const std::string mark = "\"server\":\"";
  const std::size_t begin = made.find(mark);
  if (begin == std::string::npos) give_up("samla-server init failed: " + made);
  const std::size_t start = begin + mark.size();
  return made.substr(start, made.find('"', start) - start);
}

void ServerProcess::copy_keys(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::create_directories(to);
  std::filesystem::permissions(to, std::filesystem::perms::owner_all);
  std::filesystem::copy_file(from / "server.keys", to / "server.keys");
}

ServerProcess::ServerProcess(const std::filesystem::path& folder, std::uint16_t port)
    : ServerProcess(folder, std::filesystem::exists(folder / "server.db") ? std::string() : init(folder, {}),
                    {}, port) {}

ServerProcess::ServerProcess(const std::filesystem::path& folder, const std::string& fragment,
                             const std::string& storage_url, std::uint16_t port) {
  std::vector<std::string> words = {SAMLA_SERVER_PROGRAM, "run",      "--dir",
                                    folder.string(),      "--listen", "127.0.0.1:" + std::to_string(port)};
  if (!storage_url.empty()) words.insert(words.end(), {"--storage", storage_url});
  const Child run = start_program(words);
  pid_ = run.pid;
  const std::string line = read_line(run.output);
  const std::size_t colon = line.rfind(':');
  if (colon == std::string::npos) give_up("samla-server did not start: " + line);
  url_ = "ws://127.0.0.1:" + line.substr(colon + 1) + "/#" + fragment;
}

ServerProcess::~ServerProcess() { stop(); }

double ServerProcess::cpu_seconds() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/stat");
  std::string line;
  std::getline(in, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double ServerProcess::peak_rss_mb() const {
  std::ifstream in("/proc/" + std::to_string(pid_) + "/status");
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("VmHWM:")) return std::atof(line.c_str() + 6) / 1024;
  }
  return 0;
}

void ServerProcess::stop() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace samla::bench
