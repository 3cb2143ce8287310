// A server that comes back with less than it had, and stores that run on two machines.
#include <algorithm>

#include "tests/sim/world.h"

namespace samla::sim {

// ---- the server

void World::back_up_server() {
  if (!on(Fault::kServerRestored) || !server_->running()) return;
  SimulatedDisk* disk = server_->disk().simulated();
  if (disk != nullptr && disk->is_without_power()) return;
  server_->back_up();
  trace_.line("the server is backed up");
}

void World::lose_server() {
  std::vector<Loss> may;
  if (on(Fault::kServerRestored) && server_->has_backup()) may = {Loss::kRestored, Loss::kSetBack};
  if (on(Fault::kServerEmptied)) may.push_back(Loss::kEmptied);
  const bool lied = liar_ != nullptr && liar_->liar;  // its lies stand at the server alone
  if (may.empty() || lied || !chains_are_level()) return;
  const Loss loss = any_of(may);
  if (server_->running()) crash_server(true);
  if (!server_->running()) come_back_server();  // to see what it had
  if (!server_->running()) return;
  for (const auto& [space, records] : model_.all_records()) {
    for (const auto& device : devices_) {
      std::uint64_t& had = lost_[{space, device->writer()}];
      had = std::max(had, server_holding_of(space, device->writer()));
    }
  }
  crash_server(true);
  const auto lost = server_->lose(loss, devices_.front()->organisation());
  if (!lost.ok()) return trace_.violation("the server can't be set up again: " + lost.error().message());
  server_has_lost_ = true;
  if (loss == Loss::kRestored) trace_.sometimes("the server was restored from a backup");
  if (loss == Loss::kSetBack) trace_.sometimes("the server was set back, and nobody had told it");
  if (loss == Loss::kEmptied) trace_.sometimes("the server was emptied");
  trace_.line(loss == Loss::kEmptied    ? "the server has lost everything"
              : loss == Loss::kRestored ? "the server is restored from its backup"
                                        : "the server is set back to its backup, and does not know");
  if (loss == Loss::kEmptied && chance(2)) lose_device();
}

/// Whether the server has no entry of a chain that a device lacks. An entry that is lost before others have
/// seen it is a fork once another one follows the same head; that is repaired by a person, not by itself.
bool World::chains_are_level() {
  for (const auto& device : devices_) {
    if (device->gone || device->revoked) continue;
    if (!device->running() || !server_->running()) return false;
    const replica::Membership& chains = *device->local().membership;
    std::vector<SpaceId> all = {SpaceId{}};
    for (const auto& [space, state] : chains.spaces()) all.push_back(space);
    for (const SpaceId& space : all) {
      const auto at_server = server_->storage().chain_entries(space, chains.head(space).seq, 1);
      const auto before = server_->storage().chain_entries(space, chains.head(space).seq - 1, 1);
      if (!at_server.ok() || !at_server->empty() || !before.ok() || before->empty()) return false;
    }
  }
  return true;
}

/// Never the founder's, without which nobody could give new keys. Nor where devices came with packs: what the
/// others hold of its writes is in part, and no server takes that (docs/decisions/heads-packs.md).
void World::lose_device() {
  if (server_->packs) return;
  SimDevice& device = *devices_[random_.below(devices_.size())];
  if (&device == devices_.front().get() || device.revoked || device.in_doubt || device.gone) return;
  if (&device == liar_) liar_ = nullptr;
  cut(device, "the machine is lost");
  trace_.line(device.name() + " never comes back");
  if (device.running()) device.crash(Down::kKilled);
  device.gone = true;
  trace_.sometimes("a device was lost with what the server had");
}

/// What nobody has that will come back is gone; all else must come to stand everywhere again.
void World::note_survivors() {
  for (const auto& [space, records] : model_.all_records()) {
    for (const auto& writer : devices_) {
      survivors_[{space, writer->writer()}] = {server_holding_of(space, writer->writer()), 0xffffffff};
    }
  }
  for (const auto& device : devices_) {
    if (device->gone || device->revoked) continue;
    for (const auto& [place, at] : holding(*device)) survivors_[place] = std::max(survivors_[place], at);
  }
}

// ---- copies

/// Somebody copies a machine's disk, all of it or without what tells a copy from what it is of.
void World::copy_device(SimDevice& device) {
  if (!on(Fault::kClone) || device.revoked || device.in_doubt || device.hostile) return;
  if (&device == liar_) return;
  if (devices_.size() >= 6 || !device.running()) return;
  // Where the server loses what it had placed, both of two forks may have been placed, each in its time.
  const bool loses = on(Fault::kServerRestored) || on(Fault::kServerEmptied);
  const bool knows = loses || chance(2);
  cut(device, "is copied");
  device.crash(Down::kKilled);
  device.soft_commits = false;
  devices_.push_back(device.copy("d" + std::to_string(devices_.size()), random_.next()));
  SimDevice& copy = *devices_.back();
  if (SimulatedDisk* disk = copy.disk().simulated()) disk->watch_for("KLARTEKST");
  // Waiting edits come to stand in two places.
  judged_.merge(model_.records_by(device.writer()));
  for (SimDevice* each : {&device, &copy}) {
    const auto opened = each->open();
    if (!opened.ok()) return trace_.violation("a copy does not open: " + opened.error().message());
    each->in_doubt = !knows;
  }
  if (const auto named = knows ? copy.take_new_name() : Result<void>(); !named.ok()) {
    return trace_.violation("a copy takes no new name: " + named.error().message());
  }
  trace_.line(copy.name() + " is a copy of " + device.name() + (knows ? ", and knows" : ""));
  if (knows) trace_.sometimes("a copied store went on under a new name");
}

void World::leave_fork(SimDevice& device) {
  const WriterId name = device.conversation().host().forked_name();
  cut(device, "finds out that somebody else writes under its name");
  const auto left = device.leave_fork(name);
  SimulatedDisk* disk = device.disk().simulated();
  if (!left.ok() && (disk == nullptr || !disk->has_failed())) {
    trace_.violation(device.name() + " can't leave a fork: " + left.error().message());
  }
  if (left.ok()) trace_.sometimes("a copied store learnt from the server that it is one");
  after_call(device);
}

void World::claim(const SimDevice& device, const ModelWrite& write) {
  for (const ModelField& field : write.fields) {
    if (field.value.starts_with("KLARTEKST ")) {
      claims_.push_back({&device, write.space, write.record, field.value});
    }
  }
  if (lied_.contains({write.space, write.record})) return;  // a member may take out what it likes
  for (const std::string& typed : write.typed) {
    claims_.push_back({&device, write.space, write.record, typed});
  }
}

/// Neither branch of a fork has lost anything, on anybody's device, nor has anybody by what a liar said.
void World::check_claims() {
  for (const auto& reader : devices_) {
    if (reader->revoked || reader->gone || reader->liar) continue;
    std::map<RecordId, std::set<std::string>> written;
    for (const Claim& claim : claims_) {
      if (trace_.failed()) return;
      if (claim.device->revoked || claim.device->liar || !reader->local().membership->readable(claim.space))
        continue;
      // Who came with a pack was not sent what had been replaced by then.
      const auto packed = reader->local().tables->packs.record(claim.space, claim.record);
      if (!packed.ok() || *packed) continue;
      const auto [known, fresh] = written.try_emplace(claim.record);
      if (fresh) known->second = values_of(*reader, claim.record);
      if (known->second.contains(claim.value) || erased_characters_.contains(claim.value)) continue;
      trace_.violation(reader->name() + " never gets what " + claim.device->name() +
                       " wrote: " + claim.value.substr(0, 20));
    }
  }
  const bool forked = std::ranges::any_of(claims_, [&](const Claim& claim) {
    return !lied_.contains({claim.space, claim.record});
  });
  if (forked) trace_.sometimes("both branches of a fork came to everybody");
}

/// All texts that were ever written to the record, and the characters of its body.
std::set<std::string> World::values_of(SimDevice& device, const RecordId& record) {
  std::set<std::string> out;
  const auto history = device.replica().history(record);
  if (!history.ok()) {
    trace_.violation("a record's history can't be read: " + history.error().message());
    return out;
  }
  for (const replica::WriteInfo& write : *history) {
    if (!write.content) continue;
    for (const view::FieldContent& field : write.content->fields) {
      if (const auto* text = std::get_if<std::string>(&field.value)) out.insert(*text);
    }
  }
  const auto view = device.replica().records().read(record);
  const std::string body = view.ok() && *view ? (*view)->text("body") : std::string();
  for (std::size_t at = 0; at + 4 <= body.size(); at += 4) out.insert(body.substr(at, 4));
  return out;
}

}  // namespace samla::sim
