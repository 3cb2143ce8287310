// The request that fills a new organisation with an invented one.
#include "core/domain/demo.h"
#include "core/domain/organisation.h"
#include "core/requests/catalogue.h"

namespace samla::requests::demo_requests {
namespace {

Result<Json> load(Profile& profile, const Arguments& arguments) {
  SAMLA_TRY(profile.check_empty("demo.load"));
  const replica::OpenOptions options = profile.open_options();
  domain::DemoPlace place;
  // Beside the profile: "hr" and "hr.people/leder1001".
  place.people = options.directory;
  place.people += ".people";
  if (const auto folder = arguments.find_text("people")) place.people = *folder;
  std::error_code error;
  if (std::filesystem::exists(place.people, error)) {
    return fail(ErrorCode::already_exists, "demo.load",
                "there is a folder for the people's profiles already: " + place.people.string());
  }
  const domain::Founder founder{"NAV PULS (oppdiktet)", arguments.text("server"), "hr", "HR", "HR"};
  SAMLA_ASSIGN(auto replica, domain::found(options, founder));
  profile.adopt(std::move(replica));
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("demo.load"));
  std::filesystem::create_directories(place.people, error);
  if (error) return fail(ErrorCode::io, "demo.load", "the folder cannot be made: " + place.people.string());
  place.passphrase = options.passphrase;
  place.sync = profile.sync_options();
  place.progress = [&](std::string_view step, std::size_t done, std::size_t all) {
    profile.events().push({{"event", "progress"}, {"step", step}, {"done", done}, {"all", all}});
  };
  const bool is_full = arguments.text("size") == "full";
  const auto plan = domain::plan_demo(is_full ? domain::DemoSize::kFull : domain::DemoSize::kSmall);
  SAMLA_ASSIGN(const domain::DemoCounts counts, domain::load_demo(*workspace, plan, place));
  return Json{{"units", counts.units},
              {"leaders", counts.leaders},
              {"groups", counts.groups},
              {"notes", counts.notes},
              {"shared", counts.shared},
              {"grouped", counts.grouped},
              {"measures", counts.measures},
              {"tasks", counts.tasks},
              {"inputs", counts.inputs},
              {"clusters", counts.clusters},
              {"shortlisted", counts.shortlisted},
              {"main_measures", counts.main_measures},
              {"conflicts", counts.conflicts},
              {"by_status", counts.by_status},
              {"people", place.people.string()}};
}

}  // namespace

std::vector<Request> all() {
  return {
      {"demo.load",
       "Founds an invented organisation on a server that has none, the same each time: units, leaders with a "
       "profile each, notes, assessments, reviews, measures, tasks; all the way that people would make them. "
       "This profile becomes HR's.",
       {{"server", Type::kText, true, "ws://HOST:PORT/#FRAGMENT, as samla-server init printed it"},
        {"size", Type::kText, false, "small: 10 units; full: 565", "small", {"small", "full"}},
        {"people", Type::kText, false,
         "a folder to be made for the leaders' profiles; without it beside this profile, ending in .people"}},
       {{"units", "how many"},
        {"leaders", "how many have joined"},
        {"notes", "how many"},
        {"groups", "leader groups, one a unit"},
        {"shared", "how many of the notes into a gathering"},
        {"grouped", "how many of the notes into a leader group"},
        {"measures", "how many"},
        {"tasks", "how many cascade tasks, one a leader"},
        {"inputs", "how many were given at the gatherings"},
        {"clusters", "how many they were gathered in"},
        {"shortlisted", "how many clusters the forum's first round left"},
        {"main_measures", "how many the forum decided on"},
        {"conflicts", "how many are open in the leaders' drafts"},
        {"by_status", "how many assessments at each status word"},
        {"people", "the folder of the leaders' profiles, which have this profile's passphrase"}},
       load},
  };
}

}  // namespace samla::requests::demo_requests
