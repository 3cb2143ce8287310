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
  of_record_[{write.space, write.record}].push_back(ref);
  const SpaceId space = write.space;
  writes_.emplace(Key{space, ref}, std::move(write));
}

std::size_t Model::forget_after(const SpaceId& space, const WriterId& writer, const Place& place) {
  auto it = writes_.upper_bound({space, {writer, place.seq, place.index}});
  std::size_t count = 0;
  while (it != writes_.end() && it->first.first == space && it->first.second.writer == writer) {
    std::erase(of_record_[{space, it->second.record}], it->first.second);
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

const std::set<RecordId>& Model::records(const SpaceId& space) const {
  static const std::set<RecordId> none;
  const auto found = records_.find(space);
  return found == records_.end() ? none : found->second;
}

std::set<std::pair<std::string, std::string>> Model::fields_of(const SpaceId& space,
                                                               const RecordId& record) const {
  std::set<FieldKey> out;
  const auto found = of_record_.find({space, record});
  if (found == of_record_.end()) return out;
  for (const WriteRef& ref : found->second) {
    for (const ModelField& field : writes_.at({space, ref}).fields) out.insert({field.name, field.element});
  }
  return out;
}

std::vector<ModelHead> Model::heads(const SpaceId& space, const RecordId& record, const FieldKey& key,
                                    const Holding& holding) const {
  std::map<WriterId, Place> replaced;
  std::vector<ModelHead> all;
  const auto found = of_record_.find({space, record});
  if (found == of_record_.end()) return all;
  for (const WriteRef& ref : found->second) {
    if (!is_held(holding, space, ref)) continue;
    const ModelWrite& write = writes_.at({space, ref});
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
  const auto found = of_record_.find({space, record});
  if (found == of_record_.end()) return out;
  for (const WriteRef& ref : found->second) {
    if (!is_held(holding, space, ref)) continue;
    note(ref);
    for (const ModelField& field : writes_.at({space, ref}).fields) {
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
  for (const WriteRef& ref : of_record_.at({space, record})) {
    const bool append = writes_.at({space, ref}).type == change::WriteType::kAppend;
    if (append && is_held(holding, space, ref) && !covered(ref)) return Life::kContested;
  }
  return Life::kErased;
}

std::vector<std::string> Model::typed(const SpaceId& space, const RecordId& record,
                                      const Holding& holding) const {
  std::vector<std::string> out;
  const auto found = of_record_.find({space, record});
  if (found == of_record_.end()) return out;
  for (const WriteRef& ref : found->second) {
    if (!is_held(holding, space, ref)) continue;
    const std::vector<std::string>& typed = writes_.at({space, ref}).typed;
    out.insert(out.end(), typed.begin(), typed.end());
  }
  return out;
}

bool Model::holds_any(const SpaceId& space, const RecordId& record, const Holding& holding) const {
  const auto found = of_record_.find({space, record});
  if (found == of_record_.end()) return false;
  return std::ranges::any_of(found->second,
                             [&](const WriteRef& ref) { return is_held(holding, space, ref); });
}

}  // namespace samla::sim
