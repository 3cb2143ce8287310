// Processes and what they cost: the server's program, and each device's step in a process of its own.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace samla::bench {

/// What a step tells the one that started it, by name.
using Numbers = std::map<std::string, double>;

/// Seconds since it was made.
class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Runs `step` in a process of its own and gives its numbers, with "cpu_s" and "rss_mb" of the whole
/// process. A step that fails ends the benchmark. Call it only while no other thread runs here.
Numbers in_process(const std::function<Numbers()>& step);

/// Prints and ends with status 1: nothing that a benchmark measures may fail.
[[noreturn]] void give_up(const std::string& what);

/// User and system seconds of this process so far.
double own_cpu_seconds();

struct FolderSize {
  double apparent = 0;   ///< bytes
  double allocated = 0;  ///< bytes of the blocks
};
FolderSize folder_size(const std::filesystem::path& folder);

/// samla-server in a process and folder of its own, on loopback: on that port, or a free one.
class ServerProcess {
 public:
  explicit ServerProcess(const std::filesystem::path& folder, std::uint16_t port = 0);
  /// Over what `init` made.
  ServerProcess(const std::filesystem::path& folder, const std::string& fragment,
                const std::string& storage_url, std::uint16_t port = 0);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// Makes the folder, and the database where a URL names one; the fragment of the server's address.
  static std::string init(const std::filesystem::path& folder, const std::string& storage_url);
  /// A folder for one more process over the same database.
  static void copy_keys(const std::filesystem::path& from, const std::filesystem::path& to);

  pid_t pid() const { return pid_; }
  /// What founding an organisation takes; without its fragment where a server was there already.
  const std::string& url() const { return url_; }
  /// User and system seconds so far.
  double cpu_seconds() const;
  double peak_rss_mb() const;
  /// Waits until it has ended.
  void stop();

 private:
  std::string url_;
  pid_t pid_ = -1;
};

}  // namespace samla::bench
