// One step: what the scheduler lets happen next.
#include "tests/sim/world.h"

namespace samla::sim {

Outcome World::run() {
  set_up();
  for (std::uint64_t i = 1; i <= options_.ops && !trace_.failed(); ++i) {
    trace_.step = i;
    step();
    if (i % 40 == 0) check_all(Care::kQuick);
  }
  if (!trace_.failed()) check_all(Care::kQuick);
  if (!trace_.failed()) heal();
  return {trace_.first_violation(), trace_.hash(), trace_.step, model_.size(), trace_.states()};
}

void World::step() {
  true_ms_ += random_.below(2000);
  SimDevice& device = *any_of(devices_);
  for (const auto& each : devices_) each->wall_max_ms = std::max(each->wall_max_ms, each->clock.now_ms());
  if (!server_->running()) {
    if (chance(4)) come_back_server();
    if (chance(2)) return;
  }
  if (device.gone) return;
  if (!device.running()) {
    if (chance(3)) come_back(device);
    return;
  }
  const std::uint64_t die = random_.below(100);
  if (die < 28) {
    edit(device);
  } else if (die < 40) {
    if (!device.connected() && device.offline_until <= trace_.step && server_->running()) {
      connect(device, replica::hello_for(device.local(), {}));
    }
  } else if (die < 57) {
    for (std::uint64_t n = 1 + random_.below(12); n > 0 && device.connected(); --n) (void)deliver_up(device);
  } else if (die < 74) {
    for (std::uint64_t n = 1 + random_.below(12); n > 0 && device.connected(); --n)
      (void)deliver_down(device);
  } else if (die < 86) {
    if (server_->running()) {
      if (!chance(3)) (void)server_->server().work(1 + random_.below(32));
      if (server_->disk().simulated() != nullptr && server_->disk().simulated()->is_without_power()) {
        crash_server(true);
      } else if (!chance(4)) {
        while (server_->run_posted()) {
        }
      }
    }
  } else if (die < 90) {
    mangle(device);
  } else if (die < 92) {
    if (on(Fault::kCut) && device.connected()) cut(device, "the line is cut");
  } else if (die < 93) {
    if (on(Fault::kPartition)) {
      cut(device, "partitioned");
      device.offline_until = trace_.step + 20 + random_.below(100);
      trace_.sometimes("a device was cut off for long");
    }
  } else if (die < 95) {
    if (on(Fault::kCrash) || on(Fault::kPowerCut)) crash_device(device, chance(3));
  } else if (die < 96) {
    if (on(Fault::kServerCrash) && server_->running() && !chance(3)) return crash_server(chance(3));
    if (chance(4)) return copy_device(device);
    if (chance(3)) return lose_server();
    back_up_server();
  } else if (die < 97) {
    if (on(Fault::kDiskFull)) fill_disk(device.disk(), device.name());
    if (on(Fault::kServerDiskFull) && chance(3)) fill_disk(server_->disk(), "server");
  } else if (die < 98) {
    turn_clock(device);
  } else if (die < 99) {
    if (device.hostile) send_hostile(device);
    if (on(Fault::kByzantine) && liar_ != nullptr) lie(*liar_);
  } else if (on(Fault::kRevocation) && chance(8)) {
    revoke();
  }
}

// ---- the line

void World::connect(SimDevice& device, const wire::Hello& hello) {
  const std::uint64_t number = next_line_++;
  Line line = Line::plain(number);
  if (options_.stack == Stack::kFull) {
    auto made = Line::connect(number, server_->keys().noise, device.local().keys.noise_secret(), random_);
    if (!made.ok()) return trace_.violation("handshake: " + made.error().message());
    line = std::move(*made);
  }
  server_->server().on_open(number, device.local().keys.noise_public());
  trace_.line(device.name() + " connects as " + std::to_string(number));
  if (!device.converse(std::move(line), hello).ok()) cut(device, "it can't begin");
}

void World::cut(SimDevice& device, const char* why) {
  if (!device.connected()) return;
  trace_.line(device.name() + ": " + why);
  const std::uint64_t number = device.line().number;
  if (!device.line().up.pieces.empty()) trace_.sometimes("messages to the server were lost in a cut");
  if (!device.line().down.pieces.empty()) trace_.sometimes("messages to a device were lost in a cut");
  device.hang_up();
  server_cuts_.erase(number);
  if (server_->running()) server_->server().on_closed(number);
}

bool World::deliver_up(SimDevice& device) {
  Line& line = device.line();
  if (line.up.pieces.empty() || !server_->running()) return false;
  trace_.mix(line.up.pieces.front());
  if (as_text(line.up.pieces.front()).find("KLARTEKST") != std::string_view::npos) {
    trace_.violation("a message to the server holds plaintext");
  }
  auto message = line.up.receive();
  if (!message.ok()) {
    trace_.sometimes("Noise refused what came");
    cut(device, "the server hears noise");
    return true;
  }
  if (!*message) return true;
  if (on(Fault::kHostileBytes) && overheard_.size() < 64) overheard_.push_back(**message);
  server_->server().on_message(line.number, **message);
  return true;
}

bool World::deliver_down(SimDevice& device) {
  Line& line = device.line();
  if (line.down.pieces.empty()) {
    if (server_cuts_.contains(line.number)) cut(device, "the server hangs up");
    return false;
  }
  auto message = line.down.receive();
  if (!message.ok()) {
    cut(device, "the device hears noise");
    return true;
  }
  if (!*message) return true;
  const auto taken = device.conversation().take(**message);
  device.send_outgoing();
  if (!taken.ok()) {
    trace_.line(device.name() + ": " + taken.error().message());
    const ErrorCode code = taken.error().code;
    // Without Noise a line that swallows and repeats is a server that lies, and is to be refused.
    const bool honest = (options_.stack == Stack::kFull || !line.mangled) && !device.liar;
    if (code == ErrorCode::writer_forked && device.in_doubt) return leave_fork(device), true;
    if ((code == ErrorCode::store_corrupt && !device.liar) ||
        (honest && (code == ErrorCode::history_diverged || code == ErrorCode::writer_forked ||
                    code == ErrorCode::sequence_gap))) {
      trace_.violation(device.name() + " refuses the server's history: " + taken.error().message());
    }
    cut(device, "it ends the conversation");
  }
  after_call(device);
  return true;
}

/// A fault to what is under way on the device's line.
void World::mangle(SimDevice& device) {
  if (!device.connected()) return;
  std::deque<Bytes>& pieces = chance(2) ? device.line().up.pieces : device.line().down.pieces;
  if (pieces.empty()) return;
  const std::size_t at = random_.below(pieces.size());
  device.line().mangled = true;
  switch (random_.below(4)) {
    case 0:
      if (!on(Fault::kLoss)) return;
      pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(at));
      return trace_.line(device.name() + ": a message is lost");
    case 1:
      if (!on(Fault::kDuplication)) return;
      pieces.push_back(pieces[at]);
      return trace_.line(device.name() + ": a message comes twice");
    case 2:
      if (!on(Fault::kReordering) || pieces.size() < 2) return;
      std::swap(pieces[at], pieces[(at + 1) % pieces.size()]);
      return trace_.line(device.name() + ": a message overtakes another");
    default:
      // Without Noise a flipped bit is a lying server, not a bad line.
      if (!on(Fault::kGarbling) || options_.stack == Stack::kPure || pieces[at].empty()) return;
      pieces[at][random_.below(pieces[at].size())] ^= static_cast<std::uint8_t>(1 << random_.below(8));
      return trace_.line(device.name() + ": a bit flips");
  }
}

/// With the keys of a member, on a connection of its own.
void World::send_hostile(SimDevice& device) {
  if (!device.connected()) return;
  Bytes message;
  if (overheard_.empty() || chance(3)) {
    message.resize(random_.below(200));
    random_.fill(message);
  } else {
    message = any_of(overheard_);
    for (std::uint64_t flips = random_.below(4); flips > 0 && !message.empty(); --flips) {
      message[random_.below(message.size())] ^= static_cast<std::uint8_t>(1 << random_.below(8));
    }
  }
  device.line().up.send(message);
  trace_.line(device.name() + " sends hostile bytes");
}

// ---- the server at work

void World::work() {
  while (server_->running() && (server_->server().work(64) || server_->run_posted())) {
  }
}

// ---- machines that go down and come back

/// Whatever was called, its machine may have died in it.
void World::after_call(SimDevice& device) {
  SimulatedDisk* disk = device.disk().simulated();
  if (disk == nullptr || !disk->is_without_power()) return;
  trace_.sometimes("a device died within a call");
  crash_device(device, true);
}

void World::crash_device(SimDevice& device, bool now) {
  SimulatedDisk* disk = device.disk().simulated();
  if (!now && disk != nullptr) {
    disk->fail_after(random_.below(40), SimulatedDisk::Fault::power_cut);
    return trace_.line(device.name() + " will die within a call");
  }
  cut(device, "dies");
  const bool power = on(Fault::kPowerCut) && (!on(Fault::kCrash) || chance(2));
  device.crash(power ? Down::kPowerCut : Down::kKilled);
  trace_.line(device.name() + (power ? " lost power" : " was killed"));
  device.may_lose_edits = power && device.soft_commits;
  if (device.may_lose_edits) device.last_time = {};  // of what may be lost
  if (device.may_lose_edits) trace_.sometimes("power was lost with edits that did not wait for the disk");
}

void World::come_back(SimDevice& device) {
  const auto opened = device.open();
  SimulatedDisk* disk = device.disk().simulated();
  if (!opened.ok() && disk != nullptr && disk->has_failed()) {
    trace_.line(device.name() + " can't open: " + opened.error().message());
    return device.crash(Down::kKilled);
  }
  if (!opened.ok()) {
    return trace_.violation(device.name() + " does not open after a crash: " + opened.error().message());
  }
  trace_.line(device.name() + " is back");
  if (const auto found = unsure_.find(&device); found != unsure_.end()) {
    const std::vector<ModelWrite> intents = std::move(found->second);
    unsure_.erase(found);
    enter(device, intents, false);
  }
  // What a disk gives back may be another than what was there.
  check(device, options_.stack == Stack::kFull ? Care::kThorough : Care::kQuick);
}

void World::crash_server(bool now) {
  SimulatedDisk* disk = server_->disk().simulated();
  if (!now && disk != nullptr) {
    disk->fail_after(random_.below(40), SimulatedDisk::Fault::power_cut);
    return trace_.line("the server will die within a call");
  }
  for (const auto& device : devices_) cut(*device, "the server dies");
  if (!server_->idle()) trace_.sometimes("the server died with work unfinished");
  server_->crash(chance(2) ? Down::kPowerCut : Down::kKilled);
  trace_.line("the server died");
}

void World::come_back_server() {
  const auto started = server_->start();
  SimulatedDisk* disk = server_->disk().simulated();
  if (!started.ok() && disk != nullptr && disk->has_failed()) return server_->crash(Down::kKilled);
  if (!started.ok()) return trace_.violation("the server does not start: " + started.error().message());
  trace_.line("the server is back");
  check_server(options_.stack == Stack::kFull ? Care::kThorough : Care::kQuick);
}

void World::fill_disk(Disk& disk, const std::string& name) {
  SimulatedDisk* simulated = disk.simulated();
  if (simulated == nullptr) return;
  if (simulated->has_failed()) {
    simulated->stop_failing();
    return trace_.line("there is room again on the disk of " + name);
  }
  simulated->fail_after(random_.below(20), SimulatedDisk::Fault::disk_full, true);
  trace_.line("the disk of " + name + " fills up");
}

void World::turn_clock(SimDevice& device) {
  constexpr std::int64_t kYearMs = std::int64_t{365} * 24 * 3600 * 1000;
  const auto within = [&](std::int64_t most) {
    return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(2 * most))) - most;
  };
  if (on(Fault::kClockSkew) && chance(2)) {
    device.clock.skew_ms = within(10 * kYearMs);
    trace_.line(device.name() + "'s clock is wrong by years");
  } else if (on(Fault::kClockJump)) {
    device.clock.skew_ms += within(kYearMs / 365);
    trace_.line(device.name() + "'s clock jumps");
  }
  device.wall_max_ms = std::max(device.wall_max_ms, device.clock.now_ms());
}

void World::revoke() {
  if (devices_.size() < 3) return;
  SimDevice& admin = *devices_.front();
  SimDevice& target = *devices_[1];
  if (!admin.running() || !target.running() || target.revoked) return;
  const auto queued = admin.replica().revoke_device(target.replica().device(), {});
  const bool died = admin.disk().simulated() != nullptr && admin.disk().simulated()->is_without_power();
  if (!queued.ok() && !died) return;
  for (const auto& each : devices_) {
    if (each->id() == target.id()) each->revoked = true;  // or may come to be: what died may have been saved
  }
  for (const auto& [space, records] : model_.all_records()) {
    for (const RecordId& record : records) judged_.insert({space, record});
  }
  trace_.line(admin.name() + " revokes " + target.name());
  trace_.sometimes("a device was revoked");
  after_call(admin);
}

}  // namespace samla::sim
