#include "core/domain/policies.h"

#include <algorithm>

#include "core/domain/rightful.h"

namespace samla::domain {

namespace {

void take_greatest(view::FieldView& field) {
  const auto number = [](const view::HeadView& head) { return std::get_if<std::int64_t>(&head.value); };
  if (!std::ranges::all_of(field.heads, [&](const view::HeadView& head) { return number(head) != nullptr; }))
    return;
  std::ranges::stable_sort(field.heads, std::ranges::greater(),
                           [&](const view::HeadView& head) { return *number(head); });
  field.contested = false;
}

void take_owners(const Workspace& workspace, const WriterId& author, view::FieldView& field) {
  const auto owner = user_of_writer(workspace.replica(), author);
  const auto by_owner = [&](const view::HeadView& head) {
    return head.readable && owner && user_of_writer(workspace.replica(), head.ref.writer) == owner;
  };
  // Two devices of the owner may disagree: then a person is asked after all.
  if (std::ranges::count_if(field.heads, by_owner) != 1) return;
  // Not std::ranges::stable_partition: clang 14 does not compile the subrange that it returns.
  std::stable_partition(field.heads.begin(), field.heads.end(), by_owner);
  field.contested = false;
}

/// Whether heads name a write that has not come, by way of which they may have replaced the others.
bool await_named(const Workspace& workspace, const view::RecordView& record, view::FieldView& field) {
  const auto ahead = workspace.replica().heads_ahead(record.id, field.tag);
  if (!ahead.ok() || ahead->empty()) return false;
  std::ranges::stable_partition(field.heads,
                                [&](const view::HeadView& head) { return ahead->contains(head.ref); });
  field.contested = false;
  return true;
}

}  // namespace

view::RecordView settled(const Workspace& workspace, view::RecordView record) {
  for (view::FieldView& field : record.fields) {
    if (!field.contested) continue;
    const Policy policy = policy_of(record.kind, field.name);
    if (policy != Policy::kText && await_named(workspace, record, field)) continue;
    if (!field.element.empty()) continue;
    if (policy == Policy::kMax) take_greatest(field);
    if (policy == Policy::kOwner) take_owners(workspace, record.author, field);
  }
  return record;
}

void assign(replica::Edit& edit, const view::RecordView& settled, std::string_view field, view::Value value) {
  const auto found = std::ranges::find(settled.fields, field, &view::FieldView::name);
  if (found != settled.fields.end() && found->heads.size() > 1 && !found->contested) {
    edit.resolve(settled.id, std::string(field), std::move(value));
  } else {
    edit.assign(settled.id, std::string(field), std::move(value));
  }
}

}  // namespace samla::domain
