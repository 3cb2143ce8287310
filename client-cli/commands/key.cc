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
      {.words = "escrow declare",
       .request = "escrow.declare",
       .options = {{"FIRST", "first", Shape::kText, true}, {"SECOND", "second", Shape::kText, true}},
       .view = {View::Form::kText, "id"}},
      {.words = "escrow revoke", .request = "escrow.revoke", .options = {{"ID", "id", Shape::kText, true}}},
      {.words = "escrow list",
       .request = "escrow.list",
       .view = {View::Form::kTable, "escrows", {"id", "holders", "in_force", "uses"}}},
      {.words = "escrow use",
       .request = "escrow.use",
       .options = {{"SPACE", "space", Shape::kText, true},
                   {"--first-words", "first_words", Shape::kText, true},
                   {"--second-words", "second_words", Shape::kText, true}}},
      {.words = "escrow notebook",
       .request = "escrow.notebook",
       .options = {{"STATE", "state", Shape::kText, true}}},
  };
}

}  // namespace samla::cli
