// Form diff: what one version of a form asks otherwise than another, and what that means for answers that
// were given. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/forms.h"

namespace samla::domain {

struct FormChange {
  std::string question;  ///< its id; empty: of the form itself
  std::string change;    ///< added, removed, moved, changed
  std::string part;      ///< of changed: label.nb, type, required, choices, …
  std::string before;
  std::string after;
};

std::vector<FormChange> diff_forms(const Form& before, const Form& after);

/// What becomes of one answer, or of one question, when a draft is moved to another version.
struct AnswerMove {
  std::string question;
  std::string place;   ///< kept, doubtful (it does not fit there), tray (no place), new (nobody asked before)
  std::string answer;  ///< as it is and stays
  std::string why;     ///< of doubtful: what does not fit
};

/// By question, in the order of `after`; then what has no place.
std::vector<AnswerMove> preview_moves(const Form& before, const Form& after,
                                      const std::map<std::string, std::string>& answers);

}  // namespace samla::domain
