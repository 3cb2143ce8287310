// Invites by the hundred, from CSV. First all rows are checked; one mistake, and nobody is invited. Who is in
// already, or has an invite that still holds, is passed over, so that the same file again is harmless.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/import.h"
#include "core/domain/organisation.h"

namespace samla::domain {

struct BulkInvite {
  std::size_t line = 0;
  Invitation invitation;
  std::string link;  ///< empty: a dry run
};

struct BulkInvites {
  std::vector<BulkInvite> invites;
  std::vector<std::string> passed_over;  ///< handles
  std::vector<ImportMistake> mistakes;   ///< any: nobody was invited
  bool applied = false;
};

/// Columns user and name; beside them unit and role (leader where it is not there or empty).
Result<BulkInvites> invite_from_csv(Workspace& workspace, std::string_view csv, std::uint64_t expires_ms,
                                    bool dry_run, const replica::SyncOptions& options);

}  // namespace samla::domain
