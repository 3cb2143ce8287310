// What many inputs say together: input cluster, merge and split, and the verbs of cluster.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> cluster_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const std::vector<std::string> columns = {"id", "size", "theme", "status", "text"};
  const View line = {View::Form::kLine, "cluster", columns};
  const View table = {View::Form::kTable, "clusters", columns};
  return {
      {.words = "input cluster",
       .request = "input.cluster",
       .options = {{"INPUT", "inputs", Shape::kTexts, true},
                   {"--text", "text"},
                   {"--theme", "theme"},
                   {"--into", "into"}},
       .view = line},
      {.words = "input merge",
       .request = "input.merge",
       .options = {{"CLUSTER", "clusters", Shape::kTexts, true}, {"--text", "text"}},
       .view = line},
      {.words = "input split",
       .request = "input.split",
       .options = {{"CLUSTER", "cluster", Shape::kText, true}, {"--input", "inputs", Shape::kTexts}},
       .view = table},
      {.words = "cluster edit",
       .request = "cluster.edit",
       .options = {id, {"--text", "text"}, {"--theme", "theme"}},
       .view = line},
      {.words = "cluster approve",
       .request = "cluster.approve",
       .options = {id, {"--withdraw", "withdraw", Shape::kFlag}},
       .view = line},
      {.words = "cluster show",
       .request = "cluster.show",
       .options = {id},
       .view = {View::Form::kFields, "cluster"}},
      {.words = "cluster list",
       .request = "cluster.list",
       .options = {{"--theme", "theme"}, {"--status", "status"}, {"--all", "all", Shape::kFlag}},
       .view = table},
  };
}

}  // namespace samla::cli
