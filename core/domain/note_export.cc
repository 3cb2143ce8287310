#include "core/domain/note_export.h"

#include <algorithm>
#include <fstream>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/dates.h"
#include "core/domain/markdown.h"
#include "core/domain/names.h"

namespace samla::domain {
namespace {

constexpr const char* kTextFile = "notat.md";
constexpr const char* kFilesFolder = "vedlegg";

/// A name that any file system takes, whoever gave it, and that none of `used` has.
std::string file_name(const std::string& name, std::set<std::string>& used) {
  std::string safe;
  for (const char c : name) {
    const bool is_harmful = static_cast<unsigned char>(c) < 0x20 || c == 0x7f ||
                            std::string_view("/\\:*?\"<>|").find(c) != std::string_view::npos;
    safe += is_harmful || (safe.empty() && c == '.') ? '_' : c;
  }
  if (safe.empty()) safe = kFilesFolder;
  const std::filesystem::path path(safe);
  std::string out = safe;
  for (int n = 2; !used.insert(out).second; ++n)
    out = path.stem().string() + " (" + std::to_string(n) + ")" + path.extension().string();
  return out;
}

/// A link's target keeps to the characters that need no thought.
std::string link_target(const std::string& name) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out = std::string(kFilesFolder) + "/";
  for (const char c : name) {
    if (kPlain.find(c) != kPlain.npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string markdown_of(Workspace& workspace, const Note& note, const std::vector<std::string>& files) {
  Names names(workspace);
  std::string out = "# " + escaped_markdown(note.title.empty() ? "Uten tittel" : note.title) + "\n\n";
  if (!note.body.empty()) out += note.body + (note.body.ends_with('\n') ? "\n" : "\n\n");
  out += "---\n\n";
  out += "- Skrevet " + date_of(note.created_ms) + ", sist endret " + date_of(note.updated_ms) + "\n";
  out += "- Av " + escaped_markdown(names.author(note.author).name) + "\n";
  if (const auto gathering = fixed_from_hex<RecordId>(note.gathering))
    out += "- Samling: " + escaped_markdown(names.gathering(*gathering)) + "\n";
  if (!note.tags.empty()) {
    out += "- Emneord:";
    for (const std::string& each : note.tags)
      out += (&each == &note.tags.front() ? " " : ", ") + escaped_markdown(each);
    out += "\n";
  }
  for (const std::string& each : files)
    out += "- Vedlegg: [" + escaped_markdown(each) + "](" + link_target(each) + ")\n";
  return out;
}

Result<void> write_file(const std::filesystem::path& path, ByteView content) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
  out.close();
  if (!out) return fail(ErrorCode::io, "note.export", "the folder cannot be written; is the disk full?");
  std::error_code error;
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write,
                               error);
  return {};
}

Result<void> make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::create_directory(folder, error)) {
    if (std::filesystem::exists(folder))
      return fail(ErrorCode::already_exists, "note.export",
                  "there is something with the folder's name already");
    return fail(ErrorCode::io, "note.export", "the folder cannot be made; is there such a place?");
  }
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  return {};
}

Result<void> write_folder(Workspace& workspace, const Note& note, const std::vector<std::string>& files,
                          const std::string& markdown, const std::filesystem::path& folder) {
  SAMLA_TRY(write_file(folder / kTextFile, as_bytes(markdown)));
  if (files.empty()) return {};
  SAMLA_TRY(make_folder(folder / kFilesFolder));
  for (std::size_t i = 0; i < files.size(); ++i) {
    SAMLA_ASSIGN(const Bytes content, read_attachment(workspace, note.attachments[i], "note.export"));
    SAMLA_TRY(write_file(folder / kFilesFolder / files[i], content));
  }
  return {};
}

}  // namespace

Result<ExportedNote> export_note(Workspace& workspace, std::string_view id,
                                 const std::filesystem::path& folder) {
  SAMLA_ASSIGN(const Note note, show_note(workspace, id));
  std::set<std::string> used;
  std::vector<std::string> files;
  for (const Attachment& each : note.attachments) files.push_back(file_name(each.name, used));
  ExportedNote out{markdown_of(workspace, note, files), 0};
  if (folder.empty()) return out;
  SAMLA_TRY(make_folder(folder));
  const auto written = write_folder(workspace, note, files, out.markdown, folder);
  if (!written) {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
    return written.error();
  }
  out.files = files.size();
  return out;
}

}  // namespace samla::domain
