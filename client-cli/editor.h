// The person's editor ($VISUAL, $EDITOR, else vi) on a text. The text stands in a file of this user's alone
// in the runtime folder, which is memory where there is one, and is gone afterwards.
#pragma once

#include <filesystem>
#include <string>

namespace samla::cli {

/// The text as the person left it. Failure where the editor failed or left no UTF-8.
std::string edit_text(const std::string& text);
/// Puts the text into a file of its own, of this user's alone, where it stays until somebody removes it.
std::filesystem::path keep_text(const std::string& text);

}  // namespace samla::cli
