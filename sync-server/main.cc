// samla-server: the command line over config.h, listener.h and folder.h.
// Errors are one line on stderr: exit 1; wrong usage: 2.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cinttypes>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include "core/base/encoding.h"
#include "sync-server/key_change.h"
#include "sync-server/listener.h"
#include "sync-server/maintenance.h"
#include "sync-server/migrate.h"

namespace samla::server {
namespace {

constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;
/// SIGTERM ends the server within 10 s, whatever the disk does. What was acknowledged is durable.
constexpr unsigned kStopSeconds = 9;

int report(const Error& error) {
  std::fprintf(stderr, "samla-server: %s\n", error.message().c_str());
  return kFailed;
}

/// What the command line holds. Flags of config keys are texts until all layers are read.
struct Arguments {
  std::string dir;
  std::string config_file;
  std::string other;  ///< the backup's folder, or where a database goes
  std::string from;   ///< where it is
  bool with_keys = false;
  std::map<std::string_view, std::string> flags;
};

Result<Config> gather(const Arguments& arguments) {
  Config config;
  if (!arguments.config_file.empty()) SAMLA_TRY(read_config_file(config, arguments.config_file));
  SAMLA_TRY(read_environment(config, [](const char* name) -> const char* { return std::getenv(name); }));
  for (const ConfigKey& key : config_keys()) {
    const auto given = arguments.flags.find(key.name);
    if (given != arguments.flags.end()) SAMLA_TRY(set_key(config, key, given->second));
  }
  return config;
}

/// A command's act on a folder, and on the storage that the configuration names; empty: the folder's own.
template <class Act>
int with_storage(const Arguments& arguments, Act act) {
  const auto config = gather(arguments);
  return config.ok() ? act(config->storage) : report(config.error());
}

int init(const Arguments& arguments, const std::string& storage) {
  SystemRandom random;
  std::error_code ignored;
  const auto there = has_storage(arguments.dir, storage);
  if (!there.ok()) return report(explain(there.error(), arguments.dir));
  if (std::filesystem::exists(keys_file(arguments.dir), ignored) && !*there) {
    const auto made = init_emptied(arguments.dir, arguments.other, SystemClock().now_ms(), random, storage);
    if (!made.ok()) return report(explain(made.error(), arguments.dir));
    std::printf("{\"ok\":true,\"emptied\":true}\n");
    return 0;
  }
  const auto fragment = init_folder(arguments.dir, random, storage);
  if (!fragment.ok()) return report(explain(fragment.error(), arguments.dir));
  std::printf("{\"ok\":true,\"server\":\"%s\"}\n", fragment->c_str());
  return 0;
}

int check_config(const Arguments& arguments) {
  const auto config = gather(arguments);
  if (!config.ok()) return report(config.error());
  std::printf("%s: no mistake found\n", arguments.config_file.c_str());
  return 0;
}

int next_keys(const Arguments& arguments, const std::string&) {
  SystemRandom random;
  const auto fragment = prepare_next_keys(arguments.dir, random);
  if (!fragment.ok()) return report(explain(fragment.error(), arguments.dir));
  std::printf("{\"ok\":true,\"server\":\"%s\"}\n", fragment->c_str());
  return 0;
}

int report_done(const Result<VerifyReport>& done, const std::string& dir) {
  if (!done.ok()) return report(explain(done.error(), dir));
  std::printf("{\"ok\":true,\"changesets\":%" PRIu64 ",\"chain_entries\":%" PRIu64 ",\"records\":%" PRIu64
              "}\n",
              done->counts.changesets, done->counts.chain_entries, done->counts.records);
  return 0;
}

int verify(const Arguments& arguments, const std::string& storage) {
  const auto verified = verify_storage(place_of(arguments.dir, storage));
  if (!verified.ok()) return report(explain(verified.error(), arguments.dir));
  for (const std::string& finding : verified->findings) {
    std::fprintf(stderr, "samla-server: %s\n", finding.c_str());
  }
  return verified->findings.empty() ? report_done(verified, arguments.dir) : kFailed;
}

int back_up_folder(const Arguments& arguments, const std::string& storage) {
  if (!storage.empty()) {
    return report(fail(ErrorCode::unsupported, "server.backup",
                       "a PostgreSQL database is backed up by pg_basebackup or pg_dump: "
                       "docs/operating/postgres.md"));
  }
  return report_done(back_up(arguments.dir, arguments.other, arguments.with_keys, SystemClock().now_ms()),
                     arguments.dir);
}

int restore_folder(const Arguments& arguments, const std::string& storage) {
  SystemRandom random;
  const std::uint64_t now_ms = SystemClock().now_ms();
  if (storage.empty() == arguments.other.empty()) {
    return report(
        fail(ErrorCode::invalid_argument, "server.restore",
             "give --from FOLDER, or --storage of a database that PostgreSQL's tools have put back"));
  }
  return report_done(storage.empty() ? restore(arguments.other, arguments.dir, random, now_ms)
                                     : renew_restored(arguments.dir, storage, random, now_ms),
                     arguments.dir);
}

/// A line a second at most, and the last.
void show_progress(std::string_view what, std::uint64_t done, std::uint64_t total) {
  static auto next = std::chrono::steady_clock::time_point{};
  const auto now = std::chrono::steady_clock::now();
  if (now < next && done < total) return;
  next = now + std::chrono::seconds(1);
  std::fprintf(stderr, "samla-server: %" PRIu64 " of %" PRIu64 " %s\n", done, total,
               std::string(what).c_str());
}

int move_storage(const Arguments& arguments) {
  const auto from = parse_place(arguments.from), to = parse_place(arguments.other);
  if (!from.ok() || !to.ok()) return report(from.ok() ? to.error() : from.error());
  const auto done = migrate(*from, *to, show_progress);
  if (!done.ok()) return report(explain(done.error(), shown(*from)));
  std::printf("{\"ok\":true,\"changesets\":%" PRIu64 ",\"chain_entries\":%" PRIu64 ",\"records\":%" PRIu64
              ",\"digest\":\"%s\"}\n",
              done->counts.changesets, done->counts.chain_entries, done->counts.records,
              to_hex(done->digest.view()).c_str());
  return 0;
}

int stats(const Arguments& arguments, const std::string& storage) {
  const auto read = read_stats(arguments.dir, storage);
  if (!read.ok()) return report(explain(read.error(), arguments.dir));
  const StorageCounts& counts = read->counts;
  const std::pair<const char*, std::uint64_t> numbers[] = {
      {"spaces", counts.spaces},
      {"changesets", counts.changesets},
      {"changeset_bytes", counts.changeset_bytes},
      {"chain_entries", counts.chain_entries},
      {"grants", counts.grants},
      {"records", counts.records},
      {"contested_fields", counts.contested_fields},
      {"database_bytes", read->database_bytes},
      {"log_bytes", read->log_bytes},
  };
  std::printf("{\"ok\":true,\"claimed\":%s", read->claimed ? "true" : "false");
  for (const auto& [name, value] : numbers) std::printf(",\"%s\":%" PRIu64, name, value);
  std::printf("}\n");
  return 0;
}

void set_up_log(const Config& config) {
  const auto logger = spdlog::stderr_logger_mt("samla-server");
  logger->set_pattern("time=%Y-%m-%dT%H:%M:%S.%e%z level=%l %v");
  logger->set_level(spdlog::level::from_str(config.log_level));
  spdlog::set_default_logger(logger);
}

void on_alarm(int) {
  constexpr std::string_view kLine = "samla-server: the disk does not answer; ended without waiting for it\n";
  [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, kLine.data(), kLine.size());
  ::_exit(kFailed);
}

/// Before there is any thread: the signals to end are taken by `serve`, and a full disk's or a closed
/// pipe's are errors where they happen.
sigset_t set_up_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  sigprocmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGALRM, on_alarm);
  return ending;
}

void serve(ServerListener& server, const Config& config, const sigset_t& ending) {
  std::thread serving([&] { server.run(config.threads); });
  int signal = 0;
  sigwait(&ending, &signal);
  ::alarm(kStopSeconds);
  spdlog::info("event=stopping signal={}", signal);
  server.stop();
  serving.join();
}

int run(const Arguments& arguments) {
  const auto config = gather(arguments);
  if (!config.ok()) return report(config.error());
  if (config->dir.empty()) {
    std::fprintf(stderr, "samla-server: run needs --dir\n");
    return kWrongUsage;
  }
  const sigset_t ending = set_up_signals();
  set_up_log(*config);
  const SystemClock clock;
  auto server = ServerListener::open(*config, clock);
  if (!server.ok()) return report(explain(server.error(), config->dir));
  const std::string host = config->listen.substr(0, config->listen.rfind(':'));
  std::printf("samla-server listens on %s:%u\n", host.c_str(), unsigned{(*server)->port()});
  std::fflush(stdout);
  spdlog::info("event=listening address={} port={}", host, (*server)->port());
  serve(**server, *config, ending);
  server->reset();
  spdlog::info("event=stopped");
  return 0;
}

void add_config_flags(CLI::App& command, Arguments& arguments) {
  for (const ConfigKey& key : config_keys()) {
    std::string flag = "--" + std::string(key.name);
    for (char& c : flag) c = c == '_' ? '-' : c;
    command.add_option_function<std::string>(
        flag, [&arguments, name = key.name](const std::string& text) { arguments.flags[name] = text; },
        std::string(key.help));
  }
}

/// A command about a folder: its name, what it does, and what it is called with.
CLI::App* add_command(CLI::App& app, Arguments& arguments, int& status, const char* name, const char* help,
                      int (*act)(const Arguments&, const std::string& storage)) {
  CLI::App* const command = app.add_subcommand(name, help);
  command->add_option("--dir", arguments.dir, "the server's folder")->required();
  command->add_option("--config", arguments.config_file, "a TOML file, as of `run`");
  command->add_option_function<std::string>(
      "--storage", [&arguments](const std::string& url) { arguments.flags["storage"] = url; },
      "postgres://… instead of a file in the folder");
  command->callback([&arguments, &status, act] {
    status = with_storage(arguments, [&](const std::string& storage) { return act(arguments, storage); });
  });
  return command;
}

void add_maintenance(CLI::App& app, Arguments& arguments, int& status) {
  CLI::App* const initing = add_command(
      app, arguments, status, "init",
      "Make a server: its folder, keys and claim token; or a new database for the keys that are there", init);
  initing->add_option("--organisation", arguments.other,
                      "where only the keys are left: whose server it was, as `samla doctor` shows");
  add_command(
      app, arguments, status, "next-keys",
      "Make the keys that the server is to have, for `samla org server` to announce: they come in force "
      "at the start after that",
      next_keys);
  add_command(app, arguments, status, "verify", "Read everything and name what is wrong", verify);
  add_command(app, arguments, status, "stats", "Count what there is", stats);
  CLI::App* const backup = add_command(app, arguments, status, "backup",
                                       "Copy the database, also while the server runs", back_up_folder);
  backup->add_option("--to", arguments.other, "a new folder for the copy")->required();
  backup->add_flag("--with-keys", arguments.with_keys, "copy the server's keys too: keep them apart");
  CLI::App* const restoring = add_command(
      app, arguments, status, "restore",
      "Make a server from a backup; with --storage, from a database that was put back", restore_folder);
  restoring->add_option("--from", arguments.other, "the backup's folder");
  CLI::App* const migrating = app.add_subcommand(
      "migrate", "Move a server's database to another storage: sqlite:FOLDER or postgres://…");
  migrating->add_option("--from", arguments.from, "where it is; no server may run over it")->required();
  migrating->add_option("--to", arguments.other, "where it goes")->required();
  migrating->callback([&arguments, &status] { status = move_storage(arguments); });
}

int main_of(int argc, char** argv) {
  CLI::App app("The server where Samla's devices meet. It keeps what it can't read.", "samla-server");
  app.require_subcommand(1);
  Arguments arguments;
  int status = 0;
  add_maintenance(app, arguments, status);
  CLI::App* const run_command = app.add_subcommand("run", "Serve until SIGTERM");
  add_config_flags(*run_command, arguments);
  run_command->add_option("--config", arguments.config_file, "a TOML file with the same keys");
  run_command->callback([&] { status = run(arguments); });
  CLI::App* const config_command = app.add_subcommand("config", "About the configuration");
  config_command->require_subcommand(1);
  CLI::App* const check = config_command->add_subcommand("check", "Read a configuration and name mistakes");
  check->add_option("--config,file", arguments.config_file, "the TOML file")->required();
  check->callback([&] { status = check_config(arguments); });
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    std::fprintf(stderr, "samla-server: %s (samla-server --help)\n", error.what());
    return kWrongUsage;
  }
  return status;
}

}  // namespace
}  // namespace samla::server

int main(int argc, char** argv) {
  ::umask(077);
  try {
    return samla::server::main_of(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "samla-server: %s\n", error.what());
    return 1;
  }
}
