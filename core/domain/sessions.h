// Sessions: a gathering's agenda, in its space.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/gatherings.h"
#include "core/domain/workspace.h"

namespace samla::domain {

/// planlagt, pågår, ferdig.
const std::vector<std::string_view>& session_statuses();

struct Session {
  RecordId id;
  std::string title;
  std::string from;  ///< "2016-01-20 09:00"
  std::string to;    ///< empty: until the next one
  std::string speaker;
  std::string method;
  std::string theme;   ///< its key; empty: none
  std::string prompt;  ///< what the tables are asked
  std::string status;
  SpaceId space;
  bool contested = false;
};

/// Absent members are not set, or stay as they are; empty ones are taken away.
struct SessionFields {
  std::optional<std::string> title;
  std::optional<std::string> from;
  std::optional<std::string> to;
  std::optional<std::string> speaker;
  std::optional<std::string> method;
  std::optional<std::string> theme;
  std::optional<std::string> prompt;
  std::optional<std::string> status;
};

/// For those who run the gathering, as is edit_session. A session needs a title and from.
Result<Session> add_session(Workspace& workspace, std::string_view gathering, const SessionFields& fields);
Result<Session> edit_session(Workspace& workspace, std::string_view id, const SessionFields& fields);
/// By time.
Result<std::vector<Session>> agenda(Workspace& workspace, const Gathering& gathering);

/// "2016-01-20 09:00", 24 hours.
Result<void> check_moment(std::string_view moment, std::string_view what, std::string_view operation);
/// invalid_argument where the programme has no theme with that key; empty is well.
Result<void> check_theme(Workspace& workspace, std::string_view key, std::string_view operation);

}  // namespace samla::domain
