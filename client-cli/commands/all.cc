// The list of nouns.
#include <algorithm>

#include "client-cli/commands/command.h"

namespace samla::cli {

const std::vector<Command>& all_commands() {
  static const std::vector<Command> all = [] {
    std::vector<Command> out;
    for (const auto& noun :
         {org_commands,     invite_commands,    device_commands, space_commands,      programme_commands,
          note_commands,    search_commands,    form_commands,   assessment_commands, measure_commands,
          cascade_commands, gathering_commands, group_commands,  input_commands,      cluster_commands,
          round_commands,   conflict_commands,  sync_commands,   report_commands,     export_commands,
          demo_commands,    key_commands,       person_commands, profile_commands}) {
      for (Command& command : noun()) out.push_back(std::move(command));
    }
    return out;
  }();
  return all;
}

bool Given::has(std::string_view name) const {
  return std::ranges::any_of(values, [&](const auto& each) { return each.first == name; });
}

std::string Given::text(std::string_view name) const {
  for (const auto& [known, texts] : values) {
    if (known == name && !texts.empty()) return texts.front();
  }
  return {};
}

}  // namespace samla::cli
