#include "core/domain/form_diff.h"

#include <algorithm>

#include "core/domain/form_check.h"

namespace samla::domain {
namespace {

std::string text_of_bound(const std::optional<std::int64_t>& bound) {
  return bound ? std::to_string(*bound) : std::string();
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& each : words) out += (out.empty() ? "" : ", ") + each;
  return out;
}

std::string text_of_choices(const Question& question) {
  std::string out;
  for (const Choice& each : question.choices)
    out += (out.empty() ? "" : ", ") + each.id + " (" + each.label.nb + "; " + each.label.nn + ")";
  return out;
}

std::string text_of_condition(const Question& question) {
  return question.when ? question.when->question + " = " + joined(question.when->is) : std::string();
}

void compare(const Question& before, const Question& after, std::vector<FormChange>& out) {
  const auto part = [&](std::string_view name, const std::string& old_text, const std::string& new_text) {
    if (old_text != new_text) out.push_back({after.id, "changed", std::string(name), old_text, new_text});
  };
  part("type", std::string(word_of(before.type)), std::string(word_of(after.type)));
  part("label.nb", before.label.nb, after.label.nb);
  part("label.nn", before.label.nn, after.label.nn);
  part("help.nb", before.help.nb, after.help.nb);
  part("help.nn", before.help.nn, after.help.nn);
  part("required", before.required ? "true" : "false", after.required ? "true" : "false");
  part("choices", text_of_choices(before), text_of_choices(after));
  part("least", text_of_bound(before.least), text_of_bound(after.least));
  part("most", text_of_bound(before.most), text_of_bound(after.most));
  part("items", joined(before.items), joined(after.items));
  part("when", text_of_condition(before), text_of_condition(after));
}

const Section* section_of(const Form& form, const Question& question) {
  for (const Section& each : form.sections) {
    if (std::ranges::find(each.questions, question.id, &Question::id) != each.questions.end()) return &each;
  }
  return nullptr;
}

/// Of the sections that both have: what they are called and which theme is theirs.
void compare_sections(const Form& before, const Form& after, std::vector<FormChange>& out) {
  for (const Section& each : after.sections) {
    const auto old = std::ranges::find(before.sections, each.id, &Section::id);
    if (old == before.sections.end()) continue;
    const auto part = [&](const std::string& name, const std::string& old_text, const std::string& new_text) {
      if (old_text != new_text) out.push_back({"", "changed", each.id + "." + name, old_text, new_text});
    };
    part("label.nb", old->label.nb, each.label.nb);
    part("label.nn", old->label.nn, each.label.nn);
    part("theme", old->theme, each.theme);
  }
}

}  // namespace

std::vector<FormChange> diff_forms(const Form& before, const Form& after) {
  std::vector<FormChange> out;
  if (before.name != after.name)
    out.push_back({"", "changed", "name", before.name.nb + "; " + before.name.nn,
                   after.name.nb + "; " + after.name.nn});
  compare_sections(before, after, out);
  for (const Question* each : after.questions()) {
    const Question* old = before.find(each->id);
    if (old == nullptr) {
      out.push_back({each->id, "added", "", "", each->label.nb});
      continue;
    }
    const std::string from = section_of(before, *old)->id;
    const std::string to = section_of(after, *each)->id;
    if (from != to) out.push_back({each->id, "moved", "section", from, to});
    compare(*old, *each, out);
  }
  for (const Question* each : before.questions()) {
    if (after.find(each->id) == nullptr) out.push_back({each->id, "removed", "", each->label.nb, ""});
  }
  return out;
}

std::vector<AnswerMove> preview_moves(const Form& before, const Form& after,
                                      const std::map<std::string, std::string>& answers) {
  std::vector<AnswerMove> out;
  for (const Question* each : after.questions()) {
    if (each->type == QuestionType::kItems) continue;
    const auto answer = answers.find(each->id);
    if (answer == answers.end()) {
      if (before.find(each->id) == nullptr) out.push_back({each->id, "new", "", ""});
      continue;
    }
    std::string fault = fault_of(*each, answer->second);
    const bool fits = fault.empty();
    out.push_back({each->id, fits ? "kept" : "doubtful", answer->second, std::move(fault)});
  }
  for (const std::string& id : tray_of(after, answers)) out.push_back({id, "tray", answers.at(id), ""});
  return out;
}

}  // namespace samla::domain
