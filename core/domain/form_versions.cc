#include "core/domain/form_versions.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "core/base/assert.h"
#include "core/base/encoding.h"
#include "core/domain/immutable.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

constexpr std::size_t kIdPrefixMin = 4;

const std::vector<Form>& built_in_forms() {
  static const std::vector<Form> forms = [] {
    std::vector<Form> out;
    for (const std::string_view text : built_in_form_texts()) {
      ReadForm read = read_form(text);
      SAMLA_ASSERT(read.usable());
      out.push_back(std::move(read.form));
    }
    return out;
  }();
  return forms;
}

/// Absent: altered, made by somebody who may not, or of a newer Samla.
std::optional<FormVersion> version_of(const KeptRecord& record) {
  if (!record.unaltered) return std::nullopt;
  ReadForm read = read_form(record.text("definition"));
  if (!read.usable() || read.form.id != record.text("form")) return std::nullopt;
  FormVersion out;
  out.form = std::move(read.form);
  out.number = record.number("number");
  out.content = to_hex(record.id);
  out.created_ms = record.created_ms;
  out.author = record.author;
  return out.number < 1 ? std::nullopt : std::optional(std::move(out));
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  const bool fits = error == std::errc() && end == text.data() + text.size() && out > 0;
  return fits ? std::optional(out) : std::nullopt;
}

}  // namespace

view::Value value_of(const VersionName& name) {
  if (name.content.empty()) return name.number;
  return std::to_string(name.number) + "-" + name.content;
}

VersionName version_name(const view::Value* value) {
  if (value == nullptr) return {};
  if (const auto* number = std::get_if<std::int64_t>(value)) return {*number, {}};
  const auto* text = std::get_if<std::string>(value);
  const std::size_t dash = text == nullptr ? std::string::npos : text->find('-');
  if (dash == std::string::npos) return {};
  const auto number = number_in(std::string_view(*text).substr(0, dash));
  return number ? VersionName{*number, text->substr(dash + 1)} : VersionName();
}

Result<FormVersions> FormVersions::load(Workspace& workspace) {
  FormVersions out;
  for (const Form& form : built_in_forms()) {
    out.all_.emplace_back();
    out.all_.back().form = form;
  }
  SAMLA_ASSIGN(const auto records, directory_records(workspace, kind::kFormVersion));
  for (const auto& record : records) {
    if (auto version = version_of(*record)) out.all_.push_back(std::move(*version));
  }
  std::ranges::sort(out.all_, {}, [](const FormVersion& each) {
    return std::tie(each.form.id, each.number, each.content);
  });
  for (std::size_t i = 0; i < out.all_.size(); ++i)
    out.all_[i].is_newest = i + 1 == out.all_.size() || out.all_[i + 1].form.id != out.all_[i].form.id;
  return out;
}

const FormVersion* FormVersions::find(std::string_view form, const VersionName& name) const {
  const auto found = std::ranges::find_if(all_, [&](const FormVersion& each) {
    return each.form.id == form && each.number == name.number && each.content == name.content;
  });
  return found == all_.end() ? nullptr : &*found;
}

const FormVersion* FormVersions::newest(std::string_view form) const {
  const auto found = std::ranges::find_if(
      all_, [&](const FormVersion& each) { return each.form.id == form && each.is_newest; });
  return found == all_.end() ? nullptr : &*found;
}

Result<const FormVersion*> FormVersions::named(std::string_view words, std::string_view operation) const {
  const std::size_t mark = words.find('@');
  const std::string_view form = words.substr(0, mark);
  const auto number = mark == words.npos ? std::nullopt : number_in(words.substr(mark + 1));
  if (mark == words.npos && newest(form) != nullptr) return newest(form);
  std::vector<const FormVersion*> found;
  std::string known;
  for (const FormVersion& each : all_) {
    const bool has_number = number && each.form.id == form && each.number == *number;
    const bool has_id = mark == words.npos && words.size() >= kIdPrefixMin && each.content.starts_with(words);
    if (has_number || has_id) found.push_back(&each);
    if (each.is_newest) known += (known.empty() ? "" : ", ") + each.form.id;
  }
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    return fail(ErrorCode::ambiguous, std::string(operation),
                "there are several versions like that; give the beginning of its id");
  }
  return fail(ErrorCode::not_found, std::string(operation),
              "there is no form '" + std::string(words) + "'; there are " + known);
}

Result<ReadForm> lint_form(Workspace& workspace, std::string_view json) {
  ReadForm out = read_form(json);
  SAMLA_ASSIGN(const auto known, themes(workspace));
  for (const Section& section : out.form.sections) {
    if (!section.theme.empty() && std::ranges::find(known, section.theme, &Theme::key) == known.end())
      out.problems.push_back({section.id, "there is no theme '" + section.theme + "'"});
  }
  return out;
}

Result<Publication> publish_form(Workspace& workspace, std::string_view json) {
  constexpr std::string_view kOperation = "form.publish";
  if (!may_make(kind::kFormVersion, workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "forms are published by HR");
  }
  SAMLA_ASSIGN(ReadForm read, lint_form(workspace, json));
  Publication out;
  out.problems = read.problems;
  if (!read.usable()) return out;
  SAMLA_ASSIGN(const FormVersions versions, FormVersions::load(workspace));
  const FormVersion* newest = versions.newest(read.form.id);
  out.is_published = true;
  if (newest != nullptr && newest->form == read.form) {
    out.version = *newest;
    return out;
  }
  out.version.form = std::move(read.form);
  out.version.number = newest == nullptr ? 1 : newest->number + 1;
  out.version.is_newest = true;
  const SpaceId directory = workspace.directory();
  SAMLA_TRY(workspace.check_writable(directory, kOperation));
  std::vector<replica::Edit::Field> fields = {field("form", out.version.form.id),
                                              field("number", out.version.number),
                                              field("definition", json_of(out.version.form))};
  SAMLA_ASSIGN(const RecordId id, content_id(workspace.replica(), directory, kind::kFormVersion, fields));
  out.version.content = to_hex(id);
  replica::Edit edit;
  edit.create(id, directory, std::string(kind::kFormVersion), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {directory}));
  SAMLA_ASSIGN(const FormVersions now, FormVersions::load(workspace));
  const FormVersion* made = now.find(out.version.form.id, {out.version.number, out.version.content});
  if (made == nullptr) return fail(ErrorCode::internal, std::string(kOperation));
  out.version = *made;
  return out;
}

}  // namespace samla::domain
