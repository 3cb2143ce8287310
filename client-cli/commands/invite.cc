// invite: links with which others join; their QR codes are made here.
#include "client-cli/commands/command.h"
#include "client-cli/qr_code.h"

namespace samla::cli {
namespace {

void show_code(const Given& given) { print_qr_code(given.text("INVITE")); }

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
