// Requests about conflicts.
#include "core/domain/conflicts.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests {
namespace {

Result<Json> list(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("conflict.list"));
  SAMLA_ASSIGN(const auto conflicts, domain::list_conflicts(*workspace));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Conflict& each : conflicts) out.push_back(shape_of(each, names));
  return Json{{"conflicts", std::move(out)}};
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("conflict.show"));
  SAMLA_ASSIGN(const auto conflict, domain::find_conflict(*workspace, arguments.text("id"), "conflict.show"));
  domain::Names names(*workspace);
  return Json{{"conflict", shape_of(conflict, names)}};
}

Result<Json> resolve(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("conflict.resolve"));
  const domain::Resolution how{arguments.find_number("keep"), arguments.find_text("value"),
                               arguments.truth("both")};
  SAMLA_ASSIGN(const auto conflict, domain::resolve_conflict(*workspace, arguments.text("id"), how));
  profile.tell_changed(conflict.record);
  domain::Names names(*workspace);
  return Json{{"conflict", shape_of(conflict, names)}};
}

const Parameter kId = {"id", Type::kText, true, "the conflict's id, or a unique beginning of it"};
constexpr std::string_view kReply =
    "id, kind (hard, erase, text, form), record, record_kind, field, space, space_id, heads (n, value, user, "
    "user_name, device, time, readable), the shown one first";

}  // namespace

std::vector<Request> conflict_requests() {
  return {
      {"conflict.list",
       "Lists what a person should look at: values that two wrote without knowing of each other.",
       {},
       {{"conflicts", "a list of conflicts as conflict.show gives them"}},
       list},
      {"conflict.show", "Shows a conflict with all its values.", {kId}, {{"conflict", kReply}}, show},
      {"conflict.resolve",
       "Settles a conflict for everybody. Exactly one of keep, value and both says how.",
       {kId,
        {"keep", Type::kInteger, false,
         "the number of the value that stands; of kind erase 1 keeps, 2 deletes"},
        {"value", Type::kText, false, "a new value in place of all"},
        {"both", Type::kBoolean, false, "true: one after the other; of kind text alone"}},
       {{"conflict", "what was settled, as it was"}},
       resolve},
  };
}

}  // namespace samla::requests
