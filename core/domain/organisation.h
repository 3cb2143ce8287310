// Organisation: founding it, inviting people into it, joining it; its units and themes.
// All in the directory, which everybody reads and HR writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct Founder {
  std::string organisation;
  std::string server_url;
  std::string handle;
  std::string name;
  std::string device;
};

/// A new organisation, this device its first of HR. See Replica::create_organisation.
Result<std::unique_ptr<replica::Replica>> found(const replica::OpenOptions& options, const Founder& founder);
/// Joins by an invite or a code of another device of the user; `device` is what people will call this one.
/// See Replica::join.
Result<std::unique_ptr<replica::Replica>> join(const replica::OpenOptions& options, std::string_view invite,
                                               const std::string& device);

/// Joins by the user's recovery words. See Replica::recover.
Result<std::unique_ptr<replica::Replica>> recover(const replica::OpenOptions& options,
                                                  std::string_view server_url, std::string_view words,
                                                  const std::string& device);

/// Founds the spaces of units and leader groups that this user may found and nobody has founded: the first of
/// them does. Placed at the next sync. No-op for everybody else.
Result<void> found_own_spaces(Workspace& workspace);

struct Invitation {
  std::string user;  ///< the handle
  std::string name;
  Role role = Role::kLeader;
  std::string unit;  ///< a unit's number; empty: none. One that is unknown is created.
  std::uint64_t expires_ms = 0;
};

/// The link. Names the user in the directory, founds the unit's unit-hr space, syncs.
Result<std::string> invite(Workspace& workspace, const Invitation& invitation,
                           const replica::SyncOptions& options);

/// The links, in the same order. As `invite` for each, and far faster.
Result<std::vector<std::string>> invite_many(Workspace& workspace, const std::vector<Invitation>& invitations,
                                             const replica::SyncOptions& options);

/// "90m", "12h", "14d", "2w" or "30s" from now, as milliseconds since 1970.
Result<std::uint64_t> expiry(std::string_view words, std::uint64_t now_ms, std::string_view operation);

struct Unit {
  RecordId scope;  ///< the record's id, and the scope of the unit's spaces
  std::string number;
  std::string name;
  std::string type;  ///< "lokal", "fylke", …; empty: unknown, as are the others
  std::string parent;
  std::string fylke;
  std::string kommune;
  std::string language;  ///< nb or nn
  std::int64_t headcount = 0;
  std::string successor;  ///< the number of the unit that it has become part of; empty: it stands
};

/// All units, by number.
Result<std::vector<Unit>> units(Workspace& workspace);
/// not_found: no such unit.
Result<Unit> find_unit(Workspace& workspace, std::string_view number, std::string_view operation);

/// A theme or a driver: its key, which stands in records and scripts, and its name in both languages.
struct Theme {
  std::string key;
  std::string nb;
  std::string nn;
};

/// The themes in the order of the programme.
Result<std::vector<Theme>> themes(Workspace& workspace);
Result<std::vector<Theme>> drivers(Workspace& workspace);
/// What the organisation calls itself.
Result<std::string> organisation_name(Workspace& workspace);

}  // namespace samla::domain
