// From a row to what a person sees: winners, settled concurrency, conflicts.
#include <algorithm>

#include "core/view/records.h"
#include "core/view/records_row.h"

namespace samla::view {
namespace {

bool is_true(const HeadView& head) { return head.readable && head.value == Value(true); }

bool differ(const std::vector<HeadView>& heads) {
  return heads.size() > 1 && std::ranges::any_of(heads, [&](const HeadView& head) {
           return !head.readable || head.value != heads.front().value;
         });
}

/// A set's element is in the set if any head says so: who added it did not know of its removal.
bool settle_add_wins(std::vector<HeadView>& heads) {
  std::stable_partition(heads.begin(), heads.end(), is_true);
  return is_true(heads.front());
}

}  // namespace

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
    out.contested = merged->second.overlapping;
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
  const bool settled = !out.element.empty() && settle_add_wins(out.heads);
  out.contested = !settled && differ(out.heads);
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
