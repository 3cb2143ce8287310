#include "client-cli/command_line.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <limits>
#include <list>

#include "client-cli/completion.h"
#include "client-cli/misnamed.h"
#include "client-cli/terminal.h"
#include "core/include/samla/samla.h"

namespace samla::cli {
namespace {

constexpr int kWrongUsage = 2;

struct Nouns {
  const char* words;
  const char* summary;
};
constexpr Nouns kNouns[] = {
    {"org", "The organisation"},
    {"invite", "Invites"},
    {"device", "Devices"},
    {"space", "Spaces: who reads what"},
    {"programme", "The programme: its name, its period, its k"},
    {"library", "Guides, learning resources, practices, facilitators"},
    {"note", "Notes"},
    {"assessment", "Assessments of units"},
    {"assessment item", "Their items"},
    {"measure", "Measures: who does what until when"},
    {"cascade", "Passing on to one's own staff"},
    {"group", "Leader groups and their plans"},
    {"conflict", "What two wrote without knowing of each other"},
    {"report", "Reports for HR"},
    {"export", "Reports and assessments as files"},
    {"demo", "Data to try it with"},
    {"history", "Versions of any record"},
    {"key", "What opens this profile"},
    {"key passphrase", "Its passphrase"},
};

/// What CLI11 fills in while parsing; addresses must not move.
struct Row {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::list<std::vector<std::string>> values;  // one an option, in the command's order
  std::vector<CLI::Option*> options;
};

const Json* find_named(const Json& list, const std::string& name) {
  if (!list.is_array()) return nullptr;
  for (const Json& each : list) {
    if (each.is_object() && each.value("name", "") == name) return &each;
  }
  return nullptr;
}

const Json* request_in(const Json& catalogue, const std::string& name) {
  return catalogue.contains("requests") ? find_named(catalogue["requests"], name) : nullptr;
}

std::string words_of(const Option& option, const Json* request) {
  if (!option.words.empty() || request == nullptr || !request->contains("parameters")) return option.words;
  const Json* parameter = find_named((*request)["parameters"], option.parameter);
  if (parameter == nullptr) return {};
  std::string out = parameter->value("description", "");
  std::string allowed;
  for (const Json& each : parameter->value("enum", Json::array())) {
    if (each.is_string()) allowed += (allowed.empty() ? ": " : ", ") + each.get<std::string>();
  }
  const std::string fallback = parameter->value("default", "");
  return out + allowed + (fallback.empty() ? "" : " (" + fallback + ")");
}

void add_option(Row& row, const Option& option, const Json* request) {
  auto& values = row.values.emplace_back();
  const std::string words = words_of(option, request);
  if (option.shape == Shape::kFlag) {
    row.options.push_back(row.app->add_flag(option.name, words));
    return;
  }
  CLI::Option* added =
      row.app->add_option(option.name == "FIELD=VALUE" ? "answers" : option.name, values, words);
  const bool by_place = !option.name.starts_with("--");
  const bool several = option.shape == Shape::kTexts || option.shape == Shape::kPairs;
  // One value a flag, always: what follows it is the next argument, and brackets are just text.
  if (by_place && several) {
    added->expected(1, std::numeric_limits<int>::max());
  } else {
    added->expected(1)->allow_extra_args(false);
    added->multi_option_policy(several ? CLI::MultiOptionPolicy::TakeAll : CLI::MultiOptionPolicy::Throw);
  }
  added->required(option.required);
  added->type_name(option.shape == Shape::kNumber ? "NUMBER" : by_place ? "" : "TEXT");
  row.options.push_back(added);
}

CLI::App* subcommand(CLI::App& root, const std::string& words) {
  CLI::App* app = &root;
  std::string path;
  for (std::size_t from = 0; from < words.size();) {
    const std::size_t space = std::min(words.find(' ', from), words.size());
    const std::string word = words.substr(from, space - from);
    path += (path.empty() ? "" : " ") + word;
    const auto known = app->get_subcommands([&](const CLI::App* each) { return each->get_name() == word; });
    CLI::App* next = known.empty() ? nullptr : known.front();
    if (next == nullptr) {
      next = app->add_subcommand(word);
      next->fallthrough();
      if (space < words.size()) next->require_subcommand(1);
      for (const auto& [noun, summary] : kNouns) {
        if (path == noun) next->description(summary);
      }
    }
    app = next;
    from = space + 1;
  }
  return app;
}

void add_command(CLI::App& root, std::list<Row>& rows, const Command& command, const Json& catalogue) {
  Row& row = rows.emplace_back();
  row.command = &command;
  row.app = subcommand(root, command.words);
  const Json* request = request_in(catalogue, command.request);
  const std::string summary = request == nullptr ? command.summary : request->value("summary", "");
  row.app->description(summary);
  for (const Option& option : command.options) add_option(row, option, request);
}

[[noreturn]] void misuse(const std::string& message) {
  throw Failure{"invalid_argument", message, kWrongUsage};
}

std::int64_t number_of(const Option& option, const std::string& text) {
  std::int32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out < 0) {
    misuse(option.name + ": a whole number is needed, not '" + text + "'");
  }
  return out;
}

Json pairs_of(const Option& option, const std::vector<std::string>& texts) {
  Json out = Json::object();
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == text.npos) misuse("'" + text + "' is not " + option.name);
    if (out.contains(text.substr(0, equals))) misuse("'" + text.substr(0, equals) + "' is given twice");
    out[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return out;
}

Json value_of(const Option& option, const std::vector<std::string>& texts) {
  switch (option.shape) {
    case Shape::kNumber:
      return number_of(option, texts.front());
    case Shape::kTexts:
      return texts;
    case Shape::kPairs:
      return pairs_of(option, texts);
    case Shape::kFlag:
      return true;
    case Shape::kPath:
      return texts.front().empty() ? "" : std::filesystem::absolute(texts.front()).string();
    case Shape::kText:
      break;
  }
  return texts.front();
}

void check_choices(const Row& row) {
  if (row.command->one_of.empty()) return;
  std::size_t chosen = 0;
  std::string names;
  for (std::size_t i = 0; i < row.options.size(); ++i) {
    const std::string& name = row.command->options[i].name;
    if (std::ranges::find(row.command->one_of, name) == row.command->one_of.end()) continue;
    names += (names.empty() ? "" : ", ") + name;
    chosen += row.options[i]->count() > 0;
  }
  if (chosen != 1) misuse("exactly one of " + names + " is needed");
}

void collect(const Row& row, Invocation& out) {
  check_choices(row);
  out.command = row.command;
  out.request = {{"request", row.command->request}};
  auto values = row.values.begin();
  for (std::size_t i = 0; i < row.options.size(); ++i, ++values) {
    if (row.options[i]->count() == 0) continue;
    const Option& option = row.command->options[i];
    if (option.parameter.empty()) {
      out.given.values.emplace_back(option.name, *values);
    } else {
      out.request[option.parameter] = value_of(option, *values);
    }
  }
  if (out.given.has("--stdin") && out.request.contains("body")) misuse("either --body or --stdin");
}

/// The deepest command that was named; null: none.
const Row* chosen(const std::list<Row>& rows) {
  const Row* out = nullptr;
  std::size_t longest = 0;
  for (const Row& row : rows) {
    if (row.app->parsed() && row.command->words.size() > longest) {
      out = &row;
      longest = row.command->words.size();
    }
  }
  return out;
}

}  // namespace

struct CommandLine::Parts {
  CLI::App app{"Notes and assessments, written offline, brought together encrypted.", "samla"};
  Invocation out;
  std::list<Row> rows;
  std::vector<std::string> words;  // of the command line, for `explain`
  CLI::App* completion = nullptr;
  std::string shell;
};

CommandLine::CommandLine(const Json& catalogue) : parts_(std::make_unique<Parts>()) {
  CLI::App& app = parts_->app;
  Invocation& out = parts_->out;
  app.set_version_flag("--version", samla_version(), "Print the version and end");
  app.require_subcommand(1);
  app.add_option("--profile", out.access.profile, "The folder of the profile (else $SAMLA_PROFILE)");
  app.add_option("--passphrase-file", out.access.passphrase_file,
                 "Its first line is the passphrase (else $SAMLA_PASSPHRASE, or it is asked for)");
  app.add_flag("--json", out.json, "Print the reply as JSON, and nothing else, on standard output");
  app.footer(
      "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 offline and 4 conflicts need a person\n"
      "(both from sync alone, with what was written safe).");
  for (const Command& command : all_commands()) add_command(app, parts_->rows, command, catalogue);
  app.get_subcommand("sync")->require_subcommand(0, 1);
  parts_->completion = app.add_subcommand("completion", "Print completions for a shell")->group("");
  parts_->completion->add_option("SHELL", parts_->shell)->required()->check(CLI::IsMember({"bash"}));
}

CommandLine::~CommandLine() = default;

std::optional<Invocation> CommandLine::parse(int argc, char** argv) {
  parts_->words.assign(argv + std::min(argc, 1), argv + argc);
  parts_->app.parse(argc, argv);
  if (parts_->completion->parsed()) {
    put(bash_completion());
    return std::nullopt;
  }
  const Row* row = chosen(parts_->rows);
  if (row == nullptr) misuse("no command was named");
  collect(*row, parts_->out);
  return parts_->out;
}

int CommandLine::explain(const CLI::ParseError& error) {
  std::ostringstream help;
  if (parts_->app.exit(error, help, help) == 0) {
    put(help.str());
    return 0;
  }
  const std::string wrong = misnamed(parts_->app, parts_->words).value_or(error.what());
  std::cerr << "samla: " << harmless(wrong, false) << " (samla --help)\n";
  return kWrongUsage;
}

}  // namespace samla::cli
