#include "core/domain/policies.h"

#include <algorithm>

namespace samla::domain {

namespace {

std::optional<UserId> user_of(const Workspace& workspace, const WriterId& writer) {
  const auto device = workspace.replica().device_of_writer(writer);
  return device ? workspace.replica().user_of_device(*device) : std::nullopt;
}

void take_greatest(view::FieldView& field) {
  const auto number = [](const view::HeadView& head) { return std::get_if<std::int64_t>(&head.value); };
  if (!std::ranges::all_of(field.heads, [&](const view::HeadView& head) { return number(head) != nullptr; }))
    return;
  std::ranges::stable_sort(field.heads, std::ranges::greater(),
                           [&](const view::HeadView& head) { return *number(head); });
  field.contested = false;
}

void take_owners(const Workspace& workspace, const WriterId& author, view::FieldView& field) {
  const auto owner = user_of(workspace, author);
  const auto by_owner = [&](const view::HeadView& head) {
    return head.readable && owner && user_of(workspace, head.ref.writer) == owner;
  };
  // Two devices of the owner may disagree: then a person is asked after all.
  if (std::ranges::count_if(field.heads, by_owner) != 1) return;
  // Not std::ranges::stable_partition: clang 14 does not compile the subrange that it returns.
  std::stable_partition(field.heads.begin(), field.heads.end(), by_owner);
  field.contested = false;
}

}  // namespace

view::RecordView settled(const Workspace& workspace, view::RecordView record) {
  for (view::FieldView& field : record.fields) {
    if (!field.contested || !field.element.empty()) continue;
    const Policy policy = policy_of(record.kind, field.name);
    if (policy == Policy::kMax) take_greatest(field);
    if (policy == Policy::kOwner) take_owners(workspace, record.author, field);
  }
  return record;
}

}  // namespace samla::domain
