// Edits as people make them, each beside what the model should come to know of it.
#include <algorithm>

#include "core/base/encoding.h"
#include "tests/sim/world.h"

namespace samla::sim {

namespace {

const std::vector<std::string> kRegisters = {"title", "state", "owner"};
constexpr const char* kText = "body";
constexpr const char* kSet = "labels";

std::vector<WriteRef> refs_of(const std::vector<ModelHead>& heads) {
  std::vector<WriteRef> out;
  for (const ModelHead& head : heads) out.push_back(head.ref);
  if (out.size() > change::kPrevMax) out.resize(change::kPrevMax);
  return out;
}

/// What an edit replaces that is no decision: what is shown, and the writer's own.
std::vector<WriteRef> shown_or_own(const std::vector<ModelHead>& heads, const WriterId& writer) {
  std::vector<WriteRef> out;
  for (const ModelHead& head : heads) {
    if (head.value == heads.front().value || head.ref.writer == writer) out.push_back(head.ref);
  }
  return out;
}

/// One code point that nobody else uses, so that no edit can be taken for another's.
std::string character(std::uint64_t number) {
  const auto code = static_cast<std::uint32_t>(0xf0000 + number % 0xfff0);
  return {static_cast<char>(0xf0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3f)),
          static_cast<char>(0x80 | ((code >> 6) & 0x3f)), static_cast<char>(0x80 | (code & 0x3f))};
}

}  // namespace

/// Some are long: groups fill up, and messages take several pieces.
std::string World::token() {
  std::string out = "KLARTEKST " + std::to_string(++tokens_);
  if (brief_ || !chance(120)) return out;
  for (std::uint64_t left = random_.below(6000); left > 0; --left)
    out += to_hex(random_.fixed<FieldTag>().view());
  return out;
}

void World::edit(SimDevice& device) {
  if (device.liar) return lie(device);
  const std::vector<SpaceId> spaces = spaces_of(device);
  if (spaces.empty()) return;
  const SpaceId space = chance(6) ? spaces[random_.below(spaces.size())] : shared_space_;
  if (std::ranges::count(spaces, space) == 0) return;
  replica::Edit edit;
  std::vector<ModelWrite> intents;
  Drafting to{device, space, holding(device), {}, edit, intents};
  for (const RecordId& record : model_.records(space)) {
    const bool lied = lied_.contains({space, record});
    if (judged_.contains({space, record}) && !(lied && chance(4))) continue;
    if (model_.holds_any(space, record, to.holding)) to.known.push_back(record);
  }
  const bool many = steps_max_ > 4 || chance(3);
  const std::uint64_t steps = many ? 1 + random_.below(steps_max_) : 1;
  brief_ = steps > 4;
  for (std::uint64_t step = 0; step < steps; ++step) draft(to);
  if (intents.empty()) return;
  if (device.in_doubt) {
    for (const ModelWrite& write : intents) judged_.insert({space, write.record});
  }
  const auto done = device.replica().commit(edit);
  trace_.line(device.name() + " edits " + std::to_string(intents.size()) +
              (done.ok() ? "" : ": " + done.error().message()));
  SimulatedDisk* disk = device.disk().simulated();
  if (disk != nullptr && disk->is_without_power()) {
    // It may have been saved, and nobody was told: known once the machine is back.
    if (!device.in_doubt) unsure_[&device] = std::move(intents);
    return after_call(device);
  }
  const auto is_lied = [&](const ModelWrite& write) { return lied_.contains({space, write.record}); };
  const bool lied = std::ranges::any_of(intents, is_lied);
  if (!done.ok() && !lied && (disk == nullptr || !disk->has_failed())) {
    return trace_.violation("an edit is refused: " + done.error().message());
  }
  if (!done.ok()) trace_.sometimes(lied ? "an edit met a lie" : "an edit met a full disk");
  for (const ModelWrite& write : intents) {
    const bool by_value = device.in_doubt || (is_lied(write) && !device.soft_commits);
    if (done.ok() && by_value) claim(device, write);
  }
  if (!device.in_doubt) enter(device, std::move(intents), done.ok());
  if (device.connected() && chance(2)) {
    if (!device.conversation().on_local_change().ok()) {
      cut(device, "it can't send its change");
    } else {
      device.send_outgoing();
    }
    after_call(device);
  }
}

void World::draft(Drafting& to) {
  if (to.known.empty() || (to.known.size() < records_max_ && chance(8))) return draft_create(to);
  const std::size_t at = random_.below(to.known.size());
  const RecordId record = to.known[at];
  to.known.erase(to.known.begin() + static_cast<std::ptrdiff_t>(at));
  const std::uint64_t die = random_.below(20);
  if (die < 9 || lied_.contains({to.space, record})) return draft_assign(to, record, false);
  if (die < 12) return draft_assign(to, record, true);
  if (die < 15) return draft_element(to, record);
  if (die < 17) return draft_life(to, record);
  draft_text(to, record);
}

ModelWrite& World::intend(Drafting& to, const RecordId& record, change::WriteType type) {
  ModelWrite write;
  write.space = to.space;
  write.record = record;
  write.type = type;
  to.intents.push_back(std::move(write));
  return to.intents.back();
}

void World::draft_create(Drafting& to) {
  const RecordId record = to.device.replica().new_record_id(to.space);
  std::vector<replica::Edit::Field> fields;
  ModelWrite& write = intend(to, record, change::WriteType::kInit);
  for (const std::string& name : kRegisters) {
    if (name != "title" && chance(2)) continue;
    fields.push_back({name, {}, token()});
    write.fields.push_back({name, {}, std::get<std::string>(fields.back().value), {}});
  }
  to.edit.create(record, to.space, "note", std::move(fields));
}

void World::draft_assign(Drafting& to, const RecordId& record, bool resolves) {
  const std::string& name = kRegisters[chance(2) ? 0 : random_.below(kRegisters.size())];
  const std::vector<ModelHead> heads = model_.heads(to.space, record, {name, {}}, to.holding);
  const auto other = [&](const ModelHead& head) { return head.value != heads.front().value; };
  const bool contested = std::ranges::any_of(heads, other);
  if (contested) trace_.sometimes(resolves ? "a conflict was resolved" : "a contested field was edited");
  // Two people may write the same.
  const std::string value = chance(6) ? "KLARTEKST: ja" : token();
  ModelWrite& write = intend(to, record, change::WriteType::kAssign);
  write.fields.push_back(
      {name, {}, value, contested && !resolves ? shown_or_own(heads, to.device.writer()) : refs_of(heads)});
  if (resolves) {
    to.edit.resolve(record, name, value);
  } else {
    to.edit.assign(record, name, value);
  }
}

void World::draft_element(Drafting& to, const RecordId& record) {
  const std::string element = "merke " + std::to_string(random_.below(3));
  const std::vector<ModelHead> heads = model_.heads(to.space, record, {kSet, element}, to.holding);
  const bool add = chance(2);
  ModelWrite& write = intend(to, record, change::WriteType::kAssign);
  write.fields.push_back({kSet, element, add ? "true" : "false", refs_of(heads)});
  if (add) {
    to.edit.add_element(record, kSet, element);
  } else {
    to.edit.remove_element(record, kSet, element);
  }
}

void World::draft_life(Drafting& to, const RecordId& record) {
  const bool erase = chance(2);
  const std::vector<ModelHead> heads = model_.heads(to.space, record, kLifeField, to.holding);
  ModelWrite& write = intend(to, record, erase ? change::WriteType::kErase : change::WriteType::kRestore);
  write.fields.push_back({kLifeField.first, kLifeField.second, {}, refs_of(heads)});
  if (erase) {
    write.seen = model_.seen(to.space, record, to.holding);
    to.edit.erase(record);
  } else {
    to.edit.restore(record);
  }
}

void World::draft_text(Drafting& to, const RecordId& record) {
  const auto view = to.device.replica().records().read(record);
  if (!view.ok() || !*view)
    return trace_.violation("a record that is held can't be read" +
                            (view.ok() ? std::string(": absent") : view.error().message()));
  std::string text = (*view)->text(kText);
  std::vector<std::string> intended_text;
  constexpr std::size_t kBytesEach = 4;
  const std::size_t length = text.size() / kBytesEach;
  if (length > 4 && chance(5)) {
    const std::size_t at = random_.below(length) * kBytesEach;
    erased_characters_.insert(text.substr(at, kBytesEach));
    text.erase(at, kBytesEach);
  } else {
    std::string inserted;
    for (std::uint64_t count = 1 + random_.below(3); count > 0; --count) {
      const std::string each = character(++tokens_);
      inserted += each;
      intended_text.push_back(each);
    }
    text.insert(random_.below(length + 1) * kBytesEach, inserted);
  }
  ModelWrite& write = intend(to, record, change::WriteType::kAppend);
  write.fields.push_back({kText, {}, {}, {}});
  write.typed = std::move(intended_text);
  to.edit.edit_text(record, kText, text);
}

void World::enter(SimDevice& device, std::vector<ModelWrite> intents, bool acknowledged) {
  const SpaceId space = intents.front().space;
  const auto groups = device.local().tables->outbox.groups(space);
  std::vector<store::OutboxWrite> fresh;
  for (const store::OutboxGroup& group : groups.ok() ? *groups : std::vector<store::OutboxGroup>()) {
    auto writes = device.local().tables->outbox.writes(space, group.writer, group.seq);
    if (!writes.ok()) return trace_.violation("the outbox can't be read: " + writes.error().message());
    for (store::OutboxWrite& write : *writes) {
      const bool known = model_.knows(space, write.ref) || device.reissued.contains({space, write.ref});
      if (!known) fresh.push_back(std::move(write));
    }
  }
  if (fresh.empty() && !acknowledged) return;
  if (fresh.size() != intents.size()) {
    return trace_.violation(device.name() + " holds " + std::to_string(fresh.size()) + " of the " +
                            std::to_string(intents.size()) + " writes of an edit");
  }
  if (!acknowledged) trace_.sometimes("an edit was saved though nobody was told");
  for (std::size_t i = 0; i < intents.size(); ++i) {
    intents[i].time = fresh[i].header.time;
    check_time(device, intents[i].time);
    if (device.revoked) judged_.insert({space, intents[i].record});
    model_.enter(fresh[i].ref, std::move(intents[i]));
  }
}

}  // namespace samla::sim
