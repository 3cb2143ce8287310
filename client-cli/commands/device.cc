// device: this person's and others' devices.
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> device_commands() {
  const Option id = {"ID", "id", Shape::kText, true};
  const View line = {View::Form::kLine, "device", {"id", "name", "status"}};
  return {
      {.words = "device list",
       .request = "device.list",
       .view = {View::Form::kTable, "devices", {"id", "name", "user", "status"}}},
      {.words = "device approve", .request = "device.approve", .options = {id}, .view = line},
      {.words = "device rename",
       .request = "device.rename",
       .options = {id, {"NAME", "name", Shape::kText, true}},
       .view = line},
      {.words = "device pair",
       .request = "device.pair",
       .options = {{"--expires", "expires"}},
       .view = {View::Form::kText, "code"}},
      {.words = "device review",
       .request = "device.review",
       .view = {View::Form::kTable, "set_aside", {"device", "space", "changes"}}},
      {.words = "device accept", .request = "device.accept", .options = {id}, .view = line},
      {.words = "device revoke",
       .request = "device.revoke",
       .options = {id, {"--with", "with", Shape::kTexts}},
       .view = {View::Form::kTable, "certified", {"type", "id", "name", "revoked"}}},
  };
}

}  // namespace samla::cli
