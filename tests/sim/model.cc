#include "tests/sim/model.h"

#include <algorithm>
#include <tuple>

namespace samla::sim {

namespace {

bool is_held(const Holding& holding, const SpaceId& space, const WriteRef& ref) {
  const auto found = holding.find({space, ref.writer});
  return found != holding.end() && Place{ref.seq, ref.index} <= found->second;
}

bool is_head_type(change::WriteType type) {
  return type != change::WriteType::kAppend && type != change::WriteType::kSnapshot;
}

}  // namespace

void Model::enter(const WriteRef& ref, ModelWrite write) {
  records_[write.space].insert(write.record);
  Record& record = of_record_[{write.space, write.record}];
  const SpaceId space = write.space;
  const ModelWrite& kept = writes_.emplace(Key{space, ref}, std::move(write)).first->second;
  record.writes.push_back({ref, &kept});
  for (const ModelField& field : kept.fields) {
    record.by_field[{field.name, field.element}].push_back({ref, &kept});
  }
}

std::size_t Model::forget_after(const SpaceId& space, const WriterId& writer, const Place& place) {
  auto it = writes_.upper_bound({space, {writer, place.seq, place.index}});
  std::size_t count = 0;
  while (it != writes_.end() && it->first.first == space && it->first.second.writer == writer) {
    Record& record = of_record_[{space, it->second.record}];
    const auto is_it = [&](const Known& known) { return known.write == &it->second; };
    std::erase_if(record.writes, is_it);
    for (auto& [field, writes] : record.by_field) std::erase_if(writes, is_it);
    std::erase_if(record.by_field, [](const auto& field) { return field.second.empty(); });
    it = writes_.erase(it);
    ++count;
  }
  return count;
}

std::optional<Place> Model::last_of(const SpaceId& space, const WriterId& writer) const {
  auto it = writes_.upper_bound({space, {writer, ~std::uint64_t{0}, 0xffffffff}});
  if (it == writes_.begin()) return {};
  --it;
  if (it->first.first != space || it->first.second.writer != writer) return {};
  return Place{it->first.second.seq, it->first.second.index};
}

std::set<std::pair<SpaceId, RecordId>> Model::records_by(const WriterId& writer) const {
  std::set<std::pair<SpaceId, RecordId>> out;
  for (const auto& [key, write] : writes_) {
    if (key.second.writer == writer) out.insert({write.space, write.record});
  }
  return out;
}

const std::set<RecordId>& Model::records(const SpaceId& space) const {
  static const std::set<RecordId> none;
  const auto found = records_.find(space);
  return found == records_.end() ? none : found->second;
}

const Model::Record* Model::find(const SpaceId& space, const RecordId& record) const {
  const auto found = of_record_.find({space, record});
  return found == of_record_.end() ? nullptr : &found->second;
}

std::vector<std::pair<std::string, std::string>> Model::fields_of(const SpaceId& space,
                                                                  const RecordId& id) const {
  std::vector<FieldKey> out;
  const Record* record = find(space, id);
  if (record == nullptr) return out;
  for (const auto& [field, writes] : record->by_field) out.push_back(field);
  return out;
}

std::size_t Model::held_of(const SpaceId& space, const RecordId& id, const Holding& holding) const {
  const Record* record = find(space, id);
  if (record == nullptr) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      record->writes, [&](const Known& known) { return is_held(holding, space, known.ref); }));
}

std::vector<ModelHead> Model::heads(const SpaceId& space, const RecordId& id, const FieldKey& key,
                                    const Holding& holding) const {
  std::map<WriterId, Place> replaced;
  std::vector<ModelHead> all;
  const Record* record = find(space, id);
  if (record == nullptr) return all;
  const auto named = record->by_field.find(key);
  if (named == record->by_field.end()) return all;
  for (const auto& [ref, known] : named->second) {
    if (!is_held(holding, space, ref)) continue;
    const ModelWrite& write = *known;
    if (!is_head_type(write.type)) continue;
    for (const ModelField& field : write.fields) {
      if (field.name != key.first || field.element != key.second) continue;
      all.push_back({ref, write.time, field.value, write.type});
      for (const WriteRef& old : field.replaces) {
        auto [at, added] = replaced.try_emplace(old.writer, Place{old.seq, old.index});
        if (!added) at->second = std::max(at->second, Place{old.seq, old.index});
      }
    }
  }
  std::erase_if(all, [&](const ModelHead& head) {
    const auto at = replaced.find(head.ref.writer);
    return at != replaced.end() && Place{head.ref.seq, head.ref.index} <= at->second;
  });
  std::ranges::sort(all, [](const ModelHead& a, const ModelHead& b) {
    return std::tie(a.time, a.ref) > std::tie(b.time, b.ref);
  });
  return all;
}

std::map<WriterId, std::uint64_t> Model::seen(const SpaceId& space, const RecordId& record,
                                              const Holding& holding) const {
  std::map<WriterId, std::uint64_t> out;
  const auto note = [&](const WriteRef& ref) {
    std::uint64_t& last = out[ref.writer];
    last = std::max(last, ref.seq);
  };
  const Record* const known = find(space, record);
  if (known == nullptr) return out;
  for (const auto& [ref, write] : known->writes) {
    if (!is_held(holding, space, ref)) continue;
    note(ref);
    for (const ModelField& field : write->fields) {
      for (const WriteRef& old : field.replaces) note(old);
    }
  }
  return out;
}

Model::Life Model::life(const SpaceId& space, const RecordId& record, const Holding& holding) const {
  const std::vector<ModelHead> life = heads(space, record, kLifeField, holding);
  const auto erases = std::ranges::count(life, change::WriteType::kErase, &ModelHead::type);
  if (erases == 0) return Life::kAlive;
  if (static_cast<std::size_t>(erases) < life.size()) return Life::kContested;
  const auto covered = [&](const WriteRef& ref) {
    return std::ranges::any_of(life, [&](const ModelHead& head) {
      const auto& seen = writes_.at({space, head.ref}).seen;
      const auto at = seen.find(ref.writer);
      return at != seen.end() && ref.seq <= at->second;
    });
  };
  for (const auto& field : fields_of(space, record)) {
    if (field == kLifeField) continue;
    for (const ModelHead& head : heads(space, record, field, holding)) {
      if (!covered(head.ref)) return Life::kContested;
    }
  }
  for (const auto& [ref, write] : of_record_.at({space, record}).writes) {
    const bool append = write->type == change::WriteType::kAppend;
    if (append && is_held(holding, space, ref) && !covered(ref)) return Life::kContested;
  }
  return Life::kErased;
}

std::vector<std::string> Model::typed(const SpaceId& space, const RecordId& record,
                                      const Holding& holding) const {
  std::vector<std::string> out;
  const Record* const known = find(space, record);
  if (known == nullptr) return out;
  for (const auto& [ref, write] : known->writes) {
    if (!is_held(holding, space, ref)) continue;
    out.insert(out.end(), write->typed.begin(), write->typed.end());
  }
  return out;
}

std::vector<WriteRef> Model::places(const SpaceId& space) const {
  constexpr std::size_t kPlacesMax = 300;
  std::vector<WriteRef> out;
  for (auto it = writes_.lower_bound({space, {}}); it != writes_.end() && it->first.first == space; ++it) {
    if (out.size() < kPlacesMax) out.push_back(it->first.second);
  }
  return out;
}

std::vector<std::pair<WriteRef, const ModelWrite*>> Model::writes_of(const SpaceId& space,
                                                                     const RecordId& id) const {
  std::vector<std::pair<WriteRef, const ModelWrite*>> out;
  const Record* record = find(space, id);
  if (record == nullptr) return out;
  for (const auto& [ref, write] : record->writes) out.emplace_back(ref, write);
  return out;
}

bool Model::holds_any(const SpaceId& space, const RecordId& id, const Holding& holding) const {
  const Record* record = find(space, id);
  if (record == nullptr) return false;
  return std::ranges::any_of(record->writes,
                             [&](const Known& known) { return is_held(holding, space, known.ref); });
}

}  // namespace samla::sim
