// Requests about conflicts.
#include "core/domain/conflicts.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::conflict_requests {
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
  SAMLA_ASSIGN(const auto conflict, domain::show_conflict(*workspace, arguments.text("id")));
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

Result<Json> resolve_all(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("conflict.resolve.all"));
  const domain::Resolution how{arguments.find_number("keep"), {}, arguments.truth("both")};
  SAMLA_ASSIGN(const auto settled, domain::resolve_all(*workspace, arguments.text("kind"), how));
  Json out = Json::array();
  for (const domain::Conflict& each : settled) {
    profile.tell_changed(each.record);
    out.push_back(each.id);
  }
  return Json{{"resolved", std::move(out)}};
}

Result<Json> undo(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("conflict.undo"));
  SAMLA_ASSIGN(const view::Value value, domain::undo_resolution(*workspace, arguments.text("id")));
  return Json{{"value", value_of(value)}};
}

const Parameter kId = {"id", Type::kText, true, "the conflict's id, or a unique beginning of it"};
constexpr std::string_view kReply =
    "id, kind (hard, erase, text, form), record, record_kind, field, space, space_id, heads (n, value, user, "
    "user_name, device, time, readable), the shown one first; of a text merged, what is shown meanwhile";

}  // namespace

std::vector<Request> all() {
  return {
      {"conflict.list",
       "Lists what a person should look at: values that two wrote without knowing of each other.",
       {},
       {{"conflicts", "a list of conflicts as conflict.show gives them"}},
       list},
      {"conflict.show",
       "Shows a conflict with all its values, and where it is known what all of them replaced (base) with "
       "the "
       "words that each changed (diff).",
       {kId},
       {{"conflict", kReply}},
       show},
      {"conflict.resolve",
       "Settles a conflict for everybody. Exactly one of keep, value and both says how.",
       {kId,
        {"keep", Type::kInteger, false,
         "the number of the value that stands; of kind erase 1 keeps, 2 deletes"},
        {"value", Type::kText, false, "a new value in place of all"},
        {"both", Type::kBoolean, false, "true: one after the other; of kind text alone"}},
       {{"conflict", "what was settled, as it was"}},
       resolve},
      {"conflict.resolve.all",
       "Settles all conflicts of one kind alike, by keep or both.",
       {{"kind", Type::kText, true, "which", {}, {"hard", "erase", "text", "form"}},
        {"keep", Type::kInteger, false, "the number of the value that stands"},
        {"both", Type::kBoolean, false, "true: both; of kind text alone"}},
       {{"resolved", "the ids of those that were settled"}},
       resolve_all},
      {"conflict.undo",
       "Takes back what settled a conflict last: what was shown before stands again.",
       {{"id", Type::kText, true, "the conflict's whole id, as it was"}},
       {{"value", "what stands now"}},
       undo},
  };
}

}  // namespace samla::requests::conflict_requests
