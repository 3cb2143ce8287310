// Forms: what an assessment asks, as data. A question's id is stable: answers are stored under it, in every
// version alike. form_json.h reads them, form_versions.h knows which there are. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace samla::domain {

/// Words in both languages of the programme.
struct Label {
  std::string nb;
  std::string nn;

  bool operator==(const Label&) const = default;
  const std::string& in(std::string_view language) const { return language == "nn" && !nn.empty() ? nn : nb; }
};

enum class QuestionType {
  kText,
  kChoice,  ///< the answer is a choice's id
  kScale,   ///< a whole number, least to most
  kNumber,  ///< a whole number, least to most where given
  kItems,   ///< strengths, weaknesses or proposed measures: records of their own, not answers
};
inline constexpr std::size_t kQuestionTypes = 5;
/// "text", "choice", "scale", "number", "items".
std::string_view word_of(QuestionType type);
std::optional<QuestionType> question_type(std::string_view word);

struct Choice {
  std::string id;
  Label label;

  bool operator==(const Choice&) const = default;
};

/// Asked only where an earlier question has one of these answers.
struct Condition {
  std::string question;
  std::vector<std::string> is;

  bool operator==(const Condition&) const = default;
};

struct Question {
  std::string id;
  QuestionType type = QuestionType::kText;
  Label label;
  Label help;             ///< both empty: none
  bool required = false;  ///< for submitting
  std::vector<Choice> choices;
  std::optional<std::int64_t> least;
  std::optional<std::int64_t> most;
  std::vector<std::string> items;  ///< of kItems: styrke, svakhet, tiltak
  std::optional<Condition> when;

  bool operator==(const Question&) const = default;
};

struct Section {
  std::string id;
  Label label;
  std::string theme;  ///< a theme's key; empty: of none
  std::vector<Question> questions;

  bool operator==(const Section&) const = default;
};

struct Form {
  std::string id;
  Label name;
  std::vector<Section> sections;

  bool operator==(const Form&) const = default;
  /// Null: it asks no such thing.
  const Question* find(std::string_view question) const;
  /// In their order.
  std::vector<const Question*> questions() const;
};

}  // namespace samla::domain
