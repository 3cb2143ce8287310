// A member who lies: what it signs may make nonsense of the records that it speaks of, and of nothing else.
#include "tests/sim/liar.h"
#include "tests/sim/world.h"

namespace samla::sim {

/// From its first lie on it is a liar and nothing else: its store is as it was, and nobody looks at it.
void World::lie(SimDevice& device) {
  if (!device.liar) return become_liar(device);
  if (!device.connected() || !server_->running()) return;
  SimulatedDisk* disk = server_->disk().simulated();
  if (disk != nullptr && disk->is_without_power()) return;
  const std::vector<SpaceId> spaces = spaces_of(device);
  if (spaces.empty()) return;
  const SpaceId space = chance(6) ? spaces[random_.below(spaces.size())] : shared_space_;
  const auto view = liars_view(device, space);
  if (!view) return;
  const Lie lie = make_lie(*view, random_);
  for (const RecordId& record : lie.records) {
    for (const auto& [each, records] : model_.all_records()) {
      if (!records.contains(record) && each != space) continue;
      claim_all(each, record);
      judged_.insert({each, record});
      lied_.insert({each, record});
    }
  }
  device.line().up.send(
      wire::encode(wire::Message(wire::Push{space, lie.changeset.header.seq, lie.changeset.encode()})));
  trace_.line(device.name() + " lies about " + std::to_string(lie.records.size()) + " records");
  trace_.sometimes("a member lied");
}

/// While nothing of it is under way, so that it is known which of its honest writes stand.
void World::become_liar(SimDevice& device) {
  if (!device.running() || !server_->running() || !server_->idle() || server_has_lost_) return;
  SimulatedDisk* disk = server_->disk().simulated();
  if (disk != nullptr && disk->has_failed()) return;
  cut(device, "will tell lies");
  device.liar = true;
  std::erase_if(unsure_, [&](const auto& each) { return each.first == &device; });
  // In the places of what it had not sent others will see its lies.
  for (const auto& [space, records] : model_.all_records()) {
    const Place placed{server_holding_of(space, device.writer()), 0xffffffff};
    if (model_.forget_after(space, device.writer(), placed) > 0) checked_.clear();
  }
}

std::optional<LiarsView> World::liars_view(SimDevice& device, const SpaceId& space) {
  const auto last = server_->storage().changeset_of(space, device.writer(), 0);
  const auto position = server_->storage().last_changeset(space);
  const replica::Membership& chains = *device.local().membership;
  LiarsView out;
  const chain::SpaceState* state = chains.space(space);
  if (!last.ok() || !position.ok() || state == nullptr) return {};
  out.header.organisation = device.organisation();
  out.header.space = space;
  out.header.writer = device.writer();
  out.header.seq = *last ? (*last)->writer_seq + 1 : 1;
  if (*last) out.header.prev = (*last)->hash;
  out.header.identity_head = chains.head({}).hash;
  out.header.space_head = chains.head(space).hash;
  out.header.epoch = state->epoch();
  out.header.nonce_base = random_.fixed<change::NonceBase>();
  out.key = chains.ring().epoch_key(space, out.header.epoch);
  out.tag_key = chains.ring().tag_key(space);
  out.sign = &device.local().keys.sign();
  if (out.key == nullptr || out.tag_key == nullptr) return {};
  out.now = device.local().time.tick();
  const std::set<RecordId>& records = model_.records(space);
  out.records.assign(records.begin(), records.end());
  for (const change::WriteRef& ref : model_.places(space)) {
    if (ref.seq <= server_holding_of(space, ref.writer)) out.writes.push_back(ref);
  }
  return out;
}

/// What others wrote to a record and the server has stays in its history, whatever is said about it.
void World::claim_all(const SpaceId& space, const RecordId& record) {
  if (lied_.contains({space, record})) return;
  for (const auto& [ref, write] : model_.writes_of(space, record)) {
    for (const auto& device : devices_) {
      const bool placed =
          !device->liar && ref.writer == device->writer() && ref.seq <= server_holding_of(space, ref.writer);
      if (placed) claim(*device, *write);
    }
  }
}

/// What lies have left is nonsense, and the same nonsense everywhere.
void World::check_lies() {
  for (const auto& device : devices_) {
    if (device->revoked || device->gone || device->liar) continue;
    const Holding held = holding(*device);
    for (const auto& [space, record] : lied_) {
      if (!device->local().membership->readable(space)) continue;
      const auto view = device->replica().records().read(record);
      if (!view.ok()) return trace_.violation(device->name() + " can't read: " + view.error().message());
      if (*view && (*view)->space == space) check_same(*device, **view, held);
    }
  }
}

}  // namespace samla::sim
