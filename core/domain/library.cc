#include "core/domain/library.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/import_table.h"
#include "core/domain/names.h"
#include "core/domain/organisation.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

using replica::Edit;
using Type = LibraryField::Type;

constexpr std::array kGuideLibrary = {LibraryField{Type::kLine, "method", "how it is done"},
                                      LibraryField{Type::kNumber, "minutes", "how long it takes"},
                                      LibraryField{Type::kLong, "prompts", "what is asked"}};
constexpr std::array kResourceLibrary = {LibraryField{Type::kLine, "skill", "what one learns"},
                                         LibraryField{Type::kLine, "provider", "who offers it"},
                                         LibraryField{Type::kLine, "url", "where it is"}};
constexpr std::array kPracticeLibrary = {LibraryField{Type::kLong, "what_works", "what works, and why"},
                                         LibraryField{Type::kLine, "contact", "whom to ask"}};
constexpr std::array kFacilitatorLibrary = {
    LibraryField{Type::kLine, "user", "the handle"},
    LibraryField{Type::kLong, "profile", "what the person is good at"},
    LibraryField{Type::kNumber, "load", "gatherings and groups taken on"}};
constexpr std::array kLibrary = {LibraryKind{"guide", kind::kGuide, kGuideLibrary},
                                 LibraryKind{"resource", kind::kLearningResource, kResourceLibrary},
                                 LibraryKind{"practice", kind::kPractice, kPracticeLibrary},
                                 LibraryKind{"facilitator", kind::kFacilitator, kFacilitatorLibrary}};

SpaceId programme_space(const Workspace& workspace) {
  return workspace.replica().space_id(purpose::kProgramme, {});
}

Result<const LibraryKind*> kind_of_word(std::string_view word, std::string_view operation) {
  const auto found = std::ranges::find(kLibrary, word, &LibraryKind::word);
  if (found != kLibrary.end()) return &*found;
  return fail(ErrorCode::invalid_argument, std::string(operation),
              "the library has guide, resource, practice and facilitator, not '" + std::string(word) + "'");
}

LibraryItem item_of_record(const view::RecordView& record) {
  LibraryItem out;
  out.id = record.id;
  out.title = record.text("title");
  const auto declared = std::ranges::find(kLibrary, record.kind, &LibraryKind::kind);
  if (declared != kLibrary.end()) {
    out.word = declared->word;
    for (const LibraryField& each : declared->fields) {
      const view::Value* value = record.find(each.name);
      const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
      const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
      if (text != nullptr && !text->empty()) out.values.emplace(each.name, *text);
      if (number != nullptr) out.values.emplace(each.name, std::to_string(*number));
    }
  }
  out.adopters = record.elements("adopters");
  out.created_ms = record.created_ms;
  out.author = record.author;
  out.contested = record.contested();
  return out;
}

Result<void> check_may(const Workspace& workspace, std::string_view kind, std::string_view operation) {
  if (!may_make(kind, workspace.role())) {
    return fail(ErrorCode::not_permitted, std::string(operation),
                "HR and facilitators write the library; tell one of them");
  }
  return workspace.check_writable(programme_space(workspace), operation);
}

Result<std::map<std::string, view::Value>> checked_values(const LibraryKind& declared,
                                                          const std::map<std::string, std::string>& values,
                                                          std::string_view operation) {
  std::map<std::string, view::Value> out;
  for (const auto& [name, text] : values) {
    const auto found = std::ranges::find(declared.fields, name, &LibraryField::name);
    if (found == declared.fields.end()) {
      std::string known;
      for (const LibraryField& each : declared.fields)
        known += (known.empty() ? "" : ", ") + std::string(each.name);
      return fail(ErrorCode::invalid_argument, std::string(operation),
                  "a " + std::string(declared.word) + " has no '" + name + "'; it has " + known);
    }
    SAMLA_TRY(check_text(text, name, operation));
    if (found->type == Type::kNumber && !text.empty()) {
      if (!is_whole_number(text))
        return fail(ErrorCode::invalid_argument, std::string(operation), name + " is a whole number");
      out[name] = std::int64_t{std::stoll(text)};
    } else {
      if (found->type == Type::kLine && !text.empty()) SAMLA_TRY(check_name(text, name, operation));
      out[name] = text;
    }
  }
  return out;
}

bool is_long(const LibraryKind& declared, const std::string& name) {
  const auto found = std::ranges::find(declared.fields, name, &LibraryField::name);
  return found != declared.fields.end() && found->type == Type::kLong;
}

Result<view::RecordView> find_item(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(
      const auto record,
      find_record(workspace, id, {kind::kGuide, kind::kLearningResource, kind::kPractice, kind::kFacilitator},
                  operation));
  if (!record.erased && made_rightly(workspace, record)) return record;
  return fail(ErrorCode::not_found, std::string(operation), "it is in the library no more");
}

Result<LibraryItem> read_item(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto record, workspace.read(id));
  if (!record) return fail(ErrorCode::internal, "library.read");
  return item_of_record(*record);
}

}  // namespace

std::span<const LibraryKind> library_kinds() { return kLibrary; }

Result<LibraryItem> add_library_item(Workspace& workspace, const std::string& word, const std::string& title,
                                     const std::map<std::string, std::string>& values) {
  constexpr std::string_view kOperation = "library.add";
  SAMLA_ASSIGN(const LibraryKind* const declared, kind_of_word(word, kOperation));
  SAMLA_TRY(check_may(workspace, declared->kind, kOperation));
  SAMLA_TRY(check_name(title, "title", kOperation));
  SAMLA_ASSIGN(const auto checked, checked_values(*declared, values, kOperation));
  std::vector<Edit::Field> fields = {field("title", title)};
  for (const auto& [name, value] : checked) fields.push_back(field(name, value));
  // Long texts are there from the start, so that two who begin one at once edit one text.
  for (const LibraryField& each : declared->fields) {
    if (each.type == Type::kLong && !checked.contains(std::string(each.name)))
      fields.push_back(field(each.name, std::string()));
  }
  const SpaceId space = programme_space(workspace);
  const RecordId id = workspace.replica().new_record_id(space);
  Edit edit;
  edit.create(id, space, std::string(declared->kind), std::move(fields));
  SAMLA_TRY(workspace.commit(std::move(edit), {space}));
  return read_item(workspace, id);
}

Result<LibraryItem> edit_library_item(Workspace& workspace, std::string_view id,
                                      const std::optional<std::string>& title,
                                      const std::map<std::string, std::string>& values) {
  constexpr std::string_view kOperation = "library.edit";
  SAMLA_ASSIGN(const auto record, find_item(workspace, id, kOperation));
  SAMLA_TRY(check_may(workspace, record.kind, kOperation));
  const auto declared = std::ranges::find(kLibrary, record.kind, &LibraryKind::kind);
  SAMLA_ASSIGN(const auto checked, checked_values(*declared, values, kOperation));
  Edit edit;
  if (title) {
    SAMLA_TRY(check_name(*title, "title", kOperation));
    if (*title != record.text("title")) edit.assign(record.id, "title", *title);
  }
  for (const auto& [name, value] : checked) {
    const view::Value* present = record.find(name);
    if (present != nullptr && *present == value) continue;
    if (is_long(*declared, name)) {
      edit.edit_text(record.id, name, std::get<std::string>(value));
    } else {
      edit.assign(record.id, name, value);
    }
  }
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return read_item(workspace, record.id);
}

Result<LibraryItem> adopt_practice(Workspace& workspace, std::string_view id, const std::string& unit,
                                   bool adopts) {
  constexpr std::string_view kOperation = "library.adopt";
  SAMLA_ASSIGN(const auto record, find_item(workspace, id, kOperation));
  if (record.kind != kind::kPractice)
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "a unit can adopt a practice");
  SAMLA_TRY(check_may(workspace, record.kind, kOperation));
  SAMLA_ASSIGN(const Unit found, find_unit(workspace, unit, kOperation));
  const auto present = record.elements("adopters");
  const bool is_one = std::ranges::find(present, found.number) != present.end();
  Edit edit;
  if (adopts && !is_one) edit.add_element(record.id, "adopters", found.number);
  if (!adopts && is_one) edit.remove_element(record.id, "adopters", found.number);
  if (!edit.empty()) SAMLA_TRY(workspace.commit(std::move(edit), {record.space}));
  return read_item(workspace, record.id);
}

Result<LibraryItem> find_library_item(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(const auto record, find_item(workspace, id, operation));
  return item_of_record(record);
}

Result<std::vector<LibraryItem>> list_library(Workspace& workspace, const std::optional<std::string>& word) {
  if (word) SAMLA_TRY(kind_of_word(*word, "library.list"));
  std::vector<LibraryItem> out;
  for (const LibraryKind& each : kLibrary) {
    if (word && each.word != *word) continue;
    SAMLA_ASSIGN(const auto records, workspace.list(each.kind, programme_space(workspace)));
    for (const auto& record : records) {
      if (made_rightly(workspace, *record)) out.push_back(item_of_record(*record));
    }
  }
  std::ranges::stable_sort(out, {}, [](const LibraryItem& each) { return std::tie(each.word, each.title); });
  return out;
}

}  // namespace samla::domain
