// Attachments: files that belong to a note, such as a photo of a flip chart. A file is cut into parts; each
// is an immutable record whose id follows from its content, and so is the record that names them in order. So
// the same file is kept once a space, a file broken off in the middle goes on where it was, and what comes is
// what was attached. Parts travel as every other change does: each alone, acknowledged alone.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/domain/workspace.h"

namespace samla::domain {

/// Of a note.
inline constexpr std::size_t kAttachmentsMax = 50;
/// Of a file.
inline constexpr std::size_t kAttachmentBytesMax = 16U << 20;

struct Attachment {
  RecordId id;
  SpaceId space;
  std::string name;        ///< a file's name without folders; empty: its record has not come yet
  std::string media_type;  ///< by the name's ending; "application/octet-stream" where that says nothing
  std::uint64_t size = 0;
  bool complete = false;  ///< all of it is on this device
};

/// Those that the record's `attachments` name, by name.
Result<std::vector<Attachment>> attachments_of(Workspace& workspace, const view::RecordView& record);
/// Keeps the file at `path` in `space`. too_large above kAttachmentBytesMax; io where it cannot be read.
Result<RecordId> add_attachment(Workspace& workspace, const SpaceId& space, const std::filesystem::path& path,
                                std::string_view operation);
/// Keeps what the record's `attachments` name in `space` too; their ids there. wrong_state where one of them
/// is not whole on this device.
Result<std::vector<RecordId>> copy_attachments(Workspace& workspace, const view::RecordView& record,
                                               const SpaceId& space, std::string_view operation);
/// The file's bytes. wrong_state where it is not whole on this device.
Result<Bytes> read_attachment(Workspace& workspace, const Attachment& attachment, std::string_view operation);

}  // namespace samla::domain
