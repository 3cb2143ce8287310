// Requests that bring units, leaders, gatherings and participants in.
#include "core/base/clock.h"
#include "core/domain/bulk_invites.h"
#include "core/domain/import.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::import_requests {
namespace {

/// A person can mend so many before trying again.
constexpr std::size_t kMistakesShown = 5;

Error refuse(const std::vector<domain::ImportMistake>& mistakes, std::string_view operation) {
  std::string hint = "nothing was imported";
  for (std::size_t i = 0; i < mistakes.size() && i < kMistakesShown; ++i) {
    hint += "; line " + std::to_string(mistakes[i].line) + ": " + mistakes[i].message;
  }
  if (mistakes.size() > kMistakesShown)
    hint += "; and " + std::to_string(mistakes.size() - kMistakesShown) + " more (dry_run lists all)";
  return fail(ErrorCode::invalid_argument, std::string(operation), hint);
}

Json shape_of(const std::vector<domain::ImportMistake>& mistakes) {
  Json out = Json::array();
  for (const domain::ImportMistake& each : mistakes)
    out.push_back({{"line", each.line}, {"message", each.message}});
  return out;
}

using Import = Result<domain::ImportResult> (*)(domain::Workspace&, std::string_view csv, bool dry_run);

Import import_of(const std::string& kind) {
  if (kind == "leaders") return domain::import_leaders;
  if (kind == "gatherings") return domain::import_gatherings;
  if (kind == "participants") return domain::import_participants;
  return domain::import_units;
}

Result<Json> import_csv(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("org.import"));
  const bool dry_run = arguments.truth("dry_run");
  SAMLA_ASSIGN(const auto result,
               import_of(arguments.text("kind"))(*workspace, arguments.text("text"), dry_run));
  if (!result.mistakes.empty() && !dry_run) return refuse(result.mistakes, "org.import");
  Json changes = Json::array();
  for (const domain::ImportChange& each : result.changes) {
    changes.push_back({{"line", each.line},
                       {"id", each.id},
                       {"change", each.change},
                       {"field", each.field},
                       {"before", each.before},
                       {"after", each.after}});
  }
  return Json{{"changes", std::move(changes)},
              {"mistakes", shape_of(result.mistakes)},
              {"same", result.same},
              {"applied", result.applied}};
}

Result<Json> import_invites(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("invite.import"));
  const bool dry_run = arguments.truth("dry_run");
  SAMLA_ASSIGN(const std::uint64_t expires_ms,
               domain::expiry(arguments.text("expires"), SystemClock().now_ms(), "invite.import"));
  SAMLA_ASSIGN(const auto result, domain::invite_from_csv(*workspace, arguments.text("text"), expires_ms,
                                                          dry_run, profile.sync_options()));
  if (!result.mistakes.empty() && !dry_run) return refuse(result.mistakes, "invite.import");
  Json invites = Json::array();
  for (const domain::BulkInvite& each : result.invites) {
    invites.push_back({{"line", each.line},
                       {"user", each.invitation.user},
                       {"name", each.invitation.name},
                       {"unit", each.invitation.unit},
                       {"role", domain::word_of(each.invitation.role)},
                       {"invite", each.link}});
  }
  return Json{{"invites", std::move(invites)},
              {"passed_over", result.passed_over},
              {"mistakes", shape_of(result.mistakes)},
              {"expires", iso_time(expires_ms)},
              {"applied", result.applied}};
}

}  // namespace

std::vector<Request> all() {
  return {
      {"org.import",
       "Brings units, leaders, gatherings or participants in from CSV, with commas, semicolons or tabs. All "
       "is checked first; one "
       "mistake, "
       "and nothing is imported. Again is harmless. For HR. Units: columns number, name, and type, parent, "
       "fylke, kommune, language (nb, nn), headcount, successor. Leaders: user, name, unit, and level, from, "
       "to. Gatherings: name, and place, from, to, type, capacity. Participants, also for facilitators, once "
       "the gathering's space is made: gathering, user, and name, role, status, table.",
       {{"kind",
         Type::kText,
         true,
         "what the rows are",
         {},
         {"units", "leaders", "gatherings", "participants"}},
        {"text", Type::kText, true, "the file"},
        {"dry_run", Type::kBoolean, false, "says what would change, and every mistake, and imports nothing"}},
       {{"changes", "a list of line, id, change (new, changed), field, before, after"},
        {"mistakes", "a list of line and message"},
        {"same", "how many rows are as they were"},
        {"applied", "whether it was imported"}},
       import_csv},
      {"invite.import",
       "Makes an invite for each row of a CSV: columns user, name, and unit, role (leader where empty). All "
       "is "
       "checked first; one mistake, and nobody is invited. Who is in, or has an invite that holds, is passed "
       "over. For an administrator. Needs the server.",
       {{"text", Type::kText, true, "the file"},
        {"expires", Type::kText, false, "how long they can be used: a number and s, m, h, d or w", "14d"},
        {"dry_run", Type::kBoolean, false,
         "says who would be invited, and every mistake, and invites nobody"}},
       {{"invites", "a list of line, user, name, unit, role, invite (the link)"},
        {"passed_over", "handles of those who need none"},
        {"mistakes", "a list of line and message"},
        {"expires", "when"},
        {"applied", "whether they were invited"}},
       import_invites},
  };
}

}  // namespace samla::requests::import_requests
