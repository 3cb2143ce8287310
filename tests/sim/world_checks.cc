// The oracles: what a machine shows and holds against the model, machines against each other, and whether all
// come to one state once nothing goes wrong any more.
#include <algorithm>

#include "core/base/encoding.h"
#include "core/seal/value.h"
#include "tests/sim/world.h"

namespace samla::sim {

namespace {

std::string short_name(const RecordId& id) { return to_hex(id.view().subspan(12)); }

std::string text_of(const view::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  return {};
}

std::string text_of(const Place& at) { return std::to_string(at.seq) + "." + std::to_string(at.index); }

bool same_heads(const resolve::FieldState* field, const std::vector<ModelHead>& expected) {
  if (field == nullptr) return expected.empty();
  return std::ranges::equal(field->heads(), expected, {}, &resolve::Head::ref, &ModelHead::ref);
}

}  // namespace

Holding World::holding(SimDevice& device) {
  Holding out;
  for (const auto& [space, records] : model_.all_records()) {
    const auto writers = device.local().tables->changesets.writers(space);
    for (const WriterId& writer : writers.ok() ? *writers : std::vector<WriterId>()) {
      const auto tip = device.local().tables->changesets.tip(space, writer);
      if (tip.ok()) out[{space, writer}] = {tip->seq, 0xffffffff};
    }
    const auto groups = device.local().tables->outbox.groups(space);
    for (const store::OutboxGroup& group : groups.ok() ? *groups : std::vector<store::OutboxGroup>()) {
      Place& at = out[{space, group.writer}];
      at = std::max(at, Place{group.seq, static_cast<std::uint32_t>(group.writes - 1)});
    }
  }
  return out;
}

/// A device's times grow, whatever its clock does, and nobody else's clock carries them off.
void World::check_time(SimDevice& device, HybridTime time) {
  constexpr std::uint64_t kCarryMs = 1000;  // of the counter
  if (time <= device.last_time) trace_.violation(device.name() + "'s time goes back");
  if (time.ms() > device.wall_max_ms + HybridClock::kDriftMaxMs + kCarryMs) {
    trace_.violation(device.name() + "'s time follows another's clock");
  }
  device.last_time = time;
}

void World::check_all(Care care) {
  if (shown_.size() > 4096) shown_.clear();
  for (const auto& device : devices_) {
    if (device->running()) check(*device, care);
  }
  check_server(care);
  check_secrets();
}

/// A record that nothing was written to is shown as it was, or a look at all of them will tell.
bool World::is_checked(const SimDevice* device, const SpaceId& space, const RecordId& record,
                       std::size_t held, Care care) {
  std::size_t& before = checked_.try_emplace({device, space, record}, ~std::size_t{0}).first->second;
  const bool same = std::exchange(before, held) == held;
  return same && care == Care::kQuick && !judged_.contains({space, record});
}

void World::check(SimDevice& device, Care care) {
  if (device.liar) return;
  const Holding held = holding(device);
  check_ledger(device, held);
  for (const auto& [space, records] : model_.all_records()) {
    if (!device.local().membership->readable(space)) continue;
    if (is_packing(device, space)) {
      trace_.sometimes("a heads pack was under way");
      continue;
    }
    for (const RecordId& record : records) {
      const std::size_t count = model_.held_of(space, record, held);
      if (!is_checked(&device, space, record, count, care)) check_record(device, space, record, held);
    }
  }
}

void World::check_ledger(SimDevice& device, const Holding& held) {
  for (const auto& [space, records] : model_.all_records()) {
    const auto last = model_.last_of(space, device.writer());
    if (!last) continue;
    const auto found = held.find({space, device.writer()});
    const Place at = found == held.end() ? Place{0, 0} : found->second;
    if (*last <= at) continue;
    const bool left = (server_->running() && server_holding_of(space, device.writer()) > at.seq);
    if (device.may_lose_edits && !left) {
      trace_.sometimes("edits that did not wait for the disk were lost with the power");
      model_.forget_after(space, device.writer(), at);
      shown_.clear();  // places are taken again
      checked_.clear();
      continue;
    }
    trace_.violation(device.name() + " has lost a write that it had said was saved");
  }
  device.may_lose_edits = false;
}

void World::check_record(SimDevice& device, const SpaceId& space, const RecordId& record,
                         const Holding& held) {
  const auto state = device.replica().records().state(record);
  if (!state.ok()) return trace_.violation("a record's state can't be read: " + state.error().message());
  const bool judged = judged_.contains({space, record});
  const auto wanted = device.local().tables->packs.is_wanted(space, record);
  if (!wanted.ok() || *wanted) return trace_.sometimes("a record was to be asked for");
  const auto packed = device.local().tables->packs.record(space, record);
  if (packed.ok() && *packed) trace_.sometimes("a record was here without its history");
  if (!model_.holds_any(space, record, held)) {
    if (*state && !judged) trace_.violation(device.name() + " shows a record of which it holds nothing");
    return;
  }
  if (*state || !judged) {
    const auto view = device.replica().records().read(record);
    if (!view.ok())
      return trace_.violation(device.name() + " can't read a record: " + view.error().message());
    if (!*view) return trace_.violation(device.name() + " does not show a record that it holds");
    check_same(device, **view, held);
    if (!judged) check_shown(device, **view, held);
  }
  if (judged) return;
  if (!*state) return trace_.violation(device.name() + " does not show a record that it holds");
  const seal::TagKey* key = device.local().membership->ring().tag_key(space);
  for (const auto& field : model_.fields_of(space, record)) {
    const FieldTag tag = field == kLifeField
                             ? change::kLifeTag
                             : seal::field_tag(*key, record, field.first, as_bytes(field.second));
    const auto expected = model_.heads(space, record, field, held);
    if (expected.size() > 1) trace_.sometimes("a field had several heads");
    if (expected.size() > 3) trace_.sometimes("a field had more than three heads");
    if (same_heads((*state)->field(tag), expected)) continue;
    return trace_.violation(device.name() + ": the heads of " + short_name(record) + " " + field.first + " " +
                            field.second + " are not those that people left");
  }
  const auto life = (*state)->life();
  const bool same =
      (life == resolve::Life::kErased) == (model_.life(space, record, held) == Model::Life::kErased) &&
      (life == resolve::Life::kContested) == (model_.life(space, record, held) == Model::Life::kContested);
  if (life == resolve::Life::kErased) trace_.sometimes("a record was erased");
  if (life == resolve::Life::kContested) trace_.sometimes("an erase stood against an edit");
  if (!same) return trace_.violation(device.name() + ": the life of " + short_name(record) + " is wrong");
}

/// The values of all heads, the winner first.
void World::check_shown(SimDevice& device, const view::RecordView& view, const Holding& held) {
  for (const view::FieldView& field : view.fields) {
    if (field.name == "body") continue;
    if (!field.element.empty()) continue;  // add-wins: the order is the policy's
    const auto expected = model_.heads(view.space, view.id, {field.name, field.element}, held);
    const auto same = [&](const view::HeadView& head, const ModelHead& model) {
      return head.readable && text_of(head.value) == model.value;
    };
    if (!std::ranges::equal(field.heads, expected, same)) {
      return trace_.violation(device.name() + " shows other values in " + short_name(view.id) + " " +
                              field.name + " than were written");
    }
  }
}

/// Never two machines with the same changesets and chains that show a record differently.
void World::check_same(SimDevice& device, const view::RecordView& view, const Holding& held) {
  if (device.in_doubt) return;  // the same places, and other changesets in them
  Writer key;
  key.fixed(view.space);
  key.fixed(view.id);
  for (const auto& [name, at] : held) {
    if (name.first != view.space) continue;
    key.fixed(name.second);
    key.varint(at.seq);
    key.varint(at.index);
  }
  key.varint(device.local().membership->head({}).seq);
  key.varint(device.local().membership->head(view.space).seq);
  const auto [found, fresh] = shown_.try_emplace(key.take(), view);
  if (fresh || found->second == view) return;
  std::string where = found->second.fields.size() != view.fields.size() ? "another number of fields" : "";
  for (std::size_t i = 0; where.empty() && i < view.fields.size(); ++i) {
    if (!(found->second.fields[i] == view.fields[i])) where = "field " + view.fields[i].name;
  }
  if (lied_.contains({view.space, view.id})) where += ", lied about";
  trace_.violation(device.name() + " shows " + short_name(view.id) +
                   " otherwise than a machine with the same changesets (" + where + ")");
}

std::uint64_t World::server_holding_of(const SpaceId& space, const WriterId& writer) {
  const auto last = server_->storage().changeset_of(space, writer, 0);
  return last.ok() && *last ? (*last)->writer_seq : 0;
}

void World::check_server(Care care) {
  if (!server_->running()) return;
  SimulatedDisk* disk = server_->disk().simulated();
  if (disk != nullptr && disk->is_without_power()) return;
  Holding held;
  for (const auto& [space, records] : model_.all_records()) {
    for (const auto& device : devices_) {
      held[{space, device->writer()}] = {server_holding_of(space, device->writer()), 0xffffffff};
    }
  }
  std::erase_if(lost_, [&](const auto& each) { return held[each.first].seq >= each.second; });
  for (const auto& device : devices_) {
    if (device->running() && !device->liar) check_receipts(*device, held);
  }
  for (const auto& [space, records] : model_.all_records()) {
    for (const RecordId& record : records) {
      const std::size_t count = model_.held_of(space, record, held);
      if (!is_checked(nullptr, space, record, count, care)) check_server_record(space, record, held);
    }
  }
}

/// What the server has acknowledged it has, or is to get back.
void World::check_receipts(SimDevice& device, const Holding& at_server) {
  for (const auto& [space, records] : model_.all_records()) {
    const auto take = [&](const store::StoredChangeset& stored) -> Result<void> {
      const auto lost = lost_.find({space, stored.writer});
      if (lost != lost_.end() && stored.seq <= lost->second) return {};
      if (stored.own && stored.server_seq && stored.seq > at_server.at({space, stored.writer}).seq) {
        trace_.violation("the server has lost a changeset of " + device.name() + " that it acknowledged");
      }
      return {};
    };
    const auto done = device.local().tables->changesets.each(space, device.writer(), take);
    if (!done.ok()) trace_.violation("changesets can't be read: " + done.error().message());
  }
}

void World::check_server_record(const SpaceId& space, const RecordId& record, const Holding& held) {
  if (judged_.contains({space, record})) return;
  const auto stored = server_->storage().record(space, record);
  if (!stored.ok()) return trace_.violation("the server can't read a record: " + stored.error().message());
  const bool any = model_.holds_any(space, record, held);
  if (!*stored && any) return trace_.violation("the server has no heads of a record that it holds");
  if (!*stored) return;
  const auto state = resolve::RecordState::decode((**stored).state);
  if (!state.ok()) return trace_.violation("the server's heads don't decode");
  const seal::TagKey* key = tag_key_of(space);
  if (key == nullptr) return;
  for (const auto& field : model_.fields_of(space, record)) {
    const FieldTag tag = field == kLifeField
                             ? change::kLifeTag
                             : seal::field_tag(*key, record, field.first, as_bytes(field.second));
    if (!same_heads(state->field(tag), model_.heads(space, record, field, held))) {
      return trace_.violation("the server's heads of " + short_name(record) + " " + field.first +
                              " are not those that people left");
    }
  }
}

const seal::TagKey* World::tag_key_of(const SpaceId& space) {
  for (const auto& device : devices_) {
    if (!device->running()) continue;
    if (const seal::TagKey* key = device->local().membership->ring().tag_key(space)) return key;
  }
  return nullptr;
}

void World::check_secrets() {
  const auto look = [&](Disk& disk, const std::string& name) {
    if (disk.simulated() != nullptr && disk.simulated()->plaintext_found() > 0) {
      trace_.violation("plaintext on the disk of " + name);
    }
  };
  for (const auto& device : devices_) look(device->disk(), device->name());
  look(server_->disk(), "the server");
}

// ---- liveness

void World::heal() {
  healing_ = true;
  trace_.line("nothing goes wrong any more");
  if (SimulatedDisk* disk = server_->disk().simulated()) {
    disk->stop_failing();
    if (disk->is_without_power()) crash_server(true);
  }
  if (!server_->running()) come_back_server();
  for (const auto& device : devices_) {
    if (device->gone) continue;
    if (SimulatedDisk* disk = device->disk().simulated()) disk->stop_failing();
    after_call(*device);
    if (!device->running()) come_back(*device);
    cut(*device, "a new start");
    device->offline_until = 0;
    if (trace_.failed()) return;
  }
  note_survivors();
  // A server that lost its chains takes nothing new until an administrator's device has been there: what
  // waits for that, such as a new name, waits for the next session.
  if (server_has_lost_ && !settle_down(400)) return trace_.violation("the server is not filled again");
  // Once over lines that stay, so that what others send comes by itself; and once more from the cursors.
  for (int pass = 0; pass < 2 && !trace_.failed(); ++pass) {
    for (const auto& device : devices_) cut(*device, "level");
    if (!settle_down(400)) return trace_.violation("the devices don't come to rest");
    check_converged();
  }
  check_claims();
  check_lies();
  check_all(Care::kThorough);
}

/// As a session does that stays: what the server did not take, for want of others' changes, goes once more.
bool World::offer_refused_again(SimDevice& device) {
  if (!device.conversation().level() || !device.conversation().host().holds_refused()) return false;
  device.conversation().host().offer_refused_again();
  if (!device.conversation().on_local_change().ok()) cut(device, "it can't offer again");
  if (device.connected()) device.send_outgoing();
  return true;
}

bool World::settle_down(std::uint64_t rounds_max) {
  constexpr int kOffersMax = 10;
  std::map<const SimDevice*, int> offers;
  for (std::uint64_t round = 0; round < rounds_max; ++round) {
    bool rest = true;
    for (const auto& device : devices_) {
      if (device->revoked || device->gone || device->liar) continue;
      if (!device->connected()) connect(*device, replica::hello_for(device->local(), {}));
      while (device->connected() && deliver_up(*device)) {
      }
      work();
      while (device->connected() && deliver_down(*device)) {
      }
      if (trace_.failed()) return true;
      if (device->connected() && offers[device.get()] < kOffersMax && offer_refused_again(*device)) {
        ++offers[device.get()];
        rest = false;
      }
      rest = rest && device->connected() && device->conversation().level() &&
             device->line().up.pieces.empty() && device->line().down.pieces.empty();
    }
    if (rest && server_->idle()) return true;
  }
  return false;
}

void World::check_converged() {
  if (trace_.failed()) return;
  for (const auto& [space, records] : model_.all_records()) {
    for (const auto& reader : devices_) {
      if (reader->revoked || reader->gone || reader->liar || !reader->local().membership->readable(space))
        continue;
      const auto wanted = reader->local().tables->packs.wanted(1);
      if (!wanted.ok() || *wanted || is_packing(*reader, space)) {
        return trace_.violation(reader->name() + " never gets all of a heads pack");
      }
      const Holding held = holding(*reader);
      for (const auto& writer : devices_) {
        if (writer->revoked) continue;
        auto last = model_.last_of(space, writer->writer());
        if (last && writer->gone) last = std::min(*last, survivors_[{space, writer->writer()}]);
        if (!last || last->seq == 0) continue;
        const auto found = held.find({space, writer->writer()});
        if (found == held.end() || found->second < *last) {
          return trace_.violation(reader->name() + " never gets what " + writer->name() + " wrote" +
                                  (found == held.end() ? " at all" : ": it has " + text_of(found->second)) +
                                  ", the last is " + text_of(*last) + ", the server has " +
                                  std::to_string(server_holding_of(space, writer->writer())));
        }
        if (server_holding_of(space, writer->writer()) < last->seq) {
          return trace_.violation("the server never gets what " + writer->name() + " wrote");
        }
      }
      check_texts(*reader, space);
    }
  }
}

/// Every character that was typed and that nobody took out.
void World::check_texts(SimDevice& device, const SpaceId& space) {
  const Holding held = holding(device);
  for (const RecordId& record : model_.records(space)) {
    if (judged_.contains({space, record})) continue;
    const std::vector<std::string> typed = model_.typed(space, record, held);
    if (typed.empty()) continue;
    const auto view = device.replica().records().read(record);
    if (!view.ok())
      return trace_.violation(device.name() + " can't read a record: " + view.error().message());
    if (!*view) return trace_.violation(device.name() + " does not show a record that it holds");
    const std::string text = (*view)->text("body");
    for (const std::string& character : typed) {
      if (erased_characters_.contains(character) || text.find(character) != std::string::npos) continue;
      return trace_.violation(device.name() + " lacks what was typed into " + short_name(record));
    }
    trace_.sometimes("a text was put together of many edits");
  }
}

}  // namespace samla::sim
