// sync: the one noun whose exit status says more than done or not (3: offline, 4: conflicts).
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> sync_commands() {
  return {
      {.words = "sync", .request = "sync.now", .view = {View::Form::kSync}},
      {.words = "sync now", .request = "sync.now", .view = {View::Form::kSync}},
      {.words = "sync watch", .request = "sync.watch", .view = {View::Form::kSync}},
      {.words = "sync status",
       .request = "status",
       .view = {View::Form::kFields, "", {"changes/device", "changes/centre", "conflicts", "server"}}},
  };
}

}  // namespace samla::cli
