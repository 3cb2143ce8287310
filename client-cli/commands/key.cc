// key recovery and key rotate; the passphrase is the profile's own matter (profile.cc).
#include "client-cli/commands/command.h"

namespace samla::cli {

std::vector<Command> key_commands() {
  return {
      {.words = "key recovery show",
       .request = "key.recovery.show",
       .options = {{"--replace", "replace", Shape::kFlag}, {"--old", "old"}},
       .view = {View::Form::kFields, "", {"words", "server"}}},
      {.words = "key recovery revoke",
       .request = "key.recovery.revoke",
       .options = {{"USER", "user", Shape::kText, true}}},
      {.words = "key rotate",
       .request = "key.rotate",
       .options = {{"--space", "space"}},
       .view = {View::Form::kFields, "", {"rotated"}}},
  };
}

}  // namespace samla::cli
