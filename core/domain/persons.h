// What an organisation holds about a person: taken out for the person, and erased on demand. For HR, on an
// administrator's device.
#pragma once

#include <string>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

/// A person by handle, or by id where the handle has been erased. not_found.
Result<UserId> find_person(Workspace& workspace, std::string_view words, std::string_view operation);

struct PersonErasure {
  /// Also what the person's devices have written in spaces that are shared with others.
  bool written = false;
  /// Further records, which speak of the person.
  std::set<RecordId> records;
  bool dry_run = false;
};

/// Erases, everywhere and for good: the person's record and those of devices and of leading a unit, and all
/// of the person's notebook. invalid_argument for oneself.
Result<replica::ErasureReport> erase_person(Workspace& workspace, const UserId& user,
                                            const PersonErasure& what, const replica::SyncOptions& options);

/// Why a record is about a person.
enum class About {
  kIsIt,      ///< the person's own record, a device's, or one of leading a unit
  kWrote,     ///< by one of the person's devices, in whole or in part
  kMentions,  ///< the name or the handle stands in a text of it
};
std::string_view word_of(About about);

struct AboutRecord {
  About about = About::kIsIt;
  view::RecordView record;
};

/// What this device can read of it, erased records included.
Result<std::vector<AboutRecord>> records_about(Workspace& workspace, const UserId& user);

}  // namespace samla::domain
