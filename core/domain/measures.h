// Measures (tiltak): what a unit has set out to do, in its unit-hr space, where its leaders and HR read and
// write; and the programme's main measures, in the programme space. Where one stands is a log (status_log.h).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

/// foreslått, vedtatt, planlagt, pågår, fullført, avbrutt, effekt vurdert.
const std::vector<std::string_view>& measure_statuses();

struct Measure {
  RecordId id;
  std::string unit;  ///< its number; empty: the programme's
  std::string title;
  std::string description;
  std::string origin_kind;  ///< item, assessment, cluster, round; empty: none
  std::string origin;       ///< its id
  std::string theme;        ///< of the item that it came from, or as given
  std::string owner;        ///< a user's id; empty: nobody yet
  std::string deadline;     ///< a date; empty: none
  std::string effect_review;
  std::string resources;
  std::string indicator;
  std::string status;
  std::vector<StatusEntry> log;  ///< oldest first
  SpaceId space;
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

/// Absent members are not set, or stay as they are. A date or an owner that is empty is taken away.
struct MeasureFields {
  std::optional<std::string> title;
  std::optional<std::string> description;
  std::optional<std::string> theme;
  std::optional<std::string> owner;  ///< a handle
  std::optional<std::string> deadline;
  std::optional<std::string> effect_review;
  std::optional<std::string> resources;
  std::optional<std::string> indicator;
};

/// `unit` empty: the origin's unit; without one a main measure of the programme. `origin`: an item's,
/// an assessment's, a cluster's or a round's id, or empty. Without a title an item's text is taken.
Result<Measure> add_measure(Workspace& workspace, const std::string& unit, const std::string& origin,
                            const MeasureFields& fields);
Result<Measure> edit_measure(Workspace& workspace, std::string_view id, const MeasureFields& fields,
                             std::string_view operation);
/// A further entry in the log. effekt vurdert is review_measure's.
Result<Measure> set_measure_status(Workspace& workspace, std::string_view id, const std::string& status,
                                   const std::string& note);
/// What came of it: from fullført or avbrutt to effekt vurdert.
Result<Measure> review_measure(Workspace& workspace, std::string_view id, const std::string& effect);
Result<Measure> show_measure(Workspace& workspace, std::string_view id);

struct MeasureFilter {
  std::optional<std::string> unit;
  std::optional<std::string> status;
  std::optional<std::string> owner;  ///< a handle
  bool overdue = false;
  std::string today;  ///< a date
};

/// By deadline, those without one last.
Result<std::vector<Measure>> list_measures(Workspace& workspace, const MeasureFilter& filter);
/// Past its deadline and neither done nor given up.
bool is_overdue(const Measure& measure, std::string_view today);

}  // namespace samla::domain
