// Consolidation: who the units are, whose records are whose, and what a filter chooses. What reports and
// exports share. Within the domain alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/domain/assessments.h"
#include "core/domain/reports.h"

namespace samla::domain {

class Consolidation {
 public:
  /// not_permitted for other roles than HR.
  static Result<Consolidation> load(Workspace& workspace, std::string_view operation);

  /// The units that stand, by number.
  const std::vector<Unit>& units() const { return units_; }
  const std::vector<Subject>& subjects() const { return subjects_; }
  /// The unit that a unit-hr space counts for; absent: none that is known.
  std::optional<std::size_t> subject_of(const SpaceId& unit_hr) const;
  std::optional<std::size_t> subject_of_unit(const std::string& number) const;
  /// not_found where the filter names something that no unit has.
  /// The programme's k.
  std::size_t anonymity() const { return anonymity_; }
  Result<std::vector<bool>> chosen(const ReportFilter& filter, std::string_view operation) const;

 private:
  std::size_t anonymity_ = kAnonymityDefault;
  std::vector<Unit> units_;
  std::vector<Subject> subjects_;
  std::map<SpaceId, std::size_t> by_space_;
  std::map<std::string, std::size_t> by_number_;  ///< also those that have become part of another
};

/// Of each assessment the revision that counts: not replaced, not altered, and of several the latest.
Result<std::vector<Assessment>> counting_revisions(Workspace& workspace);

}  // namespace samla::domain
