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
  };
}

}  // namespace samla::cli
