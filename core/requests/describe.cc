#include "core/requests/describe.h"

#include "core/requests/catalogue.h"
#include "core/requests/client.h"

namespace samla::requests {
namespace {

std::string_view word_of(Type type) {
  switch (type) {
    case Type::kInteger:
      return "integer";
    case Type::kBoolean:
      return "boolean";
    case Type::kTexts:
      return "list of texts";
    case Type::kTextMap:
      return "object of texts";
    case Type::kText:
      break;
  }
  return "text";
}

Json schema_of(const Parameter& parameter) {
  Json out = Json::object();
  switch (parameter.type) {
    case Type::kText:
      out["type"] = "string";
      break;
    case Type::kInteger:
      out["type"] = "integer";
      out["minimum"] = 0;
      out["maximum"] = 2147483647;
      break;
    case Type::kBoolean:
      out["type"] = "boolean";
      break;
    case Type::kTexts:
      out["type"] = "array";
      out["items"] = {{"type", "string"}};
      break;
    case Type::kTextMap:
      out["type"] = "object";
      out["additionalProperties"] = {{"type", "string"}};
      break;
  }
  out["description"] = parameter.description;
  if (!parameter.one_of.empty()) out["enum"] = parameter.one_of;
  if (!parameter.default_text.empty()) out["default"] = parameter.default_text;
  return out;
}

Json describe(const Request& request) {
  Json properties = {{"request", {{"const", request.name}}}};
  Json required = {"request"};
  Json parameters = Json::array();
  for (const Parameter& each : request.parameters) {
    Json schema = schema_of(each);
    properties[std::string(each.name)] = schema;
    if (each.required) required.push_back(each.name);
    Json row = {{"name", each.name}, {"required", each.required}};
    row.update(schema);
    parameters.push_back(std::move(row));
  }
  Json reply = {{"ok", {{"const", true}}}};
  for (const auto& [name, words] : request.reply) reply[std::string(name)] = {{"description", words}};
  return {{"name", request.name},
          {"summary", request.summary},
          {"parameters", std::move(parameters)},
          {"schema",
           {{"type", "object"},
            {"properties", std::move(properties)},
            {"required", std::move(required)},
            {"additionalProperties", false}}},
          {"reply", {{"type", "object"}, {"properties", std::move(reply)}, {"required", {"ok"}}}}};
}

std::string row_of(const Parameter& parameter) {
  std::string words(parameter.description);
  for (std::size_t i = 0; i < parameter.one_of.size(); ++i) {
    words += (i == 0 ? ": " : ", ") + std::string(parameter.one_of[i]);
  }
  const std::string needed = parameter.required ? "required"
                             : parameter.default_text.empty()
                                 ? ""
                                 : "default " + std::string(parameter.default_text);
  return "| " + std::string(parameter.name) + " | " + std::string(word_of(parameter.type)) + " | " + needed +
         " | " + words + " |\n";
}

}  // namespace

Json describe_catalogue() {
  Json out = Json::array();
  for (const Request& request : catalogue()) out.push_back(describe(request));
  return out;
}

std::string catalogue_json() { return describe_catalogue().dump(2); }

std::string catalogue_markdown() {
  std::string out =
      "# Requests\n\n"
      "Everything that a program can ask of a profile: a JSON object in, a JSON object out. Each has the "
      "member\n"
      "\"request\", its name, and the parameters below; each reply has \"ok\", and where that is false "
      "\"error\" with\n"
      "code, operation, message and hint. The codes are listed in `core/base/errors.def`.\n\n"
      "This page is made from the catalogue in `core/requests/catalogue.h`; the test of requests fails where "
      "it is\n"
      "not up to date and says how to make it anew.\n";
  for (const Request& request : catalogue()) {
    out += "\n## " + std::string(request.name) + "\n\n" + std::string(request.summary) + "\n\n";
    if (!request.parameters.empty()) {
      out += "| parameter | type | | |\n| --- | --- | --- | --- |\n";
      for (const Parameter& each : request.parameters) out += row_of(each);
      out += "\n";
    }
    out += "Reply: ok";
    for (const auto& [name, words] : request.reply) {
      out += "; " + std::string(name) + " (" + std::string(words) + ")";
    }
    out += ".\n";
  }
  return out;
}

}  // namespace samla::requests
