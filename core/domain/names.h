// Names: ids to the words that people know: handles, device names, unit numbers, spaces. What nobody with
// the right to say so has named is shown by the first digits of its id. Made anew for each request.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/workspace.h"

namespace samla::domain {

struct Person {
  std::string handle;
  std::string name;
};

class Names {
 public:
  explicit Names(Workspace& workspace) : workspace_(workspace) {}

  Person user(const UserId& id);
  std::string device(const DeviceId& id);
  /// Absent: nobody who may has named it.
  std::optional<std::string> find_device_name(const DeviceId& id);
  /// The user that writes as `writer`.
  Person author(const WriterId& writer);
  std::string device_of(const WriterId& writer);
  /// "1902".
  std::string unit(const RecordId& scope);
  /// "Tromsø".
  std::string gathering(const RecordId& id) { return named(kind::kGathering, id); }
  /// "Lederlaget i Tromsø".
  std::string group(const RecordId& id) { return named(kind::kGroup, id); }
  /// "notebook", "unit 1902", "unit-hr 1902", "gathering Tromsø", "group …", …
  std::string space(const SpaceId& id);
  /// The space that `words` names: its name as above, its id, or a unique beginning of the id
  /// of at least 4 digits.
  Result<SpaceId> find_space(std::string_view words, std::string_view operation);
  /// Absent: nobody has that handle.
  std::optional<UserId> find_user(std::string_view handle);
  /// Devices that `words` names: an id, a unique beginning of one, or a name that one device alone has.
  Result<DeviceId> find_device(std::string_view words, std::string_view operation);

 private:
  /// What the directory's record of the kind calls it.
  std::string named(std::string_view kind, const RecordId& id);
  void load_users();
  void load_devices();
  void load_spaces();
  /// Whether the winner of `record`'s field was written by one who may name `subject`'s devices.
  bool may_name(const view::RecordView& record, std::string_view field, const UserId& subject) const;

  Workspace& workspace_;
  std::optional<std::map<UserId, Person>> users_;
  std::optional<std::map<DeviceId, std::string>> devices_;  ///< those that have been named
  std::optional<std::map<SpaceId, std::string>> spaces_;
  std::map<RecordId, std::string> units_;
};

/// Whether `record` was made by a user whose role may make its kind (the server knows rights to spaces
/// alone; kinds are every reader's to judge).
bool made_rightly(const Workspace& workspace, const view::RecordView& record);
/// The records of `kind` in the directory that were made rightly, oldest first.
Result<RecordList> directory_records(Workspace& workspace, std::string_view kind);

std::string short_id(ByteView id);

}  // namespace samla::domain
