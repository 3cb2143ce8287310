// Requests that bring units, leaders, gatherings and participants in.
#include "core/domain/import.h"
#include "core/requests/catalogue.h"

namespace samla::requests {
namespace {

/// A person can mend so many before trying again.
constexpr std::size_t kMistakesShown = 5;

Error refuse(const domain::ImportResult& result) {
  std::string hint = "nothing was imported";
  for (std::size_t i = 0; i < result.mistakes.size() && i < kMistakesShown; ++i) {
    const domain::ImportMistake& each = result.mistakes[i];
    hint += "; line " + std::to_string(each.line) + ": " + each.message;
  }
  if (result.mistakes.size() > kMistakesShown)
    hint += "; and " + std::to_string(result.mistakes.size() - kMistakesShown) + " more (dry_run lists all)";
  return fail(ErrorCode::invalid_argument, "org.import", hint);
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
  if (!result.mistakes.empty() && !dry_run) return refuse(result);
  Json changes = Json::array();
  for (const domain::ImportChange& each : result.changes) {
    changes.push_back({{"line", each.line},
                       {"id", each.id},
                       {"change", each.change},
                       {"field", each.field},
                       {"before", each.before},
                       {"after", each.after}});
  }
  Json mistakes = Json::array();
  for (const domain::ImportMistake& each : result.mistakes)
    mistakes.push_back({{"line", each.line}, {"message", each.message}});
  return Json{{"changes", std::move(changes)},
              {"mistakes", std::move(mistakes)},
              {"same", result.same},
              {"applied", result.applied}};
}

}  // namespace

std::vector<Request> import_requests() {
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
  };
}

}  // namespace samla::requests
