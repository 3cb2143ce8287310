// Demo: carries a plan out the way people would: units imported, each leader invited, joined on a device of
// their own, writing, submitting, syncing; HR returning, approving, following up.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/domain/demo_plan.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct DemoCounts {
  std::size_t units = 0;
  std::size_t leaders = 0;  ///< joined
  std::size_t notes = 0;
  std::size_t shared = 0;  ///< of the notes
  std::size_t measures = 0;
  std::size_t tasks = 0;
  std::size_t inputs = 0;
  std::size_t clusters = 0;
  std::size_t conflicts = 0;  ///< planted in drafts, and open
  std::map<std::string, std::size_t> by_status;
};

struct DemoPlace {
  std::filesystem::path people;  ///< a folder that gets a profile for each leader, named by the handle
  SecretText passphrase;         ///< of those profiles
  replica::SyncOptions sync;
  std::function<void(std::size_t done, std::size_t all)> progress;  ///< leaders; may be empty
};

/// Into an organisation that was just founded, on HR's device.
Result<DemoCounts> load_demo(Workspace& hr, const DemoPlan& plan, const DemoPlace& place);

}  // namespace samla::domain
