#include "core/domain/sessions.h"

#include <algorithm>
#include <tuple>

#include "core/domain/dates.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::string_view kPlanned = "planlagt";

Session session_of(const view::RecordView& record) {
  return {record.id,
          record.text("title"),
          record.text("from"),
          record.text("to"),
          record.text("speaker"),
          record.text("method"),
          record.text("theme"),
          record.text("prompt"),
          record.text("status").empty() ? std::string(kPlanned) : record.text("status"),
          record.space,
          record.contested()};
}

using Values = std::vector<std::pair<std::string, std::string>>;

Result<Values> checked(Workspace& workspace, const SessionFields& fields, std::string_view operation) {
  Values out;
  const auto put = [&](std::string_view name, const std::optional<std::string>& value) {
    if (value) out.emplace_back(name, *value);
  };
  if (fields.title) SAMLA_TRY(check_name(*fields.title, "title", operation));
  if (fields.from) SAMLA_TRY(check_moment(*fields.from, "from", operation));
  if (fields.to && !fields.to->empty()) SAMLA_TRY(check_moment(*fields.to, "to", operation));
  if (fields.theme) SAMLA_TRY(check_theme(workspace, *fields.theme, operation));
  for (const auto& [name, value] :
       {std::pair("speaker", &fields.speaker), std::pair("method", &fields.method)}) {
    if (*value && !(*value)->empty()) SAMLA_TRY(check_name(**value, name, operation));
  }
  if (fields.prompt) SAMLA_TRY(check_text(*fields.prompt, "prompt", operation));
  const auto& words = session_statuses();
  if (fields.status && std::ranges::find(words, *fields.status) == words.end()) {
    return fail(ErrorCode::invalid_argument, std::string(operation),
                "a session is planlagt, pågår or ferdig, not '" + *fields.status + "'");
  }
  put("title", fields.title);
  put("from", fields.from);
  put("to", fields.to);
  put("speaker", fields.speaker);
  put("method", fields.method);
  put("theme", fields.theme);
  put("prompt", fields.prompt);
  put("status", fields.status);
  return out;
}

Result<void> check_order(const std::string& from, const std::string& to, std::string_view operation) {
  if (to.empty() || from < to) return {};
  return fail(ErrorCode::invalid_argument, std::string(operation), "'to' is not after 'from'");
}

Result<void> check_runs(const Workspace& workspace, std::string_view operation) {
  if (may_run_gatherings(workspace.role())) return {};
  return fail(ErrorCode::not_permitted, std::string(operation), "HR and facilitators make the agenda");
}

Result<Session> read_again(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "gathering.session");
  return session_of(*record);
}

}  // namespace

const std::vector<std::string_view>& session_statuses() {
  static const std::vector<std::string_view> words = {kPlanned, "pågår", "ferdig"};
  return words;
}

Result<void> check_moment(std::string_view moment, std::string_view what, std::string_view operation) {
  constexpr std::size_t kDay = 10;  // "2016-01-20"
  constexpr std::size_t kWhole = kDay + 6;
  const auto digit = [&](std::size_t at) { return moment[at] >= '0' && moment[at] <= '9'; };
  bool holds = moment.size() == kWhole && is_date(moment.substr(0, kDay)) && moment[kDay] == ' ' &&
               digit(11) && digit(12) && moment[13] == ':' && digit(14) && digit(15);
  holds = holds && moment.substr(11, 2) < "24" && moment.substr(14, 2) < "60";
  if (holds) return {};
  return fail(ErrorCode::invalid_argument, std::string(operation),
              std::string(what) + " is a day and a time, for example 2016-01-20 09:00");
}

Result<void> check_theme(Workspace& workspace, std::string_view key, std::string_view operation) {
  if (key.empty()) return {};
  SAMLA_ASSIGN(const auto known, themes(workspace));
  if (std::ranges::find(known, key, &Theme::key) != known.end()) return {};
  std::string words;
  for (const Theme& each : known) words += (words.empty() ? "" : ", ") + each.key;
  return fail(ErrorCode::invalid_argument, std::string(operation),
              "there is no theme '" + std::string(key) + "'; the themes are " + words);
}

Result<Session> add_session(Workspace& workspace, std::string_view words, const SessionFields& fields) {
  constexpr std::string_view kOperation = "gathering.session.add";
  SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, words, kOperation));
  SAMLA_TRY(check_runs(workspace, kOperation));
  if (!fields.title || !fields.from) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "a session has a title and from");
  }
  SAMLA_ASSIGN(const auto values, checked(workspace, fields, kOperation));
  SAMLA_TRY(check_order(*fields.from, fields.to.value_or(std::string()), kOperation));
  std::vector<Edit::Field> made;
  for (const auto& [name, value] : values) {
    if (!value.empty() && name != "prompt") made.push_back(field(name, value));
  }
  // There from the start, so that two who begin it at once edit one text.
  made.push_back(field("prompt", fields.prompt.value_or(std::string())));
  const RecordId id = workspace.replica().new_record_id(gathering.space);
  Edit edit;
  edit.create(id, gathering.space, std::string(kind::kSession), std::move(made));
  SAMLA_TRY(workspace.commit(std::move(edit), {gathering.space}));
  return read_again(workspace, id);
}

Result<Session> edit_session(Workspace& workspace, std::string_view id, const SessionFields& fields) {
  constexpr std::string_view kOperation = "gathering.session.edit";
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kSession}, kOperation));
  if (record.erased) return fail(ErrorCode::not_found, std::string(kOperation), "the session is deleted");
  SAMLA_TRY(workspace.check_writable(record.space, kOperation));
  SAMLA_TRY(check_runs(workspace, kOperation));
  SAMLA_ASSIGN(const auto values, checked(workspace, fields, kOperation));
  SAMLA_TRY(check_order(fields.from.value_or(record.text("from")), fields.to.value_or(record.text("to")),
                        kOperation));
  Edit edit;
  for (const auto& [name, value] : values) {
    if (value == record.text(name)) continue;
    if (name == "prompt") {
      edit.edit_text(record.id, name, value);
    } else {
      edit.assign(record.id, name, value);
    }
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return read_again(workspace, record.id);
}

Result<std::vector<Session>> agenda(Workspace& workspace, const Gathering& gathering) {
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kSession, gathering.space));
  std::vector<Session> out;
  for (const auto& record : records) {
    if (made_rightly(workspace, *record)) out.push_back(session_of(*record));
  }
  std::ranges::sort(out, {}, [](const Session& each) { return std::tie(each.from, each.title, each.id); });
  return out;
}

}  // namespace samla::domain
