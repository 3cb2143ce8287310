// Form versions: those that are built in and those that HR has published in the directory. A published
// version is an immutable record, whose id holds the hash of its content (immutable.h): it never changes, and
// two that HR publishes at once under one number are two versions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/form_json.h"
#include "core/domain/workspace.h"

namespace samla::domain {

struct FormVersion {
  Form form;
  std::int64_t number = 1;
  std::string content;  ///< the record's id; empty: built in
  bool is_newest = false;
  std::uint64_t created_ms = 0;
  WriterId author;
};

/// What an assessment's field form_version holds: the number of a built-in version, "2-ID" of a published
/// one.
struct VersionName {
  std::int64_t number = 0;
  std::string content;

  bool operator==(const VersionName&) const = default;
};
view::Value value_of(const VersionName& name);
/// Number 0 for what is no version's name.
VersionName version_name(const view::Value* value);

/// The versions as this device knows them. Made anew for each request.
class FormVersions {
 public:
  static Result<FormVersions> load(Workspace& workspace);

  /// By form, then by number.
  const std::vector<FormVersion>& all() const { return all_; }
  /// Null: not here, or of a newer Samla.
  const FormVersion* find(std::string_view form, const VersionName& name) const;
  /// Null: there is no such form.
  const FormVersion* newest(std::string_view form) const;
  /// By what a person types: "egenvurdering", "egenvurdering@2", or a unique beginning of a published one's
  /// id.
  Result<const FormVersion*> named(std::string_view words, std::string_view operation) const;

 private:
  std::vector<FormVersion> all_;
};

struct Publication {
  FormVersion version;
  std::vector<FormProblem> problems;  ///< warnings; of a form that was refused, everything
  bool is_published = false;          ///< false: refused
};

/// What is wrong with the text of a form, the organisation's themes included.
Result<ReadForm> lint_form(Workspace& workspace, std::string_view json);
/// Publishes the next version of a form, or the first of a new one; the same again as the newest is harmless.
/// not_permitted for other roles than HR. A form with problems is refused in the reply, with all of them.
Result<Publication> publish_form(Workspace& workspace, std::string_view json);

}  // namespace samla::domain
