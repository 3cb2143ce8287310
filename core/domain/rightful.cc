#include "core/domain/rightful.h"

#include <algorithm>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/roles.h"

namespace samla::domain {
namespace {

using replica::Replica;
using replica::WriteInfo;

/// Judges the writers of one record.
class Judge {
 public:
  Judge(const Replica& replica, const view::RecordView& record, const Kind& kind)
      : replica_(replica), record_(record), kind_(kind), author_(user_of_writer(replica, record.author)) {}

  bool may_write(const WriterId& writer, Who who) const {
    if (writer == record_.author || who == Who::kAnyone) return true;
    const auto user = user_of_writer(replica_, writer);
    if (!user) return false;
    if (user == author_) return true;
    const auto role = static_cast<Role>(replica_.role_of(*user));
    switch (who) {
      case Who::kAnyone:
        return true;
      case Who::kAuthor:
        return false;
      case Who::kAuthorAndFacilitators:
        return role == Role::kFacilitator || role == Role::kHr;
      case Who::kMakersAndSelf:
        return may_make(kind_.name, role) || record_.text("person") == to_hex(*user);
      case Who::kMakersAndLeaders:
        return may_make(kind_.name, role) || role == Role::kLeader;
      case Who::kMakers:
        return may_make(kind_.name, role);
    }
    return false;
  }

  bool is_wrongful(const view::FieldView& field) const {
    const FieldRule rule = rule_of(kind_, field.name);
    if (rule.policy == Policy::kText) return false;
    return std::ranges::any_of(
        field.heads, [&](const view::HeadView& head) { return !may_write(head.ref.writer, rule.who); });
  }

  /// Of an erased record: whether nobody who may has erased it.
  bool is_wrongly_erased(Replica& replica) const {
    if (!record_.erased || kind_.who == Who::kAnyone) return false;
    const auto state = replica.records().state(record_.id);
    const auto* life = state.ok() && *state ? (*state)->field(change::kLifeTag) : nullptr;
    return life != nullptr && std::ranges::none_of(life->heads(), [&](const auto& head) {
             return may_write(head.ref.writer, kind_.who);
           });
  }

 private:
  const Replica& replica_;
  const view::RecordView& record_;
  const Kind& kind_;
  std::optional<UserId> author_;
};

/// Absent: the write says nothing of the field that opens here.
std::optional<view::Value> value_in(const WriteInfo& write, const view::FieldView& field) {
  if (!write.content) return std::nullopt;
  for (const view::FieldContent& each : write.content->fields) {
    if (each.field == field.name && each.element == field.element) return each.value;
  }
  return std::nullopt;
}

/// Everything that `write` knew of, through whatever came between.
void add_known(const std::map<change::WriteRef, const WriteInfo*>& writes, const WriteInfo& write,
               std::set<change::WriteRef>& known) {
  std::vector<const WriteInfo*> open = {&write};
  while (!open.empty()) {
    const WriteInfo* next = open.back();
    open.pop_back();
    for (const change::WriteRef& ref : next->prev) {
      const auto found = writes.find(ref);
      if (known.insert(ref).second && found != writes.end()) open.push_back(found->second);
    }
  }
}

/// The heads as if what was written wrongly had not been: what those who may wrote, and none of them
/// replaced.
void take_rightful_heads(const Judge& judge, Who who, const std::vector<WriteInfo>& history,
                         view::FieldView& field) {
  std::map<change::WriteRef, const WriteInfo*> writes;
  for (const WriteInfo& each : history) {
    const bool is_of_field = std::ranges::find(each.tags, field.tag) != each.tags.end();
    if (is_of_field && each.validity == change::Validity::kValid) writes.emplace(each.ref, &each);
  }
  std::set<change::WriteRef> known;
  for (const auto& [ref, write] : writes) {
    if (judge.may_write(ref.writer, who)) add_known(writes, *write, known);
  }
  field.heads.clear();
  for (const auto& [ref, write] : writes) {
    const auto value = value_in(*write, field);
    if (!known.contains(ref) && judge.may_write(ref.writer, who) && value)
      field.heads.push_back({ref, write->time, *value, true});
  }
  std::ranges::sort(field.heads, std::greater(),
                    [](const auto& head) { return std::pair(head.time, head.ref); });
  field.contested = field.element.empty() && std::ranges::any_of(field.heads, [&](const auto& head) {
                      return head.value != field.heads.front().value;
                    });
}

}  // namespace

std::optional<UserId> user_of_writer(const Replica& replica, const WriterId& writer) {
  const auto device = replica.device_of_writer(writer);
  return device ? replica.user_of_device(*device) : std::nullopt;
}

bool has_wrongful(Replica& replica, const view::RecordView& record) {
  const Kind* kind = find_kind(record.kind);
  if (kind == nullptr || kind->immutable || kind->who == Who::kAnyone) return false;
  const Judge judge(replica, record, *kind);
  return std::ranges::any_of(record.fields, [&](const auto& each) { return judge.is_wrongful(each); }) ||
         judge.is_wrongly_erased(replica);
}

Result<view::RecordView> rightful(Replica& replica, view::RecordView record) {
  const Kind* kind = find_kind(record.kind);
  if (kind == nullptr) return record;
  SAMLA_ASSIGN(const auto history, replica.history(record.id));
  {
    const Judge judge(replica, record, *kind);
    if (judge.is_wrongly_erased(replica)) record.erased = false;
  }
  // Whose record it is follows from a field too: those come first that are for the record's makers alone.
  for (const bool for_makers : {true, false}) {
    const view::RecordView before = record;
    const Judge judge(replica, before, *kind);
    for (view::FieldView& field : record.fields) {
      const FieldRule rule = rule_of(*kind, field.name);
      if ((rule.who == Who::kMakers) == for_makers && judge.is_wrongful(field))
        take_rightful_heads(judge, rule.who, history, field);
    }
    std::erase_if(record.fields, [](const view::FieldView& each) { return each.heads.empty(); });
  }
  return record;
}

}  // namespace samla::domain
