// Workspace: the replica with the domain's eyes. Every workflow is a function that takes one.
// Thread: the replica's.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "core/domain/conflict_tally.h"
#include "core/domain/kinds.h"
#include "core/domain/record_cache.h"
#include "core/domain/spaces.h"
#include "core/replica/replica.h"

namespace samla::domain {

class Workspace {
 public:
  /// `replica` outlives this.
  explicit Workspace(replica::Replica& replica) : replica_(replica), cache_(replica) {}

  replica::Replica& replica() { return replica_; }
  const replica::Replica& replica() const { return replica_; }
  /// What the store holds, whoever wrote it. See read and list.
  view::Records& records() { return replica_.records(); }
  /// The record as those have written it who may (rightful.h). Absent: no such record.
  Result<std::optional<view::RecordView>> read(const RecordId& id);
  /// The records of `kind` that are not erased, oldest first; in `space` alone, if given. What is asked again
  /// is not read again (record_cache.h): for kinds that are gone through whole. As read has them.
  Result<RecordList> list(std::string_view kind, const std::optional<SpaceId>& space = {});
  /// As list, erased ones too.
  Result<RecordList> list_with_erased(std::string_view kind, const std::optional<SpaceId>& space = {});
  /// What concurrent edits have come to by now, in all that this device reads.
  Result<ConflictTally::Counts> count_settled() { return tally_.count(replica_); }
  Role role() const { return static_cast<Role>(replica_.role()); }

  SpaceId directory() const { return replica_.space_id(purpose::kDirectory, {}); }
  SpaceId notebook() const;
  /// Absent: this device knows of no such space.
  std::optional<replica::SpaceInfo> space(const SpaceId& id) const;
  /// Whether this device can write there now: awaiting_grant where its user may but no key is here yet,
  /// not_permitted where the user may not, not_found where there is no such space.
  Result<void> check_writable(const SpaceId& id, std::string_view operation) const;

  /// Commits an edit of records in `spaces`. The device's name goes along into each of them that it has
  /// not written to before, so that whoever reads the words can see whose they are.
  Result<void> commit(replica::Edit edit, const std::set<SpaceId>& spaces);
  /// Gives this device the name in every space that it can write to. `name` must be checked (check_name).
  Result<void> name_device(const std::string& name);
  /// Names another device: of the same user, or on HR's behalf of anybody; else not_permitted.
  Result<void> name_other_device(const DeviceId& device, const std::string& name);

 private:
  /// What this device is called: by its user in the notebook, or by HR in the directory, whichever is newer.
  std::optional<std::string> own_device_name();
  /// Adds the steps that make `device`'s name in `space` be `name`; none where it is already.
  Result<void> add_device_name(replica::Edit& edit, const SpaceId& space, const DeviceId& device,
                               const std::string& name);

  replica::Replica& replica_;
  RecordCache cache_;
  ConflictTally tally_;
  std::set<SpaceId> named_;  ///< spaces known to hold this device's name
};

/// A name of a person, device, unit or organisation: 1 to 200 bytes, no control characters, no white
/// space at its ends. `what` stands in the hint.
Result<void> check_name(std::string_view name, std::string_view what, std::string_view operation);
/// A text that somebody wrote: no NUL character, at most 256 KiB.
Result<void> check_text(std::string_view text, std::string_view what, std::string_view operation);

/// A field of a record that is to be made.
replica::Edit::Field field(std::string_view name, view::Value value);
replica::Edit::Field element(std::string_view name, std::string_view element);

}  // namespace samla::domain
