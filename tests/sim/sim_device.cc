#include "tests/sim/sim_device.h"

#include "core/replica/store_instance.h"

namespace samla::sim {

namespace {

bool carries_changeset(const Bytes& message) {
  const auto decoded = wire::decode_message(message);
  return decoded.ok() &&
         (std::holds_alternative<wire::Push>(*decoded) || std::holds_alternative<wire::Reoffer>(*decoded));
}

}  // namespace

SimDevice::SimDevice(Stack stack, std::string name, std::uint64_t seed, const std::uint64_t& true_ms)
    : clock(true_ms), true_ms_(true_ms), stack_(stack), name_(std::move(name)), random_(seed) {
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
  replica_ = std::make_unique<replica::LocalReplica>(options(), std::move(local));
  id_ = this->local().keys.device_id();
  organisation_ = this->local().account.organisation;
  return note_name();
}

Result<void> SimDevice::open() {
  SAMLA_ASSIGN(auto database, open_database(*disk_, key(), random_, false));
  SAMLA_ASSIGN(auto local, replica::LocalStore::open(options(), std::move(database)));
  replica_ = std::make_unique<replica::LocalReplica>(options(), std::move(local));
  // It may have died in taking another name.
  return writer_ == this->local().writer() ? Result<void>() : note_name();
}

std::unique_ptr<SimDevice> SimDevice::copy(std::string name, std::uint64_t seed) const {
  auto out = std::make_unique<SimDevice>(stack_, std::move(name), seed, true_ms_);
  out->key_ = key_.duplicate();
  out->disk_->set_to(disk_->image());
  out->clock.skew_ms = clock.skew_ms;
  out->wall_max_ms = wall_max_ms;
  out->writer_ = writer_;
  out->id_ = id_;
  out->organisation_ = organisation_;
  out->last_time = last_time;
  out->reissued = reissued;
  return out;
}

Result<void> SimDevice::take_new_name() {
  Bytes token(16);
  random_.fill(token);
  SAMLA_TRY(replica::go_on_under_new_name(local(), token));
  return note_name();
}

Result<void> SimDevice::leave_fork() {
  SAMLA_ASSIGN([[maybe_unused]] const std::uint64_t moved, replica::leave_fork(local()));
  return note_name();
}

/// What waits there already was written under the name before.
Result<void> SimDevice::note_name() {
  writer_ = local().writer();
  in_doubt = false;
  SAMLA_ASSIGN(const auto spaces, local().tables->outbox.spaces());
  for (const SpaceId& space : spaces) {
    SAMLA_ASSIGN(const auto groups, local().tables->outbox.groups(space));
    for (const store::OutboxGroup& group : groups) {
      SAMLA_ASSIGN(const auto writes, local().tables->outbox.writes(space, group.writer, group.seq));
      for (const store::OutboxWrite& write : writes) reissued.insert({space, write.ref});
    }
  }
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
  for (const Bytes& message : conversation_->take_outgoing()) {
    if (!liar || !carries_changeset(message)) line_.up.send(message);
  }
}

}  // namespace samla::sim
