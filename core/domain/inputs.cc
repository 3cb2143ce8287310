#include "core/domain/inputs.h"

#include <algorithm>
#include <map>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/policies.h"
#include "core/domain/record_ids.h"
#include "core/domain/sessions.h"
#include "core/domain/similar.h"

namespace samla::domain {
namespace {

using replica::Edit;

constexpr std::int64_t kTableMax = 1000;

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

Input input_of(Workspace& workspace, const view::RecordView& each, const std::string& gathering,
               const StatusLog& log) {
  std::optional<view::RecordView> kept;
  const view::RecordView& record = each.contested() ? kept.emplace(settled(workspace, each)) : each;
  const auto truth = [&](std::string_view name) {
    const view::Value* value = record.find(name);
    const bool* flag = value == nullptr ? nullptr : std::get_if<bool>(value);
    return flag != nullptr && *flag;
  };
  Input out;
  out.id = record.id;
  out.gathering = gathering;
  out.text = record.text("text");
  out.theme = record.text("theme");
  out.table = record.number("table");
  out.anonymous = truth("anonymous");
  out.source = record.text("source");
  const std::string id = to_hex(record.id);
  out.log = log.entries(id);
  out.status = log.status(id, kInputRegistered);
  out.space = record.space;
  out.created_ms = record.created_ms;
  out.author = record.author;
  out.contested = record.contested();
  return out;
}

Result<Input> read_input(Workspace& workspace, const view::RecordView& record) {
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kInputStatus, record.space));
  const auto info = workspace.space(record.space);
  Names names(workspace);
  return input_of(workspace, record, info ? names.gathering(info->scope) : std::string(), log);
}

Result<void> check_words(const NewInput& input, std::string_view operation) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::invalid_argument, std::string(operation), std::string(why));
  };
  SAMLA_TRY(check_text(input.text, "the text", operation));
  if (input.text.find_first_not_of(" \t\r\n") == input.text.npos) return refuse("the text is empty");
  const std::size_t length = characters_of(input.text);
  if (length > kInputCharactersMax) {
    return refuse("an input has at most 500 characters, and this has " + std::to_string(length) +
                  "; shorten it, or make it two");
  }
  if (input.table < 0 || input.table > kTableMax)
    return refuse("a table is a number up to 1000; 0: a person");
  return {};
}

bool is_chosen(const Input& input, const InputFilter& filter) {
  return (!filter.theme || input.theme == *filter.theme) &&
         (!filter.status || input.status == *filter.status) &&
         (!filter.table || input.table == *filter.table);
}

Result<void> add_inputs_of(Workspace& workspace, const Gathering& gathering, const InputFilter& filter,
                           std::vector<Input>& into) {
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kInput, gathering.space));
  if (records.empty()) return {};
  SAMLA_ASSIGN(const StatusLog log, StatusLog::load(workspace, kind::kInputStatus, gathering.space));
  for (const auto& record : records) {
    if (!made_rightly(workspace, *record)) continue;
    Input each = input_of(workspace, *record, gathering.name, log);
    if (is_chosen(each, filter)) into.push_back(std::move(each));
  }
  return {};
}

Result<std::vector<Gathering>> gatherings_of(Workspace& workspace, const InputFilter& filter,
                                             std::string_view operation) {
  if (!filter.gathering) return list_gatherings(workspace, std::nullopt);
  SAMLA_ASSIGN(Gathering one, find_gathering(workspace, *filter.gathering, operation));
  return std::vector<Gathering>{std::move(one)};
}

}  // namespace

const std::vector<std::string_view>& input_statuses() {
  static const std::vector<std::string_view> words = {kInputRegistered, kInputModerated, kInputClustered,
                                                      kInputAssessed, kInputRejected};
  return words;
}

Result<void> check_input_step(std::string_view from, std::string_view to, std::string_view operation) {
  static const std::vector<std::pair<std::string_view, std::string_view>> kSteps = {
      {kInputRegistered, kInputModerated}, {kInputRegistered, kInputRejected},
      {kInputModerated, kInputModerated},  {kInputModerated, kInputRejected},
      {kInputRejected, kInputModerated},   {kInputRejected, kInputRejected},
      {kInputModerated, kInputClustered},  {kInputClustered, kInputModerated},
      {kInputClustered, kInputAssessed}};
  if (std::ranges::find(kSteps, std::pair(from, to)) != kSteps.end()) return {};
  std::string hint = "the input is " + std::string(from) + " and does not become " + std::string(to);
  if (from == kInputClustered) hint = "the input is in a cluster; input split takes it out first";
  if (from == kInputAssessed) hint = "the input has been part of a round that is decided";
  if (to == kInputClustered && from != kInputClustered && from != kInputAssessed)
    hint = "the input is " + std::string(from) + "; input moderate lets it through first";
  return fail(ErrorCode::wrong_state, std::string(operation), hint);
}

Result<void> InputSteps::add(Edit& edit, const Input& input, std::string_view status,
                             const std::string& note) {
  auto log = logs_.find(input.space);
  if (log == logs_.end()) {
    SAMLA_ASSIGN(StatusLog loaded, StatusLog::load(workspace_, kind::kInputStatus, input.space));
    log = logs_.emplace(input.space, std::move(loaded)).first;
  }
  return log->second.add(workspace_, edit, input.space, to_hex(input.id), status, note);
}

Result<InputResult> add_input(Workspace& workspace, const NewInput& input) {
  constexpr std::string_view kOperation = "input.add";
  SAMLA_TRY(check_words(input, kOperation));
  SAMLA_ASSIGN(const Gathering gathering, find_open_gathering(workspace, input.gathering, kOperation));
  SAMLA_TRY(check_input_time(workspace.role(), gathering.status, kOperation));
  SAMLA_TRY(check_theme(workspace, input.theme, kOperation));
  std::vector<Edit::Field> fields = {field("text", input.text)};
  if (!input.theme.empty()) fields.push_back(field("theme", input.theme));
  if (input.table > 0) fields.push_back(field("table", input.table));
  if (input.anonymous) fields.push_back(field("anonymous", true));
  if (!input.source.empty()) {
    SAMLA_ASSIGN(const auto note,
                 find_record(workspace, input.source, {kind::kNote, kind::kPublishedNote}, kOperation));
    fields.push_back(field("source", to_hex(note.id)));
  }
  const RecordId id = workspace.replica().new_record_id(gathering.space);
  Edit edit;
  edit.create(id, gathering.space, std::string(kind::kInput), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {gathering.space}));
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, std::string(kOperation));
  SAMLA_ASSIGN(Input made, read_input(workspace, *record));
  return InputResult{std::move(made), warnings_of(input.text, "the text")};
}

Result<Input> find_input(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kInput}, operation));
  if (record.erased || !made_rightly(workspace, record)) {
    return fail(ErrorCode::not_found, std::string(operation), "the input is deleted");
  }
  return read_input(workspace, record);
}

Result<Input> moderate_input(Workspace& workspace, std::string_view id, const std::string& status,
                             const std::string& reason, const std::optional<std::string>& theme) {
  constexpr std::string_view kOperation = "input.moderate";
  SAMLA_ASSIGN(const Input input, find_input(workspace, id, kOperation));
  SAMLA_TRY(workspace.check_writable(input.space, kOperation));
  if (!may_make(kind::kInputStatus, workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "facilitators and HR moderate inputs");
  }
  SAMLA_TRY(check_text(reason, "reason", kOperation));
  if (status != kInputModerated && status != kInputRejected) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation),
                "an input is moderert or avvist, not '" + status + "'");
  }
  if (status == kInputRejected && reason.empty()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation),
                "give a reason: whoever wrote the input will read it");
  }
  SAMLA_TRY(check_input_step(input.status, status, kOperation));
  Edit edit;
  if (theme) SAMLA_TRY(check_theme(workspace, *theme, kOperation));
  if (theme && *theme != input.theme) edit.assign(input.id, "theme", *theme);
  if (input.status != status || !reason.empty())
    SAMLA_TRY(InputSteps(workspace).add(edit, input, status, reason));
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {input.space}));
  return find_input(workspace, to_hex(input.id), kOperation);
}

Result<std::vector<Input>> list_inputs(Workspace& workspace, const InputFilter& filter) {
  SAMLA_ASSIGN(const auto gatherings, gatherings_of(workspace, filter, "input.list"));
  std::vector<Input> out;
  for (const Gathering& each : gatherings) SAMLA_TRY(add_inputs_of(workspace, each, filter, out));
  std::ranges::sort(out, {}, [](const Input& each) { return std::tie(each.created_ms, each.id); });
  return out;
}

Result<std::vector<InputSuggestion>> suggest_inputs(Workspace& workspace, const InputFilter& filter,
                                                    int percent) {
  SAMLA_ASSIGN(auto inputs, list_inputs(workspace, filter));
  std::erase_if(inputs, [](const Input& each) { return each.status == kInputRejected; });
  std::vector<std::string> texts;
  for (const Input& each : inputs) texts.push_back(each.text);
  const auto pairs = similar_texts(texts, percent);
  std::vector<InputSuggestion> out;
  std::map<std::size_t, std::size_t> group_of;
  for (const auto& group : similar_groups(texts.size(), pairs)) {
    InputSuggestion suggestion;
    suggestion.percent = 100;
    for (const std::size_t each : group) {
      group_of[each] = out.size();
      suggestion.inputs.push_back(inputs[each]);
    }
    out.push_back(std::move(suggestion));
  }
  for (const SimilarPair& each : pairs) {
    const auto group = group_of.find(each.a);
    const auto other = group_of.find(each.b);
    if (group == group_of.end() || other == group_of.end() || group->second != other->second) continue;
    int& least = out[group->second].percent;
    least = std::min(least, each.percent);
  }
  std::ranges::stable_sort(out, std::greater(), &InputSuggestion::percent);
  return out;
}

Result<std::vector<InputCounts>> count_inputs(Workspace& workspace, const InputFilter& filter) {
  SAMLA_ASSIGN(const auto gatherings, gatherings_of(workspace, filter, "report.inputs"));
  SAMLA_ASSIGN(const auto known, themes(workspace));
  std::vector<std::string> keys;
  for (const Theme& each : known) keys.push_back(each.key);
  keys.emplace_back();
  std::vector<InputCounts> out;
  for (const Gathering& gathering : gatherings) {
    std::vector<Input> inputs;
    SAMLA_TRY(add_inputs_of(workspace, gathering, filter, inputs));
    std::map<std::string, InputCounts> rows;
    for (const Input& each : inputs) {
      const bool is_known = std::ranges::find(keys, each.theme) != keys.end();
      InputCounts& row = rows[is_known ? each.theme : std::string()];
      row.by_status.resize(input_statuses().size());
      const auto at = std::ranges::find(input_statuses(), each.status) - input_statuses().begin();
      if (at < static_cast<std::ptrdiff_t>(row.by_status.size()))
        ++row.by_status[static_cast<std::size_t>(at)];
      ++row.total;
    }
    for (const std::string& key : keys) {
      if (!rows.contains(key)) continue;
      rows[key].gathering = gathering.name;
      rows[key].theme = key;
      out.push_back(std::move(rows[key]));
    }
  }
  return out;
}

}  // namespace samla::domain
