// How the run's organisation comes to be: by the production's own steps, with nothing going wrong yet.
#include "core/custody/invite.h"
#include "tests/sim/world.h"
#include "tests/support/seeded_sodium.h"

namespace samla::sim {

namespace {

constexpr std::uint64_t kBegin = 1'700'000'000'000;
constexpr replica::Purpose kShared = 1;
constexpr replica::Purpose kPersonal = 3;

replica::SpaceSpec shared_spec() {
  replica::SpaceSpec spec;
  spec.purpose = kShared;
  return spec;
}
replica::SpaceSpec personal_spec() {
  replica::SpaceSpec spec;
  spec.purpose = kPersonal;
  spec.space_class = replica::SpaceClass::kPersonal;
  return spec;
}

}  // namespace

World::World(const Options& options)
    : options_(options), trace_(options.print), random_(options.seed * 2 + 1), true_ms_(kBegin) {
  seed_sodium(options.seed);
}

std::vector<SpaceId> World::spaces_of(SimDevice& device) const {
  std::vector<SpaceId> out;
  for (const replica::SpaceInfo& space : device.replica().spaces()) {
    // What a device does before its heads pack is complete the model can't say: it does not know what came.
    const bool all_here = space.readable && !is_packing(device, space.id);
    if (all_here && space.right >= replica::SpaceRight::kWriter) out.push_back(space.id);
  }
  return out;
}

bool World::is_packing(SimDevice& device, const SpaceId& space) {
  const auto pack = device.local().tables->packs.get(space);
  return pack.ok() && *pack && !(*pack)->complete();
}

void World::set_up() {
  const auto send = [this](server::Asker number, Bytes message) {
    trace_.mix(message);
    for (const auto& device : devices_) {
      if (device->connected() && device->line().number == number) device->line().down.send(message);
    }
  };
  const auto close = [this](server::Asker number) { server_cuts_.insert(number); };
  server_ = std::make_unique<SimServer>(options_.stack, random_.next(), true_ms_, send, close);
  // Not where a server may lose what a writer who never comes back had written: see lose_device.
  const bool loses = on(Fault::kServerRestored) || on(Fault::kServerEmptied);
  // Of its own, so that all else of a seed stays what it was.
  SeededRandom drawn(options_.seed * 2 + 7);
  server_->packs = drawn.below(2) == 0 && !(loses && (on(Fault::kRevocation) || on(Fault::kByzantine)));
  const std::size_t count = 2 + random_.below(3);
  records_max_ = 1 + random_.below(10);
  if (chance(4)) {
    steps_max_ = 8 + random_.below(120);
    records_max_ = steps_max_ / 2 + random_.below(steps_max_);
  }
  for (std::size_t i = 0; i < count; ++i) {
    devices_.push_back(
        std::make_unique<SimDevice>(options_.stack, "d" + std::to_string(i), random_.next(), true_ms_));
    devices_.back()->soft_commits = on(Fault::kSoftCommits) && chance(2);
  }
  auto done = server_->init();
  if (done.ok()) done = found();
  for (std::size_t i = 1; i < count && done.ok(); ++i) {
    done = join(*devices_[i], static_cast<std::uint8_t>(i + 1));
  }
  for (std::size_t i = 0; i < count && done.ok(); ++i) {
    done = level(*devices_[i], replica::hello_for(devices_[i]->local(), {}));
  }
  if (!done.ok()) trace_.violation("set-up: " + done.error().message());
  for (const auto& device : devices_) {
    device->hang_up();
    if (SimulatedDisk* disk = device->disk().simulated()) disk->watch_for("KLARTEKST");
  }
  if (SimulatedDisk* disk = server_->disk().simulated()) disk->watch_for("KLARTEKST");
  if (on(Fault::kHostileBytes)) devices_.back()->hostile = true;
  // Comes when there is a history.
  if (server_->packs && drawn.below(2) == 0) devices_.back()->offline_until = options_.ops / 2;
  if (on(Fault::kByzantine)) liar_ = devices_.back().get();
  trace_.line("an organisation of " + std::to_string(count) + " devices");
}

Result<void> World::found() {
  SimDevice& first = *devices_.front();
  SeededRandom random(random_.next());
  Secret<32> root;
  random.fill(root.writable());
  replica::ChainWork::Claim claim{
      sign::SigningKey::from_seed(std::move(root)), {}, {}, 3, {shared_spec(), personal_spec()}};
  claim.genesis = {claim.root.verify_key(), random.fixed<decltype(chain::Genesis::salt)>()};
  claim.server = {server_->keys().noise_public(), server_->keys().receipts.verify_key()};
  replica::Account account;
  account.organisation = chain::organisation_id(claim.genesis);
  account.user = random.fixed<UserId>();
  account.host = "simulation";
  account.port = 1;
  account.server = server_->keys().noise_public();
  SAMLA_TRY(first.create(std::move(account), {}));
  first.replica().work().claim = std::move(claim);
  shared_space_ = first.replica().space_id(kShared, {});
  return level(first, replica::hello_for(first.local(), to_bytes(server_->claim().view())));
}

Result<void> World::join(SimDevice& device, std::uint8_t user) {
  SimDevice& first = *devices_.front();
  replica::PendingInvite invite;
  invite.spec.user = UserId{{user}};
  invite.spec.role = 1;
  invite.spec.expires_ms = ~std::uint64_t{0} >> 16;
  invite.spec.spaces = {{shared_spec(), replica::SpaceRight::kWriter, true}};
  first.random().fill(invite.secret.writable());
  invite.id = custody::invite_id(invite.secret);
  replica::Account account = first.local().account;
  account.user = invite.spec.user;
  account.invite = invite.id;
  Secret<32> secret = invite.secret.duplicate();
  first.replica().work().invites.push_back(std::move(invite));
  SAMLA_TRY(level(first, replica::hello_for(first.local(), {})));
  first.replica().work().invites.clear();
  account.trusted = first.local().membership->identity().head();
  SAMLA_TRY(device.create(std::move(account), std::move(secret)));
  device.replica().work().personal = personal_spec();
  return level(device, replica::hello_for(device.local(), {}));
}

Result<void> World::level(SimDevice& device, const wire::Hello& hello) {
  connect(device, hello);
  for (int round = 0; round < 1000; ++round) {
    if (!device.connected()) return fail(ErrorCode::connection_closed, "sim");
    if (device.conversation().level() && device.line().up.pieces.empty()) {
      cut(device, "done");
      return {};
    }
    while (device.connected() && deliver_up(device)) {
    }
    work();
    while (device.connected() && deliver_down(device)) {
    }
  }
  return fail(ErrorCode::timed_out, "sim");
}

}  // namespace samla::sim
