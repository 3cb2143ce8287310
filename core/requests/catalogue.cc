#include "core/requests/catalogue.h"

#include <algorithm>
#include <limits>

#include "core/base/assert.h"
#include "core/base/wipe_text.h"

namespace samla::requests {
namespace {

constexpr std::string_view kName = "request";

bool is_text_list(const Json& value) {
  return value.is_array() && std::ranges::all_of(value, [](const Json& each) { return each.is_string(); });
}

bool is_text_map(const Json& value) {
  return value.is_object() && std::ranges::all_of(value, [](const Json& each) { return each.is_string(); });
}

bool is_count(const Json& value) {
  return value.is_number_unsigned() &&
         value.get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int32_t>::max()};
}

struct TypeRule {
  std::string_view words;
  bool (*holds)(const Json&);
};

TypeRule rule_of(Type type) {
  switch (type) {
    case Type::kInteger:
      return {"a whole number from 0 to 2147483647", is_count};
    case Type::kBoolean:
      return {"true or false", [](const Json& value) { return value.is_boolean(); }};
    case Type::kTexts:
      return {"a list of texts", is_text_list};
    case Type::kTextMap:
      return {"an object whose values are texts", is_text_map};
    case Type::kText:
      break;
  }
  return {"a text", [](const Json& value) { return value.is_string(); }};
}

Error refuse(const Request& request, std::string hint) {
  return fail(ErrorCode::invalid_argument, std::string(request.name), std::move(hint));
}

std::string listed(const std::vector<std::string_view>& words) {
  std::string out;
  for (const std::string_view word : words) out += (out.empty() ? "" : ", ") + std::string(word);
  return out;
}

Result<void> check_value(const Request& request, const Parameter& parameter, const Json& value) {
  const TypeRule rule = rule_of(parameter.type);
  const std::string name(parameter.name);
  if (!rule.holds(value)) return refuse(request, "'" + name + "' must be " + std::string(rule.words));
  if (parameter.one_of.empty()) return {};
  const auto text = value.get<std::string>();
  if (std::ranges::find(parameter.one_of, text) != parameter.one_of.end()) return {};
  return refuse(request, "'" + name + "' must be one of " + listed(parameter.one_of));
}

Result<void> check_no_strangers(const Request& request, const Json& json) {
  for (const auto& [name, value] : json.items()) {
    if (name == kName ||
        std::ranges::find(request.parameters, name, &Parameter::name) != request.parameters.end())
      continue;
    std::vector<std::string_view> known;
    for (const Parameter& each : request.parameters) known.push_back(each.name);
    return refuse(request, "there is no parameter '" + name + "'; " +
                               (known.empty() ? "it takes none" : "it takes " + listed(known)));
  }
  return {};
}

}  // namespace

void wipe_texts(Json& json) {
  if (json.is_string()) wipe_text(json.get_ref<std::string&>());
  if (json.is_structured()) {
    for (Json& each : json) wipe_texts(each);
  }
}

std::optional<std::string> Arguments::find_text(std::string_view name) const {
  const auto found = json_.find(name);
  if (found == json_.end()) return std::nullopt;
  SAMLA_ASSERT(found->is_string());
  return found->get<std::string>();
}

SecretText Arguments::secret(std::string_view name) const {
  const auto found = json_.find(name);
  if (found == json_.end()) return {};
  SAMLA_ASSERT(found->is_string());
  return found->get_ref<const std::string&>();
}

std::optional<std::size_t> Arguments::find_number(std::string_view name) const {
  const auto found = json_.find(name);
  if (found == json_.end()) return std::nullopt;
  SAMLA_ASSERT(found->is_number_unsigned());
  return found->get<std::size_t>();
}

bool Arguments::truth(std::string_view name) const {
  const auto found = json_.find(name);
  SAMLA_ASSERT(found == json_.end() || found->is_boolean());
  return found != json_.end() && found->get<bool>();
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto found = json_.find(name);
  if (found == json_.end()) return {};
  SAMLA_ASSERT(is_text_list(*found));
  return found->get<std::vector<std::string>>();
}

std::map<std::string, std::string> Arguments::text_map(std::string_view name) const {
  const auto found = json_.find(name);
  if (found == json_.end()) return {};
  SAMLA_ASSERT(is_text_map(*found));
  return found->get<std::map<std::string, std::string>>();
}

const std::vector<Request>& catalogue() {
  static const std::vector<Request> all = [] {
    std::vector<Request> out;
    for (const auto& noun :
         {organisation_requests::all, import_requests::all,  device_requests::all,   space_requests::all,
          programme_requests::all,    note_requests::all,    search_requests::all,   form_requests::all,
          assessment_requests::all,   review_requests::all,  measure_requests::all,  cascade_requests::all,
          gathering_requests::all,    group_requests::all,   input_requests::all,    cluster_requests::all,
          round_requests::all,        history_requests::all, conflict_requests::all, sync_requests::all,
          report_requests::all,       key_requests::all,     demo_requests::all,     doctor_requests::all,
          person_requests::all,       profile_requests::all}) {
      for (Request& request : noun()) out.push_back(std::move(request));
    }
    return out;
  }();
  return all;
}

const Request* find_request(std::string_view name) {
  const auto found = std::ranges::find(catalogue(), name, &Request::name);
  return found == catalogue().end() ? nullptr : &*found;
}

Result<Arguments> check_arguments(const Request& request, const Json& json) {
  SAMLA_TRY(check_no_strangers(request, json));
  Json arguments = Json::object();
  for (const Parameter& parameter : request.parameters) {
    const auto given = json.find(parameter.name);
    if (given != json.end()) {
      SAMLA_TRY(check_value(request, parameter, *given));
      arguments[std::string(parameter.name)] = *given;
    } else if (parameter.required) {
      return refuse(request, "the parameter '" + std::string(parameter.name) + "' is missing");
    } else if (!parameter.default_text.empty()) {
      arguments[std::string(parameter.name)] = std::string(parameter.default_text);
    }
  }
  return Arguments(std::move(arguments));
}

}  // namespace samla::requests
