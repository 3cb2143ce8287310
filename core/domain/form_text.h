// Form text: a form and its answers as text for a person's editor, and back. A question begins with "= id";
// lines with # are for the reader alone; an item is "- styrke (theme) [id]: text", its further lines indented
// by two spaces. What would be taken for one of these gets a \ before it; a lone \ is an empty line at an
// answer's end. Invariant: reading what was written gives the answers and items that it was written from. The
// text is hostile until it is read. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/assessments.h"
#include "core/domain/forms.h"

namespace samla::domain {

/// Longest text that is read.
inline constexpr std::size_t kFormTextBytesMax = 1024 * 1024;

struct TextItem {
  std::string id;  ///< a beginning of an item's id; empty: a new one
  std::string type;
  std::string theme;
  std::string text;

  bool operator==(const TextItem&) const = default;
};

/// What the text says. A question that it leaves out has no entry; one without an answer an empty one.
struct FormText {
  std::map<std::string, std::string> answers;
  std::vector<TextItem> items;

  bool operator==(const FormText&) const = default;
};

/// The words in `language` (nb, nn), with the answers and items that are there.
std::string text_of_form(const Form& form, const std::map<std::string, std::string>& answers,
                         const std::vector<AssessmentItem>& items, std::string_view language);
/// `tray`: the ids beside the form's own that may be answered. invalid_argument names the line.
Result<FormText> read_form_text(const Form& form, const std::vector<std::string>& tray, std::string_view text,
                                std::string_view operation);

}  // namespace samla::domain
