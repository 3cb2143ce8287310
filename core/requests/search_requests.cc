// The request that searches everything.
#include "core/base/encoding.h"
#include "core/domain/search.h"
#include "core/requests/catalogue.h"
#include "core/requests/shapes.h"

namespace samla::requests::search_requests {
namespace {

Result<Json> search(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(domain::Workspace * workspace, profile.workspace("search"));
  domain::SearchFilter filter;
  filter.words = arguments.text("query");
  filter.kinds = arguments.texts("kinds");
  filter.tag = arguments.find_text("tag");
  filter.unit = arguments.find_text("unit");
  filter.from = arguments.find_text("from");
  filter.until = arguments.find_text("until");
  filter.limit = arguments.find_number("limit").value_or(20);
  SAMLA_ASSIGN(const auto found, domain::search(*workspace, filter));
  domain::Names names(*workspace);
  Json out = Json::array();
  for (const domain::Found& each : found) {
    Json row = {{"id", to_hex(each.id)},
                {"kind", each.kind},
                {"title", each.title},
                {"snippet", each.snippet},
                {"space", names.space(each.space)},
                {"updated", iso_time(each.updated_ms)}};
    if (!each.part_of.empty()) row["part_of"] = each.part_of;
    out.push_back(std::move(row));
  }
  return Json{{"results", std::move(out)}};
}

}  // namespace

std::vector<Request> all() {
  return {
      {"search",
       "Searches everything that this device can read, best first: words and words of the same stem, then "
       "words "
       "as people write them without å, ø and æ.",
       {{"query", Type::kText, true,
         "words, the last as the beginning of one, and \"phrases\"; all must be there"},
        {"kinds", Type::kTexts, false, "only records of these kinds"},
        {"tag", Type::kText, false, "only with this tag"},
        {"unit", Type::kText, false, "only in the spaces of the unit of this number"},
        {"from", Type::kText, false, "a date: changed then or later"},
        {"until", Type::kText, false, "a date: changed then or earlier"},
        {"limit", Type::kInteger, false, "at most so many; without it 20, 0: all"}},
       {{"results",
         "a list of id, kind, title, snippet (matches between « and »), space, updated; of an item or a "
         "comment "
         "also part_of, the assessment's or revision's id"}},
       search},
  };
}

}  // namespace samla::requests::search_requests
