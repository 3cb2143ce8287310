// Demo: carries a plan out the way people would: units imported, each leader invited, joined on a device of
// their own, writing, submitting, syncing; HR returning, approving, following up; the forum voting.
// The units' people live side by side, a unit a thread; each unit's own history is the same each time.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/domain/demo_plan.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct DemoCounts {
  std::size_t units = 0;
  std::size_t leaders = 0;  ///< joined
  std::size_t groups = 0;
  std::size_t notes = 0;
  std::size_t shared = 0;   ///< of the notes: into a gathering
  std::size_t grouped = 0;  ///< of the notes: into a leader group
  std::size_t measures = 0;
  std::size_t tasks = 0;
  std::size_t inputs = 0;
  std::size_t clusters = 0;
  std::size_t shortlisted = 0;
  std::size_t main_measures = 0;
  std::size_t conflicts = 0;  ///< planted in drafts, and open
  std::map<std::string, std::size_t> by_status;
};

struct DemoPlace {
  std::filesystem::path people;  ///< a folder that gets a profile for each person, named by the handle
  SecretText passphrase;         ///< of those profiles
  replica::SyncOptions sync;     ///< HR's
  /// How far a step has come; may be empty. Called on the caller's thread and on others, never at once.
  std::function<void(std::string_view step, std::size_t done, std::size_t all)> progress;

  /// Of the people's devices: nothing is told of what comes to them.
  replica::SyncOptions people_sync() const;
  replica::OpenOptions options_of(const std::string& handle, const Clock* clock = nullptr) const;
  void tell(std::string_view step, std::size_t done, std::size_t all) const;
};

/// Into an organisation that was just founded, on HR's device.
Result<DemoCounts> load_demo(Workspace& hr, const DemoPlan& plan, const DemoPlace& place);

/// What a unit's leader group is called.
std::string demo_group_name(const DemoUnit& unit);
/// What the forum decides on, and the leaders pass on.
inline constexpr std::string_view kDemoDecision = "Hovedtiltak 2016";

/// As replica::Replica::sync; offline where the server was not reached.
Result<void> demo_sync(replica::Replica& replica, const replica::SyncOptions& options);

}  // namespace samla::domain
