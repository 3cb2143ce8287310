// A PostgreSQL of the tests' own: one a test program, in a temporary folder, on a Unix socket alone. It is
// started when a test first asks for it, ends with the program however that ends, and runs with the settings
// of production where durability hangs on them. As root it runs as the user postgres, since PostgreSQL
// refuses root.
#pragma once

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "sync-server/storage/postgres/pg_connection.h"
#include "tests/support/temporary_folder.h"

namespace samla::test {

class PostgresCluster {
 public:
  /// Arguments are settings, name=value, beside the tests' own.
  explicit PostgresCluster(std::vector<std::string> settings = {}) {
    const std::filesystem::path data = folder_.path() / "data";
    if (::geteuid() == 0) {
      const passwd* const user = ::getpwnam("postgres");
      SAMLA_ASSERT(user != nullptr);
      uid_ = user->pw_uid;
      gid_ = user->pw_gid;
      SAMLA_ASSERT(::chown(folder_.path().c_str(), uid_, gid_) == 0);
    }
    SAMLA_ASSERT(finished(spawn({program("initdb"), "-D", data, "-U", "samla", "-A", "trust", "-E", "UTF8",
                                 "--locale=C", "--no-sync", "--no-instructions"})));
    std::vector<std::string> arguments = {program("postgres"), "-D", data, "-k", folder_.path()};
    for (const char* setting : {"listen_addresses=", "shared_buffers=32MB", "max_connections=60",
                                "log_min_messages=fatal", "autovacuum=off", "fsync=on"}) {
      settings.insert(settings.begin(), setting);
    }
    for (const std::string& setting : settings) {
      arguments.push_back("-c");
      arguments.push_back(setting);
    }
    process_ = spawn(arguments);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!server::PgConnection::open(url()).ok()) {
      const bool gone = ::waitpid(process_, nullptr, WNOHANG) != 0;
      const bool late = std::chrono::steady_clock::now() > deadline;
      if (settings.end() != std::ranges::find(settings, "fsync=off")) return;  // refused, as it should be
      SAMLA_ASSERT(!gone && !late);
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  ~PostgresCluster() {
    ::kill(process_, SIGQUIT);  // at once: nobody needs it any more
    ::waitpid(process_, nullptr, 0);
  }
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// The one that the tests of a program share.
  static PostgresCluster& shared() {
    static PostgresCluster cluster;
    return cluster;
  }

  std::string url() const { return "postgres:///postgres?user=samla&host=" + folder_.path().string(); }
  /// A place where nobody has been, for the tables of one server.
  std::string fresh_url() {
    const std::string name = "place_" + std::to_string(++places_);
    execute("CREATE SCHEMA " + name);
    return url() + "&options=-csearch_path%3D" + name;
  }
  void execute(const std::string& sql) const {
    auto connection = server::PgConnection::open(url());
    SAMLA_ASSERT(connection.ok());
    SAMLA_ASSERT((*connection)->execute(sql).ok());
  }
  /// As when the network or the database fails, and is there again.
  void cut_connections() const {
    execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'samla-server' "
        "AND pid <> pg_backend_pid()");
  }

 private:
  static std::string program(const std::string& name) {
    std::vector<std::string> found;
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
      const auto path = version.path() / "bin" / name;
      if (std::filesystem::exists(path)) found.push_back(path);
    }
    SAMLA_ASSERT(!found.empty());  // apt-get install postgresql
    return *std::ranges::max_element(found);
  }
  pid_t spawn(const std::vector<std::string>& words) const {
    std::vector<char*> argv;
    for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    SAMLA_ASSERT(child >= 0);
    if (child != 0) return child;
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
    const bool changed =
        uid_ == 0 || (::setgroups(0, nullptr) == 0 && ::setgid(gid_) == 0 && ::setuid(uid_) == 0);
    // After the change of user, which would undo it.
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (!changed || ::getppid() != parent || ::chdir("/") != 0) ::_exit(126);
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::execv(argv[0], argv.data());
    ::_exit(127);
  }
  static bool finished(pid_t child) {
    int status = 0;
    return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }

  TemporaryFolder folder_;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  pid_t process_ = 0;
  int places_ = 0;
};

}  // namespace samla::test
