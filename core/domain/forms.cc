#include "core/domain/forms.h"

#include <algorithm>
#include <array>

namespace samla::domain {
namespace {

constexpr std::array<std::string_view, kQuestionTypes> kTypeWords = {"text", "choice", "scale", "number",
                                                                     "items"};

}  // namespace

std::string_view word_of(QuestionType type) { return kTypeWords.at(static_cast<std::size_t>(type)); }

std::optional<QuestionType> question_type(std::string_view word) {
  const auto found = std::ranges::find(kTypeWords, word);
  if (found == kTypeWords.end()) return std::nullopt;
  return static_cast<QuestionType>(found - kTypeWords.begin());
}

const Question* Form::find(std::string_view question) const {
  for (const Section& section : sections) {
    const auto found = std::ranges::find(section.questions, question, &Question::id);
    if (found != section.questions.end()) return &*found;
  }
  return nullptr;
}

std::vector<const Question*> Form::questions() const {
  std::vector<const Question*> out;
  for (const Section& section : sections) {
    for (const Question& each : section.questions) out.push_back(&each);
  }
  return out;
}

}  // namespace samla::domain
