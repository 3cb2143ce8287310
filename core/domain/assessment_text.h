// Assessment text: an assessment in a person's editor: the readable text of a draft or of a blank form, and
// what the person made of it written back, only what was changed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/domain/assessments.h"

namespace samla::domain {

/// A blank one for a unit, in its own målform.
Result<std::string> blank_text(Workspace& workspace, const std::string& unit, const std::string& form);
Result<std::string> text_of_assessment(Workspace& workspace, std::string_view id);

/// Writes what `text` says otherwise than `base`, which is what the person was given; absent: all that it
/// says. Nothing is written unless the whole text can be read. Items that are left out stay.
Result<AssessmentResult> write_assessment_text(Workspace& workspace, std::string_view id,
                                               std::string_view text, const std::optional<std::string>& base);
/// Begins an assessment with what `text` says.
Result<AssessmentResult> begin_assessment_with_text(Workspace& workspace, const std::string& unit,
                                                    const std::string& form, std::string_view text);

}  // namespace samla::domain
