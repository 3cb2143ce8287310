#include "core/domain/form_check.h"

#include <algorithm>
#include <charconv>

namespace samla::domain {
namespace {

std::string answer_to(const std::map<std::string, std::string>& answers, const std::string& id) {
  const auto found = answers.find(id);
  return found == answers.end() ? std::string() : found->second;
}

std::string bounds_of(const Question& question) {
  if (question.least && question.most)
    return "from " + std::to_string(*question.least) + " to " + std::to_string(*question.most);
  if (question.least) return "at least " + std::to_string(*question.least);
  return "at most " + std::to_string(*question.most);
}

bool has_items(const Question& question, const Assessment& draft, const std::string& theme) {
  return std::ranges::any_of(draft.items, [&](const AssessmentItem& item) {
    return std::ranges::find(question.items, item.type) != question.items.end() &&
           (theme.empty() || item.theme == theme);
  });
}

void add_items_doubts(const Question& question, const Assessment& draft, std::vector<Warning>& out) {
  for (const std::string& type : question.items) {
    if (std::ranges::find(draft.items, type, &AssessmentItem::type) == draft.items.end())
      out.push_back({"no_items", "there is no item of the type " + type});
  }
}

}  // namespace

bool is_asked(const Question& question, const std::map<std::string, std::string>& answers) {
  if (!question.when) return true;
  const auto& words = question.when->is;
  return std::ranges::find(words, answer_to(answers, question.when->question)) != words.end();
}

std::string fault_of(const Question& question, const std::string& answer) {
  if (answer.empty()) return {};
  if (question.type == QuestionType::kChoice) {
    if (std::ranges::find(question.choices, answer, &Choice::id) != question.choices.end()) return {};
    std::string known;
    for (const Choice& each : question.choices) known += (known.empty() ? "" : ", ") + each.id;
    return "is none of " + known;
  }
  if (question.type != QuestionType::kScale && question.type != QuestionType::kNumber) return {};
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(answer.data(), answer.data() + answer.size(), number);
  if (error != std::errc() || end != answer.data() + answer.size()) return "is no whole number";
  const bool fits =
      (!question.least || number >= *question.least) && (!question.most || number <= *question.most);
  return fits ? std::string() : "must be " + bounds_of(question);
}

std::vector<Warning> missing_answers(const Form& form, const Assessment& draft) {
  std::vector<Warning> out;
  for (const Section& section : form.sections) {
    for (const Question& each : section.questions) {
      if (!each.required || !is_asked(each, draft.answers)) continue;
      const bool is_there = each.type == QuestionType::kItems ? has_items(each, draft, section.theme)
                                                              : !answer_to(draft.answers, each.id).empty();
      if (!is_there)
        out.push_back(
            {"required", "'" + each.id + "' must be answered before it is submitted: " + each.label.nb});
    }
  }
  return out;
}

std::vector<Warning> doubts_about(const Form& form, const Assessment& draft) {
  std::vector<Warning> out;
  for (const Question* each : form.questions()) {
    const std::string answer = answer_to(draft.answers, each->id);
    if (!is_asked(*each, draft.answers)) {
      if (!answer.empty())
        out.push_back(
            {"not_asked", "'" + each->id + "' has an answer that nobody asks for after the others"});
      continue;
    }
    const std::string fault = fault_of(*each, answer);
    if (!fault.empty()) out.push_back({"does_not_fit", "the answer '" + each->id + "' " + fault});
    if (each->type == QuestionType::kItems) {
      add_items_doubts(*each, draft, out);
    } else if (answer.empty()) {
      out.push_back({"unanswered", "'" + each->id + "' has no answer"});
    }
  }
  for (const std::string& id : tray_of(form, draft.answers))
    out.push_back(
        {"in_tray", "the answer '" + id + "' has no place in this version of the form; it is kept"});
  return out;
}

std::vector<std::string> tray_of(const Form& form, const std::map<std::string, std::string>& answers) {
  std::vector<std::string> out;
  for (const auto& [id, answer] : answers) {
    const Question* place = form.find(id);
    if (place == nullptr || place->type == QuestionType::kItems) out.push_back(id);
  }
  return out;
}

}  // namespace samla::domain
