// Forms as JSON, which HR writes and keeps: reading one with everything that is wrong with it, and writing it
// in the one order and spelling that its content id is made of. The text is hostile until it is read. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/forms.h"

namespace samla::domain {

/// Longest text of a form.
inline constexpr std::size_t kFormBytesMax = 64 * 1024;
/// A submitted revision is one record of 1,024 fields, of which items and participants take their part.
inline constexpr std::size_t kQuestionsMax = 40;

struct FormProblem {
  std::string where;  ///< "sections[0].questions[2].label.nn"; empty: the whole
  std::string message;
  bool refused = true;  ///< false: a warning; it can be published all the same
};

struct ReadForm {
  Form form;
  std::vector<FormProblem> problems;

  /// Nothing is wrong that would be refused.
  bool usable() const;
};

ReadForm read_form(std::string_view json);
/// read_form of it gives `form` again.
std::string json_of(const Form& form);

/// What is built in, as text: one a form, read by read_form.
const std::vector<std::string_view>& built_in_form_texts();

}  // namespace samla::domain
