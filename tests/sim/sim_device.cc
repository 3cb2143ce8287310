#include "tests/sim/sim_device.h"

namespace samla::sim {

SimDevice::SimDevice(Stack stack, std::string name, std::uint64_t seed, const std::uint64_t& true_ms)
    : clock(true_ms), stack_(stack), name_(std::move(name)), random_(seed) {
  random_.fill(key_.writable());
  if (stack_ == Stack::kFull) {
    disk_ = std::make_unique<FailingDisk>(random_.next());
  } else {
    disk_ = std::make_unique<MemoryDisk>(name_);
  }
}

replica::OpenOptions SimDevice::options() const {
  replica::OpenOptions out;
  out.search_fields = {{"note", {"title"}}};
  out.edits_survive_power_loss = !soft_commits;
  out.clock = &clock;
  out.random = &random_;
  return out;
}

Result<void> SimDevice::create(replica::Account account, std::optional<Secret<32>> invite_secret) {
  SAMLA_ASSIGN(auto database, open_database(*disk_, key(), random_, true));
  SAMLA_ASSIGN(auto local,
               replica::LocalStore::create(options(), std::move(database), std::move(account),
                                           custody::DeviceKeys::generate(random_), std::move(invite_secret)));
  writer_ = local->writer();
  replica_ = std::make_unique<replica::LocalReplica>(options(), std::move(local));
  return {};
}

Result<void> SimDevice::open() {
  SAMLA_ASSIGN(auto database, open_database(*disk_, key(), random_, false));
  SAMLA_ASSIGN(auto local, replica::LocalStore::open(options(), std::move(database)));
  replica_ = std::make_unique<replica::LocalReplica>(options(), std::move(local));
  return {};
}

void SimDevice::crash(Down down) {
  disk_->stop();
  conversation_.reset();
  replica_.reset();
  line_ = {};
  disk_->restart(down);
}

Result<void> SimDevice::converse(Line line, wire::Hello hello) {
  line_ = std::move(line);
  conversation_ =
      std::make_unique<replica::Conversation>(replica_->local(), replica_->work(), std::move(hello));
  SAMLA_TRY(conversation_->start());
  send_outgoing();
  return {};
}

void SimDevice::hang_up() {
  conversation_.reset();
  line_ = {};
}

void SimDevice::send_outgoing() {
  for (const Bytes& message : conversation_->take_outgoing()) line_.up.send(message);
}

}  // namespace samla::sim
