#include "core/domain/immutable.h"

#include <algorithm>
#include <tuple>

namespace samla::domain {
namespace {

void add(std::string& out, std::string_view part) {
  out += std::to_string(part.size());
  out += ':';
  out += part;
}

/// Every part with its length before it, so that no two contents have one form.
std::string canonical(std::string_view kind, std::vector<replica::Edit::Field> fields) {
  std::ranges::sort(fields, {}, [](const auto& each) { return std::tie(each.name, each.element); });
  std::string out;
  add(out, kind);
  for (const replica::Edit::Field& each : fields) {
    add(out, each.name);
    add(out, each.element);
    if (const auto* text = std::get_if<std::string>(&each.value)) {
      out += 't';
      add(out, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&each.value)) {
      out += 'n';
      add(out, std::to_string(*number));
    } else if (const auto* truth = std::get_if<bool>(&each.value)) {
      out += *truth ? 'y' : 'f';
    } else {
      out += '-';
    }
  }
  return out;
}

}  // namespace

Result<RecordId> content_id(const replica::Replica& replica, const SpaceId& space, std::string_view kind,
                            const std::vector<replica::Edit::Field>& fields) {
  return replica.derived_id(space, kind, canonical(kind, fields));
}

bool is_unaltered(const replica::Replica& replica, const view::RecordView& record) {
  std::vector<replica::Edit::Field> fields;
  for (const view::FieldView& each : record.fields) {
    if (each.contested) return false;
    fields.push_back({each.name, each.element, each.value()});
  }
  const auto id = content_id(replica, record.space, record.kind, fields);
  return id && *id == record.id;
}

}  // namespace samla::domain
