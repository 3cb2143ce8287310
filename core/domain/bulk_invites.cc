#include "core/domain/bulk_invites.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/domain/csv.h"
#include "core/domain/names.h"
#include "core/domain/roles.h"

namespace samla::domain {
namespace {

constexpr std::string_view kInviteImport = "invite.import";

class InvitationReader {
 public:
  InvitationReader(Workspace& workspace, std::uint64_t expires_ms)
      : names_(workspace), expires_ms_(expires_ms) {
    for (const replica::DeviceInfo& device : workspace.replica().devices()) {
      if (device.status != "revoked") in_.insert(device.user);
    }
    for (const replica::InviteInfo& invite : workspace.replica().invites()) {
      if (invite.status == "pending") in_.insert(invite.user);
    }
  }

  Result<void> read(std::string_view csv) {
    SAMLA_ASSIGN(const auto rows, parse_csv(csv));
    if (rows.empty())
      return fail(ErrorCode::invalid_argument, std::string(kInviteImport), "the file is empty");
    columns_ = rows.front().cells;
    check_columns(rows.front().line);
    if (!out.mistakes.empty()) return {};
    for (std::size_t i = 1; i < rows.size(); ++i) take(rows[i]);
    return {};
  }

  BulkInvites out;

 private:
  void mistake(std::size_t line, std::string message) { out.mistakes.push_back({line, std::move(message)}); }

  void check_columns(std::size_t line) {
    constexpr std::string_view kPossible[] = {"user", "name", "unit", "role"};
    for (const std::string& column : columns_) {
      if (std::ranges::find(kPossible, column) == std::end(kPossible))
        mistake(line, "there is no column '" + column + "' to invite by");
      if (std::ranges::count(columns_, column) > 1)
        mistake(line, "the column '" + column + "' stands there twice");
    }
    for (const char* column : {"user", "name"}) {
      if (std::ranges::find(columns_, column) == columns_.end())
        mistake(line, "the column '" + std::string(column) + "' is missing");
    }
  }

  std::string cell(const CsvRow& row, std::string_view column) const {
    for (std::size_t i = 0; i < columns_.size() && i < row.cells.size(); ++i) {
      if (columns_[i] == column) return row.cells[i];
    }
    return {};
  }

  void take(const CsvRow& row) {
    BulkInvite invite;
    invite.line = row.line;
    Invitation& to = invite.invitation;
    to.user = cell(row, "user");
    to.name = cell(row, "name");
    to.unit = cell(row, "unit");
    to.expires_ms = expires_ms_;
    const std::string word = cell(row, "role");
    const auto role = word.empty() ? std::optional(Role::kLeader) : role_of(word);
    to.role = role.value_or(Role::kNone);
    const std::size_t before = out.mistakes.size();
    if (row.cells.size() > columns_.size()) mistake(row.line, "there are more cells than columns");
    if (to.role == Role::kNone) mistake(row.line, "there is no role '" + word + "'");
    for (const auto& [what, value] : {std::pair{"user", to.user}, std::pair{"name", to.name}}) {
      if (const auto checked = check_name(value, what, kInviteImport); !checked)
        mistake(row.line, checked.error().hint);
    }
    if (!to.unit.empty() && to.role != Role::kLeader)
      mistake(row.line, "a unit is for the role leader alone");
    const auto [first, is_new] = lines_.emplace(to.user, row.line);
    if (!is_new)
      mistake(row.line, "'" + to.user + "' stands on line " + std::to_string(first->second) + " too");
    if (out.mistakes.size() > before) return;
    const auto known = names_.find_user(to.user);
    if (known && in_.contains(*known)) {
      out.passed_over.push_back(to.user);
    } else {
      out.invites.push_back(std::move(invite));
    }
  }

  Names names_;
  std::uint64_t expires_ms_;
  std::set<UserId> in_;
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> lines_;
};

}  // namespace

Result<BulkInvites> invite_from_csv(Workspace& workspace, std::string_view csv, std::uint64_t expires_ms,
                                    bool dry_run, const replica::SyncOptions& options) {
  InvitationReader reader(workspace, expires_ms);
  SAMLA_TRY(reader.read(csv));
  BulkInvites out = std::move(reader.out);
  if (!out.mistakes.empty() || dry_run) return out;
  std::vector<Invitation> invitations;
  for (const BulkInvite& each : out.invites) invitations.push_back(each.invitation);
  if (!invitations.empty()) {
    SAMLA_ASSIGN(auto links, invite_many(workspace, invitations, options));
    for (std::size_t i = 0; i < links.size(); ++i) out.invites[i].link = std::move(links[i]);
  }
  out.applied = true;
  return out;
}

}  // namespace samla::domain
