// Inputs (innspill): short texts that participants give at a gathering, by table or by person, in its space.
// Facilitators moderate them; HR gathers them in clusters (clusters.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/gatherings.h"
#include "core/domain/sensitive.h"
#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

inline constexpr std::size_t kInputCharactersMax = 500;
inline constexpr std::string_view kInputRegistered = "registrert";
inline constexpr std::string_view kInputModerated = "moderert";
inline constexpr std::string_view kInputClustered = "klynget";
inline constexpr std::string_view kInputAssessed = "vurdert";
inline constexpr std::string_view kInputRejected = "avvist";
/// In the order of the life cycle.
const std::vector<std::string_view>& input_statuses();

struct Input {
  RecordId id;
  std::string gathering;  ///< its name
  std::string text;
  std::string theme;       ///< its key; empty: none
  std::int64_t table = 0;  ///< 0: a person's
  /// Shown without a name. Members with the key could work out the device that wrote it.
  bool anonymous = false;
  std::string source;  ///< the id of the note that it comes from; empty: none
  std::string status;
  std::vector<StatusEntry> log;  ///< oldest first
  SpaceId space;
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

struct InputResult {
  Input input;
  std::vector<Warning> warnings;  ///< what one should think twice about before it is shared
};

struct NewInput {
  std::string gathering;
  std::string text;  ///< at most kInputCharactersMax characters
  std::string theme;
  std::int64_t table = 0;
  bool anonymous = false;
  std::string source;  ///< a note's id, or a beginning of it
};

Result<InputResult> add_input(Workspace& workspace, const NewInput& input);
/// moderert, or avvist with a reason. `theme` absent: as it is. For those who run the gathering.
Result<Input> moderate_input(Workspace& workspace, std::string_view id, const std::string& status,
                             const std::string& reason, const std::optional<std::string>& theme);

struct InputFilter {
  std::optional<std::string> gathering;
  std::optional<std::string> theme;
  std::optional<std::string> status;
  std::optional<std::int64_t> table;
};

/// Of all gatherings that this device is in, oldest first.
Result<std::vector<Input>> list_inputs(Workspace& workspace, const InputFilter& filter);
Result<Input> find_input(Workspace& workspace, std::string_view id, std::string_view operation);

/// wrong_state for a step that the life cycle does not have.
Result<void> check_input_step(std::string_view from, std::string_view to, std::string_view operation);
/// Adds steps of inputs to an edit; reads each space's log once. Does not check them.
class InputSteps {
 public:
  explicit InputSteps(Workspace& workspace) : workspace_(workspace) {}
  /// `note`: why, or the cluster's id.
  Result<void> add(replica::Edit& edit, const Input& input, std::string_view status, const std::string& note);

 private:
  Workspace& workspace_;
  std::map<SpaceId, StatusLog> logs_;
};

/// Inputs that say nearly the same, rejected ones left out.
struct InputSuggestion {
  std::vector<Input> inputs;
  int percent = 0;  ///< of the least similar two of them
};
/// The most similar first. `percent`: how similar at least.
Result<std::vector<InputSuggestion>> suggest_inputs(Workspace& workspace, const InputFilter& filter,
                                                    int percent);

struct InputCounts {
  std::string gathering;
  std::string theme;  ///< empty: none
  std::size_t total = 0;
  std::vector<std::size_t> by_status;  ///< as input_statuses
};
/// By gathering in order of date, then theme in the programme's order, those without one last.
Result<std::vector<InputCounts>> count_inputs(Workspace& workspace, const InputFilter& filter);

}  // namespace samla::domain
