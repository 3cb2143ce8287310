// Invites to be handed out: a table for mail merge, and a sheet to be printed and cut up, a card with a QR
// code a person.
#pragma once

#include <string>

#include "client-cli/commands/command.h"

namespace samla::cli {

/// `invites` as invite.import gives them. Semicolons and a byte-order mark, as Excel here wants it.
std::string invite_table(const Json& invites);
/// One HTML page that needs nothing else; breaks between pages keep cards whole.
std::string invite_sheet(const Json& invites, const std::string& expires);

/// Makes a file that only its owner may read, over one that is there. Failure where that fails.
void write_private_file(const std::string& path, const std::string& text);

}  // namespace samla::cli
