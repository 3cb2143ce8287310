// Requests about notes.
#include "core/base/encoding.h"
#include "core/domain/note_export.h"
#include "core/domain/notes.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::note_requests {
namespace {

Result<Json> reply_with(Profile& profile, domain::Workspace& workspace, const domain::Note& note,
                        const std::vector<domain::Warning>& warnings = {}) {
  domain::Names names(workspace);
  Json reply = {{"note", shape_of(note, names)}};
  put_warnings(reply, warnings);
  profile.tell_changed(note.id);
  return reply;
}

Result<Json> add(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.add"));
  if (!arguments.find_text("title") && !arguments.find_text("body")) {
    return fail(ErrorCode::invalid_argument, "note.add", "give a title, a body or both");
  }
  domain::NewNote note{arguments.text("title"),     arguments.text("body"),   arguments.texts("tags"), {},
                       arguments.text("gathering"), arguments.text("session")};
  if (const auto space = arguments.find_text("space")) {
    SAMLA_ASSIGN(note.space, domain::Names(*workspace).find_space(*space, "note.add"));
  }
  SAMLA_ASSIGN(const auto result, domain::add_note(*workspace, note));
  return reply_with(profile, *workspace, result.note, result.warnings);
}

Result<Json> edit(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.edit"));
  SAMLA_ASSIGN(const auto result,
               domain::edit_note(*workspace, arguments.text("id"), arguments.find_text("title"),
                                 arguments.find_text("body")));
  return reply_with(profile, *workspace, result.note, result.warnings);
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.show"));
  SAMLA_ASSIGN(const domain::Note note, domain::show_note(*workspace, arguments.text("id")));
  domain::Names names(*workspace);
  return Json{{"note", shape_of(note, names)}};
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.list"));
  SAMLA_ASSIGN(const auto notes, domain::list_notes(*workspace, {arguments.find_number("limit").value_or(0),
                                                                 arguments.find_text("tag"),
                                                                 arguments.find_text("gathering")}));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Note& note : notes) out.push_back(shape_of(note, names));
  return Json{{"notes", std::move(out)}};
}

Result<Json> search(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.search"));
  SAMLA_ASSIGN(const auto found, domain::search_notes(*workspace, arguments.text("query"),
                                                      arguments.find_number("limit").value_or(0)));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::FoundNote& each : found) {
    out.push_back({{"id", to_hex(each.note.id)},
                   {"title", each.note.title},
                   {"snippet", each.snippet},
                   {"space", names.space(each.note.space)}});
  }
  return Json{{"notes", std::move(out)}};
}

Result<Json> tag(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.tag"));
  SAMLA_ASSIGN(const auto result, domain::tag_note(*workspace, arguments.text("id"), arguments.texts("add"),
                                                   arguments.texts("remove")));
  return reply_with(profile, *workspace, result.note, result.warnings);
}

Result<Json> attach(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.attach"));
  SAMLA_ASSIGN(const auto result,
               domain::attach_file(*workspace, arguments.text("id"), arguments.text("path")));
  return reply_with(profile, *workspace, result.note, result.warnings);
}

Result<Json> detach(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.detach"));
  SAMLA_ASSIGN(const auto result,
               domain::detach_file(*workspace, arguments.text("id"), arguments.text("attachment")));
  return reply_with(profile, *workspace, result.note, result.warnings);
}

Result<Json> take_out(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.export"));
  const std::string path = arguments.text("path");
  SAMLA_ASSIGN(const auto exported, domain::export_note(*workspace, arguments.text("id"), path));
  if (path.empty()) return Json{{"text", exported.markdown}};
  return Json{{"path", path}, {"files", exported.files}};
}

Result<Json> share(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.share"));
  SAMLA_ASSIGN(const SpaceId space, domain::Names(*workspace).find_space(arguments.text("to"), "note.share"));
  if (arguments.truth("dry_run")) {
    SAMLA_ASSIGN(const domain::Note note, domain::show_note(*workspace, arguments.text("id")));
    std::vector<domain::Warning> warnings = domain::warnings_of(note.title, "the title");
    for (domain::Warning& each : domain::warnings_of(note.body, "the body"))
      warnings.push_back(std::move(each));
    SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, note, warnings));
    return reply;
  }
  SAMLA_ASSIGN(const auto result, domain::share_note(*workspace, arguments.text("id"), space));
  return reply_with(profile, *workspace, result.note, result.warnings);
}

Result<Json> withdraw(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.withdraw"));
  SAMLA_ASSIGN(const auto notes,
               domain::withdraw_note(*workspace, arguments.text("id"), arguments.text("reason")));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Note& each : notes) {
    out.push_back(shape_of(each, names));
    profile.tell_changed(each.id);
  }
  return Json{{"notes", std::move(out)}};
}

Result<Json> erase(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.delete"));
  SAMLA_ASSIGN(const domain::Note note, domain::delete_note(*workspace, arguments.text("id")));
  SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, note));
  reply["note"]["deleted"] = true;
  return reply;
}

Result<Json> restore(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("note.restore"));
  SAMLA_ASSIGN(const domain::Note note, domain::restore_note(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, note);
}

const Parameter kId = {"id", Type::kText, true, "the note's id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kNoteReply =
    "id, title, body, tags, attachments (a list of id, name, media_type, size in bytes, and complete: "
    "whether "
    "all of it is here), space, space_id, created, updated, author, author_name, status, conflict; a "
    "published copy also source; where they are known gathering (its name) and session (an id)";
constexpr std::string_view kWarnings =
    "where others will read a national identity number or a telephone number: code and message of each";

}  // namespace

std::vector<Request> all() {
  return {
      {"note.add",
       "Writes a note: in the notebook, which its author's devices alone can read, or in a shared space.",
       {{"title", Type::kText, false, "one line; title, body or both"},
        {"body", Type::kText, false, "the text, kept byte for byte; at most 256 KiB"},
        {"tags", Type::kTexts, false, "words to find it by; at most 200"},
        {"space", Type::kText, false, "a space's name or id; without one the notebook"},
        {"gathering", Type::kText, false, "the gathering that it was written at: its name or id"},
        {"session", Type::kText, false, "the session of its agenda: the id"}},
       {{"note", kNoteReply}, {"warnings", kWarnings}},
       add},
      {"note.edit",
       "Changes a note's title or body.",
       {kId,
        {"title", Type::kText, false, "the new title"},
        {"body", Type::kText, false, "the whole new text"}},
       {{"note", kNoteReply}, {"warnings", kWarnings}},
       edit},
      {"note.show", "Shows a note.", {kId}, {{"note", kNoteReply}}, show},
      {"note.list",
       "Lists notes, newest first.",
       {{"limit", Type::kInteger, false, "at most so many; without it, or 0, all"},
        {"tag", Type::kText, false, "only those with this tag"},
        {"gathering", Type::kText, false, "only those written at this gathering: its name or id"}},
       {{"notes", "a list of notes as note.show gives them"}},
       list},
      {"note.search",
       "Finds notes by their words, best first: all words must be there, the last one may be a beginning; "
       "phrases in quotation marks.",
       {{"query", Type::kText, true, "words"},
        {"limit", Type::kInteger, false, "at most so many; without it, or 0, all"}},
       {{"notes", "a list of id, title, snippet (matches between « and ») and space"}},
       search},
      {"note.tag",
       "Adds tags to a note and takes tags from it.",
       {kId,
        {"add", Type::kTexts, false, "tags to add"},
        {"remove", Type::kTexts, false, "tags to take away"}},
       {{"note", kNoteReply}, {"warnings", kWarnings}},
       tag},
      {"note.attach",
       "Keeps a file with a note: sealed as the note is, and on every device that the note is on.",
       {kId, {"path", Type::kText, true, "the file; at most 16 MiB"}},
       {{"note", kNoteReply}, {"warnings", kWarnings}},
       attach},
      {"note.detach",
       "Takes an attached file from a note.",
       {kId, {"attachment", Type::kText, true, "the file's name, or its id as note.show has it"}},
       {{"note", kNoteReply}, {"warnings", kWarnings}},
       detach},
      {"note.export",
       "Gives a note as Markdown; with a path, as a folder that also has the files attached to it.",
       {kId,
        {"path", Type::kText, false,
         "a folder that is not there yet: it gets notat.md, and the files in vedlegg"}},
       {{"text", "the Markdown; without a path"},
        {"path", "the folder"},
        {"files", "how many attached files are in it"}},
       take_out},
      {"note.share",
       "Publishes a copy of a note, with what is attached to it, in a space whose members may read it. The "
       "copy never changes; the same "
       "content shared again is the same copy.",
       {kId,
        {"to", Type::kText, true, "the space's name or id"},
        {"dry_run", Type::kBoolean, false, "warns of what others would read, and shares nothing"}},
       {{"note", "the copy, as note.show gives it; of a dry run the note itself"}, {"warnings", kWarnings}},
       share},
      {"note.withdraw",
       "Takes back what was shared: a copy, or all copies that were made of a note. It is listed and found "
       "no "
       "more; who has read it has read it. Sharing the note again brings a copy back.",
       {{"id", Type::kText, true, "the copy's id, or the note's: then all its copies"},
        {"reason", Type::kText, false, "for those who read it"}},
       {{"notes", "the copies, as note.show gives them; their status is tilbakekalt"}},
       withdraw},
      {"note.delete", "Deletes a note; note.restore brings it back.", {kId}, {{"note", kNoteReply}}, erase},
      {"note.restore", "Brings a deleted note back.", {kId}, {{"note", kNoteReply}}, restore},
  };
}

}  // namespace samla::requests::note_requests
