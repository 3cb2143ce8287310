// Form check: an assessment's answers against the form that they answer. Checking warns; what is required
// and missing stands in the way of submitting alone. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/domain/assessments.h"
#include "core/domain/forms.h"

namespace samla::domain {

/// Whether it is asked, after what was answered before it.
bool is_asked(const Question& question, const std::map<std::string, std::string>& answers);
/// What is wrong with the answer: a sentence without its subject; empty: nothing. An empty answer is none.
std::string fault_of(const Question& question, const std::string& answer);

/// Required questions that are asked and have no answer (code "required").
std::vector<Warning> missing_answers(const Form& form, const Assessment& draft);
/// Answers that do not fit (does_not_fit), that nobody asks for (not_asked), or that have no place
/// in the form (in_tray); questions that have none (unanswered, no_items).
std::vector<Warning> doubts_about(const Form& form, const Assessment& draft);
/// The answers that have no place in the form, by id.
std::vector<std::string> tray_of(const Form& form, const std::map<std::string, std::string>& answers);

}  // namespace samla::domain
