// Note export: a note for reading elsewhere, as Markdown, with the files that are attached to it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/domain/notes.h"

namespace samla::domain {

struct ExportedNote {
  std::string markdown;   ///< the body is in it byte for byte
  std::size_t files = 0;  ///< attachments written
};

/// As Markdown; with a `folder`, which must not be there yet, also as files in it that its owner alone can
/// read: notat.md, and the attachments by their names in a folder vedlegg. A failure leaves no folder.
Result<ExportedNote> export_note(Workspace& workspace, std::string_view id,
                                 const std::filesystem::path& folder);

}  // namespace samla::domain
