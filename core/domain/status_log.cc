#include "core/domain/status_log.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/causal_order.h"
#include "core/domain/immutable.h"
#include "core/domain/names.h"

namespace samla::domain {

namespace {

std::string text_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& each : lines) out += (out.empty() ? "" : "\n") + each;
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

Result<StatusLog> StatusLog::load(Workspace& workspace, std::string_view kind, const SpaceId& space) {
  // What was said stays said: a member who erases another's entry takes nothing back.
  SAMLA_ASSIGN(const auto records, workspace.list_with_erased(kind, space));
  StatusLog out;
  out.kind_ = kind;
  for (const auto& record : records) out.take(workspace, *record);
  out.put_in_order();
  return out;
}

Result<std::map<SpaceId, StatusLog>> StatusLog::load_all(Workspace& workspace, std::string_view kind) {
  SAMLA_ASSIGN(const auto records, workspace.list_with_erased(kind));
  std::map<SpaceId, StatusLog> out;
  for (const auto& record : records) {
    StatusLog& log = out[record->space];
    log.kind_ = kind;
    log.take(workspace, *record);
  }
  for (auto& [space, log] : out) log.put_in_order();
  return out;
}

void StatusLog::take(const Workspace& workspace, const KeptRecord& record) {
  if (!record.unaltered || !made_rightly(workspace, record)) return;
  std::string of = record.text("of");
  // Measures' logs had a name of their own for it once, and entries never change.
  if (of.empty()) of = record.text(kind::kMeasure);
  logs_[of].push_back({to_hex(record.id), of, record.text("status"), record.text("note"),
                       record.elements("previous"), lines_of(record.text("details")), record.created_ms,
                       record.author});
}

void StatusLog::put_in_order() {
  for (auto& [of, log] : logs_) sort_causally(log);
}

const std::vector<StatusEntry>& StatusLog::entries(const std::string& of) const {
  static const std::vector<StatusEntry> kNone;
  const auto found = logs_.find(of);
  return found == logs_.end() ? kNone : found->second;
}

std::vector<const StatusEntry*> StatusLog::heads(const std::string& of) const {
  std::set<std::string> followed;
  for (const StatusEntry& each : entries(of)) followed.insert(each.previous.begin(), each.previous.end());
  std::vector<const StatusEntry*> out;
  for (const StatusEntry& each : entries(of)) {
    if (!followed.contains(each.id)) out.push_back(&each);
  }
  return out;
}

const StatusEntry* StatusLog::last(const std::string& of) const {
  const auto standing = heads(of);
  return standing.empty() ? nullptr : standing.back();
}

std::string StatusLog::status(const std::string& of, std::string_view first) const {
  const StatusEntry* entry = last(of);
  return entry == nullptr ? std::string(first) : entry->status;
}

Result<void> StatusLog::add(Workspace& workspace, replica::Edit& edit, const SpaceId& space,
                            const std::string& of, std::string_view status, const std::string& note,
                            const std::vector<std::string>& details) const {
  std::vector<replica::Edit::Field> fields = {field("of", of), field("status", std::string(status)),
                                              field("note", note)};
  for (const StatusEntry* each : heads(of)) fields.push_back(element("previous", each->id));
  if (!details.empty()) fields.push_back(field("details", text_of(details)));
  SAMLA_ASSIGN(const RecordId id, content_id(workspace.replica(), space, kind_, fields));
  SAMLA_ASSIGN(const auto present, workspace.read(id));
  if (!present) edit.create(id, space, kind_, std::move(fields));
  return {};
}

}  // namespace samla::domain
