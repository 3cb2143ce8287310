// A gathering's report: who came, the agenda, what was said and shared. For whoever is in the gathering.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/domain/gatherings.h"
#include "core/domain/inputs.h"

namespace samla::domain {

struct Attendance {
  std::string role;  ///< empty: all
  std::size_t asked = 0;
  std::size_t signed_up = 0;  ///< and not yet said to have come or not
  std::size_t attended = 0;
  std::size_t absent = 0;
};

struct GatheringReport {
  Gathering gathering;
  Attendance whole;
  std::vector<Attendance> by_role;              ///< roles that anybody has, in participant_roles' order
  std::map<std::int64_t, std::size_t> tables;   ///< people by table; those without one are not in it
  std::map<std::string, std::size_t> sessions;  ///< by status, all of them
  std::vector<InputCounts> inputs;              ///< by theme
  std::size_t notes = 0;                        ///< shared into it
};

Result<GatheringReport> report_gathering(Workspace& workspace, std::string_view gathering);

}  // namespace samla::domain
