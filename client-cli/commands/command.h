// Command: one row of the command line: its words, the request that it becomes, its options, and how the
// reply looks to a person. Each noun has a file of rows; everything else follows from them: parsing, help
// (with the catalogue's words), completion. A further noun is a function here and a file of a few lines.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace samla::cli {

using Json = nlohmann::ordered_json;

enum class Shape {
  kText,
  kPath,  ///< of a file or folder; made absolute, since another process may be the one that opens it
  kNumber,
  kTexts,  ///< a flag that may be repeated, or the rest of the arguments
  kPairs,  ///< the rest of the arguments, each NAME=VALUE
  kFlag,
};

struct Option {
  std::string name;       ///< "--title", or "ID" for one by place
  std::string parameter;  ///< of the request; empty: the command's own (see Command::prepare)
  Shape shape = Shape::kText;
  bool required = false;
  std::string words = {};  ///< for --help; empty: the catalogue's
};

/// How a reply looks. The member is where it is found; empty: the reply itself.
struct View {
  enum class Form {
    kDone,
    kTable,
    kLine,
    kFields,
    kText,
    kNote,
    kAssessment,
    kConflict,
    kSync,
    kReport,
    kWords
  };
  Form form = Form::kDone;
  std::string member = {};
  std::vector<std::string> columns = {};  ///< a/b: member b of a
};

/// What is wrong before anything was asked; the exit status is 1, or 2 for wrong usage.
struct Failure {
  std::string code;
  std::string message;
  int status = 1;
};

/// What a command's own options said, by name: "--stdin".
struct Given {
  std::vector<std::pair<std::string, std::vector<std::string>>> values;
  bool has(std::string_view name) const;
  std::string text(std::string_view name) const;
};

class Session;

struct Command {
  std::string words;    ///< "note add"
  std::string request;  ///< "note.add"; empty: `local` does it all
  std::vector<Option> options = {};
  View view = {};
  bool makes_profile = false;  ///< its passphrase is a new one
  /// Completes the request from the command's own options; may ask the session first.
  void (*prepare)(Json& request, const Given& given, Session& session) = nullptr;
  /// Does with an ok reply what the command's own options ask for beside showing it.
  void (*finish)(const Json& reply, const Given& given) = nullptr;
  std::string summary = {};  ///< where the catalogue has none
  void (*local)(const Given& given) = nullptr;
  /// At least, and at most, so many of these options must be given.
  std::vector<std::string> one_of = {};
};

std::vector<Command> org_commands();
std::vector<Command> invite_commands();
std::vector<Command> device_commands();
std::vector<Command> space_commands();
std::vector<Command> programme_commands();
std::vector<Command> note_commands();
std::vector<Command> search_commands();
std::vector<Command> form_commands();
std::vector<Command> assessment_commands();
std::vector<Command> measure_commands();
std::vector<Command> cascade_commands();
std::vector<Command> gathering_commands();
std::vector<Command> group_commands();
std::vector<Command> input_commands();
std::vector<Command> cluster_commands();
std::vector<Command> round_commands();
std::vector<Command> conflict_commands();
std::vector<Command> sync_commands();
std::vector<Command> report_commands();
std::vector<Command> export_commands();
std::vector<Command> demo_commands();
std::vector<Command> key_commands();
std::vector<Command> person_commands();
std::vector<Command> profile_commands();

/// All, in the order of the help.
const std::vector<Command>& all_commands();

}  // namespace samla::cli
