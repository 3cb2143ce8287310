// Programme: the organisation's one programme, as everybody reads it in the directory and HR writes it: its
// name in both languages, its period, from how many units on counts are told to others, and how long is kept
// what.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

/// planlagt, aktiv, avsluttet, arkivert.
const std::vector<std::string_view>& programme_statuses();

struct Programme {
  std::string nb;
  std::string nn;
  std::string from;  ///< a date; empty: not said
  std::string to;
  std::int64_t anonymity = 0;  ///< k: how many units a number that others see rests on at least
  std::string retention;       ///< how long what is kept, in words
  std::string status;
  std::vector<StatusEntry> log;  ///< oldest first
  bool contested = false;
};

/// Absent members stay as they are.
struct ProgrammeFields {
  std::optional<std::string> nb;
  std::optional<std::string> nn;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::int64_t> anonymity;
  std::optional<std::string> retention;
};

/// Until HR has said something: the organisation's name, planlagt.
Result<Programme> show_programme(Workspace& workspace);
/// For HR. invalid_argument for an anonymity below kAnonymityFloor.
Result<Programme> edit_programme(Workspace& workspace, const ProgrammeFields& fields);
/// For HR; any of programme_statuses.
Result<Programme> set_programme_status(Workspace& workspace, const std::string& status,
                                       const std::string& note);
/// The programme's k.
Result<std::size_t> anonymity_of(Workspace& workspace);

}  // namespace samla::domain
