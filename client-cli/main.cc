// samla: a command becomes a request; its reply is printed. What went wrong ends here as one line on stderr,
// or with --json as a failed reply on stdout.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>

#include "client-cli/command_line.h"
#include "client-cli/output.h"
#include "client-cli/session.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

constexpr int kFailed = 1;
constexpr int kOffline = 3;
constexpr int kConflicts = 4;

void say(const std::string& line) {
  end_progress();
  std::fprintf(stderr, "samla: %s\n", line.c_str());
}

/// Wrong usage is for the person who typed it; all else is a reply too.
int report(const Failure& failure, bool json) {
  if (json && failure.status == kFailed) {
    const Json reply = {
        {"ok", false},
        {"error",
         {{"code", failure.code}, {"operation", "samla"}, {"message", failure.message}, {"hint", ""}}}};
    std::printf("%s\n", reply.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    say(harmless(failure.message, false));
  }
  return failure.status;
}

int report(const Refused& refused, bool json) {
  if (json) {
    std::printf("%s\n", refused.reply.c_str());
  } else {
    const Json reply = Json::parse(refused.reply, nullptr, false);
    say(reply.is_object() ? shown_error(reply) : "an unreadable reply");
  }
  return kFailed;
}

bool meets_server(const Command& command) { return command.view.form == View::Form::kSync; }

int status_of(const Command& command, const Json& reply) {
  if (!meets_server(command)) return 0;
  if (reply.value("reached", Json()) == "none") return kOffline;
  return reply.value("conflicts", Json(0)) == 0 ? 0 : kConflicts;
}

std::function<void(const std::string&)> event_printer(const Invocation& invocation) {
  if (invocation.command->request == "sync.watch") {
    return [json = invocation.json](const std::string& event) {
      const Json parsed = Json::parse(event, nullptr, false);
      if (json) {
        std::fprintf(stderr, "%s\n", event.c_str());
      } else if (parsed.is_object()) {
        const std::string line = shown_event(parsed);
        if (!line.empty()) std::fprintf(stderr, "%s\n", line.c_str());
      }
    };
  }
  if (!stderr_is_terminal()) return {};
  return [](const std::string& event) {
    const Json parsed = Json::parse(event, nullptr, false);
    if (parsed.is_object() && parsed.value("event", Json()) == "progress") show_progress(shown_event(parsed));
  };
}

void open(Session& session, const Invocation& invocation) {
  const Command& command = *invocation.command;
  if (command.request == "requests" || command.request == "version") return session.open("", "");
  const std::filesystem::path profile = profile_of(invocation.access);
  std::string passphrase = passphrase_of(invocation.access, command.makes_profile);
  if (command.makes_profile) {
    std::error_code ignored;  // the library says why it cannot make the profile
    std::filesystem::create_directories(std::filesystem::absolute(profile).parent_path(), ignored);
  }
  session.open(profile.native(), passphrase);
  wipe(passphrase);
}

int run(Invocation& invocation) {
  const Command& command = *invocation.command;
  if (command.local != nullptr) {
    command.local(invocation.given);
    return 0;
  }
  Session session;
  open(session, invocation);
  if (command.prepare != nullptr) command.prepare(invocation.request, invocation.given, session);
  const std::string text = session.ask(invocation.request, event_printer(invocation));
  end_progress();
  const Json reply = Json::parse(text, nullptr, false);
  if (!reply.is_object() || reply.value("ok", Json()) != true) return report(Refused{text}, invocation.json);
  if (command.finish != nullptr) command.finish(reply, invocation.given);
  put(invocation.json ? text + "\n" : shown(command.view, reply));
  const int status = status_of(command, reply);
  // Ended by the person: being cut off from the server is what was wanted.
  const bool ended_watch = session.interrupted() && command.request == "sync.watch";
  return ended_watch && status == kOffline ? 0 : status;
}

Json read_catalogue() {
  Session session;
  session.open("", "");
  return session.need({{"request", "requests"}});
}

int main_of(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (!is_text(argv[i])) return report(Failure{"invalid_argument", "an argument is not UTF-8", 2}, false);
  }
  CommandLine command_line(read_catalogue());
  std::optional<Invocation> invocation;
  try {
    invocation = command_line.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return command_line.explain(error);
  }
  if (!invocation) return 0;
  try {
    return run(*invocation);
  } catch (const Failure& failure) {
    return report(failure, invocation->json);
  } catch (const Refused& refused) {
    return report(refused, invocation->json);
  }
}

}  // namespace
}  // namespace samla::cli

int main(int argc, char** argv) {
  ::umask(077);
  try {
    samla::cli::block_signals();
    return samla::cli::main_of(argc, argv);
  } catch (const samla::cli::Failure& failure) {
    return samla::cli::report(failure, false);
  } catch (const samla::cli::Refused& refused) {
    return samla::cli::report(refused, false);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "samla: %s\n", error.what());
    return samla::cli::kFailed;
  }
}
