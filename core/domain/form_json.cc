#include "core/domain/form_json.h"

#include <algorithm>
#include <initializer_list>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "core/domain/kinds.h"

namespace samla::domain {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kIdBytesMax = 40;
constexpr std::size_t kLabelBytesMax = 400;
constexpr std::size_t kChoicesMax = 30;
/// "Mindre styring": more than this draws a warning.
constexpr std::size_t kRequiredMany = 5;
constexpr std::int64_t kScaleStepsMax = 20;
constexpr std::int64_t kBoundMax = 1'000'000'000;

bool is_id(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  };
  return !id.empty() && id.size() <= kIdBytesMax && id[0] >= 'a' && id[0] <= 'z' &&
         std::ranges::all_of(id, fits);
}

/// No line breaks: a label stands on a line of its own wherever it is shown.
bool is_line(std::string_view text) {
  return text.size() <= kLabelBytesMax &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

/// Reads member by member; what is wrong is noted, and reading goes on.
class Reader {
 public:
  explicit Reader(ReadForm& out) : out_(out) {}

  void form(const Json& json) {
    if (!object(json, "", {"form", "name", "sections"})) return;
    out_.form.id = id(json, "", "form");
    out_.form.name = label(json, "", "name", true);
    const Json* sections = list(json, "", "sections", kQuestionsMax);
    for (std::size_t i = 0; sections != nullptr && i < sections->size(); ++i)
      out_.form.sections.push_back(section((*sections)[i], "sections[" + std::to_string(i) + "]"));
    whole();
  }
  void problem(std::string where, std::string message, bool refused = true) {
    out_.problems.push_back({std::move(where), std::move(message), refused});
  }

 private:
  static std::string at(const std::string& where, std::string_view member) {
    return where.empty() ? std::string(member) : where + "." + std::string(member);
  }

  bool object(const Json& json, const std::string& where, std::initializer_list<std::string_view> members) {
    if (!json.is_object()) {
      problem(where, "must be an object");
      return false;
    }
    for (const auto& [name, value] : json.items()) {
      if (std::ranges::find(members, name) == members.end())
        problem(at(where, name), "is no member that is known here");
    }
    return true;
  }

  std::string text(const Json& json, const std::string& where, std::string_view member, bool needed) {
    const auto found = json.find(member);
    if (found == json.end()) {
      if (needed) problem(at(where, member), "is missing");
      return {};
    }
    if (!found->is_string()) {
      problem(at(where, member), "must be a text");
      return {};
    }
    return found->get<std::string>();
  }

  std::string id(const Json& json, const std::string& where, std::string_view member) {
    std::string out = text(json, where, member, true);
    if (!out.empty() && !is_id(out))
      problem(at(where, member), "must be 1 to 40 of a-z, 0-9, _ and -, a letter first");
    return out;
  }

  const Json* list(const Json& json, const std::string& where, std::string_view member, std::size_t most) {
    const auto found = json.find(member);
    if (found == json.end() || !found->is_array() || found->empty() || found->size() > most) {
      problem(at(where, member), "must be a list of 1 to " + std::to_string(most));
      return nullptr;
    }
    return &*found;
  }

  Label label(const Json& json, const std::string& where, std::string_view member, bool needed) {
    const auto found = json.find(member);
    if (found == json.end()) {
      if (needed) problem(at(where, member), "is missing: words in nb and nn");
      return {};
    }
    const std::string here = at(where, member);
    if (!object(*found, here, {"nb", "nn"})) return {};
    Label out{text(*found, here, "nb", false), text(*found, here, "nn", false)};
    if (out.nb.empty()) problem(at(here, "nb"), "the words in bokmål are missing");
    if (out.nn.empty()) problem(at(here, "nn"), "the words in nynorsk are missing");
    if (!is_line(out.nb) || !is_line(out.nn)) problem(here, "must be one line of at most 400 bytes");
    return out;
  }

  Section section(const Json& json, const std::string& where) {
    Section out;
    if (!object(json, where, {"id", "label", "theme", "questions"})) return out;
    out.id = id(json, where, "id");
    out.label = label(json, where, "label", true);
    out.theme = text(json, where, "theme", false);
    if (!out.theme.empty() && !is_id(out.theme)) problem(at(where, "theme"), "must be a theme's id");
    const Json* questions = list(json, where, "questions", kQuestionsMax);
    for (std::size_t i = 0; questions != nullptr && i < questions->size(); ++i)
      out.questions.push_back(question((*questions)[i], at(where, "questions[" + std::to_string(i) + "]")));
    return out;
  }

  Question question(const Json& json, const std::string& where) {
    Question out;
    if (!object(json, where,
                {"id", "type", "label", "help", "required", "choices", "least", "most", "items", "when"}))
      return out;
    out.id = id(json, where, "id");
    const auto type = question_type(text(json, where, "type", true));
    if (type) {
      out.type = *type;
    } else {
      problem(at(where, "type"), "must be text, choice, scale, number or items");
    }
    out.label = label(json, where, "label", true);
    out.help = label(json, where, "help", false);
    out.required = truth(json, where, "required");
    if (type) parts_of(out, json, where);
    if (json.contains("when")) out.when = condition(json["when"], at(where, "when"));
    return out;
  }

  bool truth(const Json& json, const std::string& where, std::string_view member) {
    const auto found = json.find(member);
    if (found == json.end()) return false;
    if (!found->is_boolean()) problem(at(where, member), "must be true or false");
    return found->is_boolean() && found->get<bool>();
  }

  /// What only some types have.
  void parts_of(Question& out, const Json& json, const std::string& where) {
    const auto belongs = [&](std::string_view member, bool fits) {
      if (json.contains(member) && !fits)
        problem(at(where, member), "is nothing that a question of this type has");
      return fits && json.contains(member);
    };
    const bool is_choice = out.type == QuestionType::kChoice;
    const bool is_scale = out.type == QuestionType::kScale;
    const bool has_bounds = is_scale || out.type == QuestionType::kNumber;
    const bool is_items = out.type == QuestionType::kItems;
    belongs("choices", is_choice);
    belongs("items", is_items);
    if (is_choice) choices(out, json, where);
    if (is_items) items(out, json, where);
    if (belongs("least", has_bounds)) out.least = bound(json, where, "least");
    if (belongs("most", has_bounds)) out.most = bound(json, where, "most");
    if (is_scale && (!out.least || !out.most || *out.most - *out.least > kScaleStepsMax))
      problem(where, "a scale has a least and a most, at most 20 apart");
    if (out.least && out.most && *out.least >= *out.most) problem(where, "least must be less than most");
  }

  std::optional<std::int64_t> bound(const Json& json, const std::string& where, std::string_view member) {
    const Json& value = json[std::string(member)];
    const bool fits =
        value.is_number_integer() &&
        (!value.is_number_unsigned() || value.get<std::uint64_t>() <= std::uint64_t{kBoundMax}) &&
        value.get<std::int64_t>() >= -kBoundMax && value.get<std::int64_t>() <= kBoundMax;
    if (fits) return value.get<std::int64_t>();
    problem(at(where, member), "must be a whole number of at most nine digits");
    return std::nullopt;
  }

  void choices(Question& out, const Json& json, const std::string& where) {
    const Json* given = list(json, where, "choices", kChoicesMax);
    std::set<std::string> ids;
    for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
      const std::string here = at(where, "choices[" + std::to_string(i) + "]");
      if (!object((*given)[i], here, {"id", "label"})) continue;
      Choice choice{id((*given)[i], here, "id"), label((*given)[i], here, "label", true)};
      if (!ids.insert(choice.id).second) problem(at(here, "id"), "is there twice");
      out.choices.push_back(std::move(choice));
    }
  }

  void items(Question& out, const Json& json, const std::string& where) {
    out.items = texts(json, where, "items", 3);
    for (const std::string& each : out.items) {
      if (each != "styrke" && each != "svakhet" && each != "tiltak")
        problem(at(where, "items"), "may hold styrke, svakhet and tiltak");
    }
    if (std::set(out.items.begin(), out.items.end()).size() != out.items.size())
      problem(at(where, "items"), "one is there twice");
  }

  std::vector<std::string> texts(const Json& json, const std::string& where, std::string_view member,
                                 std::size_t most) {
    std::vector<std::string> out;
    const Json* given = list(json, where, member, most);
    for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
      if ((*given)[i].is_string()) {
        out.push_back((*given)[i].get<std::string>());
      } else {
        problem(at(where, member), "must hold texts");
      }
    }
    return out;
  }

  std::optional<Condition> condition(const Json& json, const std::string& where) {
    if (!object(json, where, {"question", "is"})) return std::nullopt;
    return Condition{id(json, where, "question"), texts(json, where, "is", kChoicesMax)};
  }

  void whole() {
    std::set<std::string> sections;
    std::set<std::string> seen;
    std::size_t required = 0;
    for (const Section& section : out_.form.sections) {
      if (!sections.insert(section.id).second) problem(section.id, "two sections have this id");
      for (const Question& each : section.questions) {
        if (is_reserved_for_assessments(each.id))
          problem(each.id, "is a name that every assessment has already");
        if (each.when) check(each, seen);
        if (!seen.insert(each.id).second) problem(each.id, "two questions have this id");
        required += each.required ? 1 : 0;
      }
    }
    if (seen.size() > kQuestionsMax) problem("", "a form has at most 40 questions");
    if (required > kRequiredMany)
      problem("", std::to_string(required) + " questions are required; few should be", false);
  }

  /// Only what was asked before can decide, so that nobody goes in a circle.
  void check(const Question& each, const std::set<std::string>& before) {
    const Question* decides = out_.form.find(each.when->question);
    if (decides == nullptr || !before.contains(each.when->question)) {
      problem(each.id, "when: '" + each.when->question + "' is no earlier question");
      return;
    }
    if (decides->type == QuestionType::kText || decides->type == QuestionType::kItems)
      problem(each.id, "when: a text or a list of items cannot decide; a choice, scale or number can");
    for (const std::string& word : each.when->is) {
      if (decides->type == QuestionType::kChoice &&
          std::ranges::find(decides->choices, word, &Choice::id) == decides->choices.end())
        problem(each.id, "when: '" + word + "' is no choice of '" + decides->id + "'");
    }
  }

  ReadForm& out_;
};

Json json_of_label(const Label& label) { return {{"nb", label.nb}, {"nn", label.nn}}; }

Json json_of_question(const Question& each) {
  Json out = {{"id", each.id}, {"type", word_of(each.type)}, {"label", json_of_label(each.label)}};
  if (each.help != Label()) out["help"] = json_of_label(each.help);
  if (each.required) out["required"] = true;
  for (const Choice& choice : each.choices)
    out["choices"].push_back({{"id", choice.id}, {"label", json_of_label(choice.label)}});
  if (each.least) out["least"] = *each.least;
  if (each.most) out["most"] = *each.most;
  if (!each.items.empty()) out["items"] = each.items;
  if (each.when) out["when"] = {{"question", each.when->question}, {"is", each.when->is}};
  return out;
}

}  // namespace

bool ReadForm::usable() const { return std::ranges::none_of(problems, &FormProblem::refused); }

ReadForm read_form(std::string_view json) {
  ReadForm out;
  Reader reader(out);
  if (json.size() > kFormBytesMax || json.find('\0') != json.npos) {
    reader.problem("", "a form is JSON of at most 64 KiB");
    return out;
  }
  constexpr bool kThrow = true;
  const Json parsed = Json::parse(json, nullptr, !kThrow);
  if (parsed.is_discarded()) {
    reader.problem("", "is not JSON in UTF-8");
    return out;
  }
  reader.form(parsed);
  return out;
}

std::string json_of(const Form& form) {
  Json out = {{"form", form.id}, {"name", json_of_label(form.name)}, {"sections", Json::array()}};
  for (const Section& section : form.sections) {
    Json row = {{"id", section.id}, {"label", json_of_label(section.label)}};
    if (!section.theme.empty()) row["theme"] = section.theme;
    row["questions"] = Json::array();
    for (const Question& each : section.questions) row["questions"].push_back(json_of_question(each));
    out["sections"].push_back(std::move(row));
  }
  return out.dump(2) + "\n";
}

}  // namespace samla::domain
