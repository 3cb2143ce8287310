// samla-server: the command line over config.h, listener.h and folder.h.
// Errors are one line on stderr: exit 1; wrong usage: 2.
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <thread>

#include "sync-server/listener.h"

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

int init(const Arguments& arguments) {
  SystemRandom random;
  const auto fragment = init_folder(arguments.dir, random);
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

int main_of(int argc, char** argv) {
  CLI::App app("The server where Samla's devices meet. It keeps what it can't read.", "samla-server");
  app.require_subcommand(1);
  Arguments arguments;
  int status = 0;
  CLI::App* const init_command =
      app.add_subcommand("init", "Make a server: its folder, keys and claim token");
  init_command->add_option("--dir", arguments.dir, "the folder to make")->required();
  init_command->callback([&] { status = init(arguments); });
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
