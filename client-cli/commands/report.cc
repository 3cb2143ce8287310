// The verbs of report and export: what HR reads and takes out.
#include "client-cli/commands/command.h"

namespace samla::cli {
namespace {

std::vector<Option> with_filters(std::vector<Option> first) {
  for (const char* name : {"fylke", "type", "unit", "for", "today"})
    first.push_back({std::string("--") + name, name});
  return first;
}

}  // namespace

std::vector<Command> report_commands() {
  const View counts = {View::Form::kReport, ""};
  return {
      {.words = "report response",
       .request = "report.response",
       .options = with_filters({{"--by", "by"}}),
       .view = counts},
      {.words = "report themes",
       .request = "report.themes",
       .options = with_filters({{"--by", "by"}}),
       .view = counts},
      {.words = "report text",
       .request = "report.text",
       .options = with_filters({{"--part", "part"},
                                {"--theme", "theme"},
                                {"--limit", "limit", Shape::kNumber},
                                {"--quotes", "quotes", Shape::kNumber}}),
       .view = {View::Form::kWords, "words"}},
      {.words = "report measures", .request = "report.measures", .options = with_filters({}), .view = counts},
      {.words = "report cascade", .request = "report.cascade", .options = with_filters({}), .view = counts},
      {.words = "report conflicts", .request = "report.conflicts", .view = counts},
  };
}

std::vector<Command> export_commands() {
  const Option what = {"WHAT", "what", Shape::kText, true};
  return {
      {.words = "export csv",
       .request = "export.csv",
       .options = with_filters({what, {"--separator", "separator"}}),
       .view = {View::Form::kText, "text"}},
      {.words = "export xlsx",
       .request = "export.xlsx",
       .options = with_filters({what, {"PATH", "path", Shape::kPath, true}}),
       .view = {View::Form::kFields, ""}},
      {.words = "export json",
       .request = "export.json",
       .options = with_filters({what}),
       .view = {View::Form::kText, "rows"}},
  };
}

}  // namespace samla::cli
