// Form editing: an assessment's text goes to the person's editor and back to the library until that can read
// it. What the person wrote is kept in a file whenever it was refused, so that nothing is lost on the way.
#pragma once

#include <string>

#include "client-cli/commands/command.h"

namespace samla::cli {

/// Asks `request` with the edited `text` as its parameter "text"; the assessment's id. Failure where the
/// person gives up: leaves the editor without having mended anything.
std::string ask_with_edited(Session& session, Json request, const std::string& text);

}  // namespace samla::cli
