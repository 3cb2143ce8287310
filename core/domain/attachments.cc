#include "core/domain/attachments.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "core/base/encoding.h"
#include "core/domain/immutable.h"

namespace samla::domain {
namespace {

using replica::Edit;

/// As base64url, with room for the rest of the record, within a value's 256 KiB.
constexpr std::size_t kPartBytes = 180'000;
constexpr std::size_t kPartsMax = (kAttachmentBytesMax + kPartBytes - 1) / kPartBytes;

constexpr std::array kMediaTypes = {
    std::pair{".jpg", "image/jpeg"},
    std::pair{".jpeg", "image/jpeg"},
    std::pair{".png", "image/png"},
    std::pair{".heic", "image/heic"},
    std::pair{".webp", "image/webp"},
    std::pair{".gif", "image/gif"},
    std::pair{".svg", "image/svg+xml"},
    std::pair{".pdf", "application/pdf"},
    std::pair{".txt", "text/plain"},
    std::pair{".md", "text/markdown"},
    std::pair{".csv", "text/csv"},
    std::pair{".m4a", "audio/mp4"},
    std::pair{".mp4", "video/mp4"},
    std::pair{".odt", "application/vnd.oasis.opendocument.text"},
    std::pair{".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    std::pair{".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    std::pair{".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
};

std::string media_type_of(const std::string& name) {
  std::string ending = std::filesystem::path(name).extension().string();
  for (char& each : ending) each = each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
  const auto found =
      std::ranges::find(kMediaTypes, ending, [](const auto& each) { return std::string(each.first); });
  return found == kMediaTypes.end() ? "application/octet-stream" : found->second;
}

Result<Bytes> read_file(const std::filesystem::path& path, std::string_view operation) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorCode::io, std::string(operation), "there is no such file");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (!error && size > kAttachmentBytesMax) {
    return fail(ErrorCode::too_large, std::string(operation), "a file may have at most 16 MiB");
  }
  std::ifstream in(path, std::ios::binary);
  // One byte beyond what was told: a file that grows meanwhile is not taken in part.
  Bytes out(error ? 0 : static_cast<std::size_t>(size) + 1);
  in.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(out.size()));
  if (error || in.bad() || !in.eof() || in.gcount() + 1 != static_cast<std::streamsize>(out.size())) {
    return fail(ErrorCode::io, std::string(operation), "the file cannot be read, or changes meanwhile");
  }
  out.pop_back();
  return out;
}

/// The immutable record with these fields, made where it is not there yet.
Result<RecordId> keep(Workspace& workspace, const SpaceId& space, std::string_view kind,
                      std::vector<Edit::Field> fields) {
  SAMLA_ASSIGN(const RecordId id, content_id(workspace.replica(), space, kind, fields));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  Edit edit;
  if (!present) edit.create(id, space, std::string(kind), std::move(fields));
  if (present && present->erased) edit.restore(id);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {space}));
  return id;
}

/// Each part a transaction of its own, the record that names them last: what breaks off leaves parts alone,
/// which the next attempt finds.
Result<RecordId> keep_file(Workspace& workspace, const SpaceId& space, const std::string& name,
                           std::string_view media_type, ByteView content) {
  std::vector<Edit::Field> fields = {field("name", name), field("media_type", std::string(media_type)),
                                     field("size", static_cast<std::int64_t>(content.size()))};
  for (std::size_t at = 0, n = 0; at < content.size(); at += kPartBytes, ++n) {
    const ByteView part = content.subspan(at, std::min(kPartBytes, content.size() - at));
    SAMLA_ASSIGN(const RecordId id,
                 keep(workspace, space, kind::kAttachmentPart, {field("content", to_base64url(part))}));
    fields.push_back(field("part." + std::to_string(n), to_hex(id)));
  }
  return keep(workspace, space, kind::kAttachment, std::move(fields));
}

/// The record of `kind` in `space`, if it is here and what its id says. Another space's is nobody's business
/// here.
Result<std::optional<view::RecordView>> genuine(Workspace& workspace, const SpaceId& space,
                                                const RecordId& id, std::string_view kind) {
  SAMLA_ASSIGN(auto record, workspace.read(id));
  if (record && (record->space != space || record->kind != kind || record->erased ||
                 !is_unaltered(workspace.replica(), *record)))
    record.reset();
  return record;
}

std::vector<RecordId> parts_of(const view::RecordView& attachment) {
  std::vector<RecordId> out;
  for (std::size_t n = 0; n < kPartsMax; ++n) {
    const auto id = fixed_from_hex<RecordId>(attachment.text("part." + std::to_string(n)));
    if (!id) break;
    out.push_back(*id);
  }
  return out;
}

Result<Attachment> load(Workspace& workspace, const SpaceId& space, const RecordId& id) {
  Attachment out;
  out.id = id;
  out.space = space;
  SAMLA_ASSIGN(const auto record, genuine(workspace, space, id, kind::kAttachment));
  if (!record) return out;
  out.name = record->text("name");
  out.media_type = record->text("media_type");
  out.size = static_cast<std::uint64_t>(std::max<std::int64_t>(0, record->number("size")));
  out.complete = true;
  for (const RecordId& part : parts_of(*record)) {
    SAMLA_ASSIGN(const auto present, workspace.read(part));
    out.complete = out.complete && present && present->space == space && !present->erased;
  }
  return out;
}

}  // namespace

Result<std::vector<Attachment>> attachments_of(Workspace& workspace, const view::RecordView& record) {
  std::vector<Attachment> out;
  for (const std::string& each : record.elements("attachments")) {
    const auto id = fixed_from_hex<RecordId>(each);
    if (!id) continue;  // nobody's attachment: a hostile member's
    SAMLA_ASSIGN(Attachment attachment, load(workspace, record.space, *id));
    out.push_back(std::move(attachment));
  }
  std::ranges::stable_sort(out, {}, &Attachment::name);
  return out;
}

Result<RecordId> add_attachment(Workspace& workspace, const SpaceId& space, const std::filesystem::path& path,
                                std::string_view operation) {
  const std::string name = path.filename().string();
  SAMLA_TRY(check_name(name, "the file's name", operation));
  SAMLA_ASSIGN(const Bytes content, read_file(path, operation));
  return keep_file(workspace, space, name, media_type_of(name), content);
}

Result<Bytes> read_attachment(Workspace& workspace, const Attachment& attachment,
                              std::string_view operation) {
  const auto incomplete = [&] {
    return fail(ErrorCode::wrong_state, std::string(operation),
                "an attachment has not come whole to this device yet; sync, and try again");
  };
  SAMLA_ASSIGN(const auto record, genuine(workspace, attachment.space, attachment.id, kind::kAttachment));
  if (!record) return incomplete();
  Bytes out;
  for (const RecordId& each : parts_of(*record)) {
    SAMLA_ASSIGN(const auto part, genuine(workspace, attachment.space, each, kind::kAttachmentPart));
    if (!part) return incomplete();
    SAMLA_ASSIGN(const Bytes content, from_base64url(part->text("content")));
    out.insert(out.end(), content.begin(), content.end());
  }
  if (std::cmp_not_equal(out.size(), record->number("size"))) return incomplete();
  return out;
}

Result<std::vector<RecordId>> copy_attachments(Workspace& workspace, const view::RecordView& record,
                                               const SpaceId& space, std::string_view operation) {
  SAMLA_ASSIGN(const auto attachments, attachments_of(workspace, record));
  std::vector<RecordId> out;
  for (const Attachment& each : attachments) {
    SAMLA_ASSIGN(const Bytes content, read_attachment(workspace, each, operation));
    SAMLA_ASSIGN(const RecordId copy, keep_file(workspace, space, each.name, each.media_type, content));
    out.push_back(copy);
  }
  return out;
}

}  // namespace samla::domain
