// Form rebase: moving a draft to another version of its form. Answers are registers under the questions'
// stable ids, so moving writes the version alone: every answer stays, and those without a place lie in the
// tray.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/assessments.h"
#include "core/domain/form_diff.h"
#include "core/domain/form_versions.h"

namespace samla::domain {

struct Rebase {
  FormVersion from;
  FormVersion to;
  std::vector<AnswerMove> moves;
  bool is_applied = false;
  Assessment assessment;  ///< as it is afterwards
};

/// A preview, or with `apply` the move itself. `to` absent: the newest version. wrong_state for a revision,
/// version_unknown where the draft's own version is not on this device.
Result<Rebase> rebase_assessment(Workspace& workspace, std::string_view id,
                                 const std::optional<std::string>& to, bool apply);

}  // namespace samla::domain
