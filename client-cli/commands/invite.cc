// invite: links with which others join; their QR codes are made here.
#include "client-cli/commands/command.h"
#include "client-cli/invite_sheet.h"
#include "client-cli/qr_code.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

void show_code(const Given& given) { print_qr_code(given.text("INVITE")); }

void take_invitations(Json& request, const Given&, Session&) { request["text"] = read_stdin(); }

void write_files(const Json& reply, const Given& given) {
  if (!reply.value("applied", false)) return;
  if (given.has("--csv")) write_private_file(given.text("--csv"), invite_table(reply["invites"]));
  if (given.has("--sheet")) {
    write_private_file(given.text("--sheet"), invite_sheet(reply["invites"], reply.value("expires", "")));
  }
}

}  // namespace

std::vector<Command> invite_commands() {
  return {
      {.words = "invite create",
       .request = "invite.create",
       .options = {{"--user", "user", Shape::kText, true},
                   {"--name", "name", Shape::kText, true},
                   {"--role", "role", Shape::kText, true},
                   {"--unit", "unit"},
                   {"--expires", "expires"}},
       .view = {View::Form::kText, "invite"}},
      {.words = "invite import",
       .request = "invite.import",
       .options = {{"--stdin", "", Shape::kFlag, true, "the file is what comes on standard input"},
                   {"--csv", "", Shape::kText, false, "where to write a table with the links"},
                   {"--sheet", "", Shape::kText, false, "where to write a page of QR codes to print"},
                   {"--expires", "expires"},
                   {"--dry-run", "dry_run", Shape::kFlag}},
       .view = {View::Form::kTable, "invites", {"line", "user", "name", "unit", "role", "invite"}},
       .prepare = take_invitations,
       .finish = write_files},
      {.words = "invite list",
       .request = "invite.list",
       .view = {View::Form::kTable, "invites", {"id", "user", "name", "role", "status", "expires"}}},
      {.words = "invite revoke", .request = "invite.revoke", .options = {{"ID", "id", Shape::kText, true}}},
      {.words = "invite show",
       .request = "",
       .options = {{"INVITE", "", Shape::kText, true, "the link"}},
       .summary = "Shows an invite as a QR code, to be read by a telephone.",
       .local = show_code},
  };
}

}  // namespace samla::cli
