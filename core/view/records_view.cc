// From a row to what a person sees: winners, settled concurrency, conflicts.
#include <algorithm>

#include "core/view/records.h"
#include "core/view/records_row.h"

namespace samla::view {
namespace {

bool is_true(const HeadView& head) { return head.readable && head.value == Value(true); }

/// A set's element is in the set if any head says so: who added it did not know of its removal.
void settle_add_wins(std::vector<HeadView>& heads) {
  std::stable_partition(heads.begin(), heads.end(), is_true);
}

}  // namespace

/// Without a copy of a value: a row is looked at so after each change.
bool RecordRow::contested(const FieldTag& tag, const resolve::FieldState& field) const {
  if (const auto merged = texts.find(tag); merged != texts.end()) return merged->second.overlapping;
  const FieldContent* first = nullptr;
  std::size_t shown = 0;
  bool differs = false;
  bool is_element = false;
  bool is_in_set = false;
  for (const resolve::Head& head : field.heads()) {
    if (erased_contents.contains({tag, head.ref})) continue;
    ++shown;
    const auto content = contents.find({tag, head.ref});
    if (content == contents.end()) {
      differs = true;
      continue;
    }
    if (first == nullptr) first = &content->second;
    is_element = !first->element.empty();
    is_in_set = is_in_set || content->second.value == Value(true);
    differs = differs || content->second.value != first->value;
  }
  return shown > 1 && differs && !(is_element && is_in_set);
}

FieldView RecordRow::field_view(const FieldTag& tag, const resolve::FieldState& field) const {
  FieldView out;
  out.tag = tag;
  if (const auto merged = texts.find(tag); merged != texts.end()) {
    out.name = merged->second.field;
    for (const resolve::Head& head : merged->second.heads) {
      out.heads.push_back({head.ref, head.time, merged->second.text, true});
    }
    if (out.heads.empty()) out.heads.push_back({{}, {}, merged->second.text, true});
    out.merged = merged->second.heads.size() > 1;
    out.contested = contested(tag, field);
    out.unchecked = merged->second.unchecked;
    out.false_snapshots = merged->second.false_snapshots;
    return out;
  }
  for (const resolve::Head& head : field.heads()) {
    if (erased_contents.contains({tag, head.ref})) continue;
    const auto content = contents.find({tag, head.ref});
    const bool readable = content != contents.end();
    out.heads.push_back({head.ref, head.time, readable ? content->second.value : Value(), readable});
    if (readable && out.name.empty()) {
      out.name = content->second.field;
      out.element = content->second.element;
    }
  }
  if (!out.element.empty()) settle_add_wins(out.heads);
  out.contested = contested(tag, field);
  return out;
}

RecordView RecordRow::view() const {
  RecordView out;
  out.id = id;
  out.space = space;
  out.kind = kind;
  if (origin) {
    out.created_ms = origin->time.ms();
    out.author = origin->ref.writer;
  }
  out.updated_ms = HybridTime{updated()}.ms();
  const resolve::Life life = state.life();
  out.erased = life == resolve::Life::kErased;
  out.life_contested = life == resolve::Life::kContested;
  for (const auto& [tag, field] : state.fields()) {
    if (tag == change::kLifeTag || (field.heads().empty() && !texts.contains(tag))) continue;
    FieldView shown = field_view(tag, field);
    if (!shown.heads.empty()) out.fields.push_back(std::move(shown));
  }
  return out;
}

const Value* RecordView::find(std::string_view field) const {
  for (const FieldView& each : fields) {
    if (each.name == field && each.element.empty()) return &each.value();
  }
  return nullptr;
}

std::string RecordView::text(std::string_view field) const {
  const Value* value = find(field);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? std::string() : *text;
}

std::int64_t RecordView::number(std::string_view field, std::int64_t absent) const {
  const Value* value = find(field);
  const auto* number = value == nullptr ? nullptr : std::get_if<std::int64_t>(value);
  return number == nullptr ? absent : *number;
}

std::vector<std::string> RecordView::elements(std::string_view field) const {
  std::vector<std::string> out;
  for (const FieldView& each : fields) {
    if (each.name == field && !each.element.empty() && is_true(each.heads.front()))
      out.push_back(each.element);
  }
  std::ranges::sort(out);
  return out;
}

bool RecordView::contested() const {
  if (erased) return false;
  return life_contested || std::ranges::any_of(fields, &FieldView::contested);
}

}  // namespace samla::view
