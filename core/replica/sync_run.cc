#include "core/replica/sync_run.h"

#include "core/custody/invite.h"
#include "core/custody/pairing.h"
#include "core/net/client_channel.h"
#include "core/noise/channel.h"
#include "core/replica/store_instance.h"

namespace samla::replica {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kConnectDeadline{8000};
/// How long one look for a message may take, so that `stop` is asked often enough.
constexpr milliseconds kPatience{200};

class Run {
 public:
  Run(LocalStore& local, ChainWork& work, const wire::Hello& hello, const SyncOptions& options)
      : local_(local), options_(options), host_(local, work), session_(host_, hello) {
    work.begin_session();
  }

  RunOutcome go(RunUntil until) {
    RunOutcome out;
    const auto done = converse(until);
    if (!done.ok()) out.error = done.error();
    report();
    out.level = session_.level();
    out.sent = host_.receipted();
    out.received = session_.changesets_received();
    out.notices = host_.notices();
    out.clock_skew_ms = clock_skew_ms_;
    if (host_.recovery().active()) {
      if (const auto recovery = host_.recovery().finish(); recovery.ok()) out.recovery = *recovery;
    }
    if (options_.compare_heads && out.level && out.sent == 0) out.head_differences = count_head_differences();
    return out;
  }
  /// The server was shown its own signature over what it lacks, and begins a new life.
  bool is_to_come_again(const RunOutcome& out) const {
    return session_.showed_receipts() && out.error && !stopped();
  }

 private:
  bool stopped() const { return options_.stop && options_.stop(); }

  Result<void> converse(RunUntil until) {
    SAMLA_TRY(connect());
    SAMLA_TRY(session_.start());
    SAMLA_TRY(send_outgoing());
    milliseconds silence{0};
    while (!stopped() && !(until == RunUntil::kLevel && session_.level())) {
      SAMLA_ASSIGN(const auto message, channel_->receive(kPatience));
      if (!message) {
        silence += kPatience;
        SAMLA_TRY(still_waiting(silence));
        continue;
      }
      silence = {};
      SAMLA_TRY(take(*message));
    }
    channel_->send(wire::encode(wire::Goodbye{})).ok();
    channel_->close();
    return {};
  }

  /// An announced change of the server's key comes before the change itself, so that devices that sync
  /// in between follow it: the key that the server was last seen with first, then the announced one.
  Result<void> connect() {
    const auto connected = connect_to(local_.account.server);
    if (connected.ok() || connected.error().code != ErrorCode::wrong_server_key) return connected;
    const auto& announced = local_.membership->identity().server_keys();
    if (!announced || announced->noise == local_.account.server) return connected;
    SAMLA_TRY(connect_to(announced->noise));
    local_.account.server = announced->noise;
    SAMLA_ASSIGN(auto transaction, local_.begin());
    SAMLA_TRY(local_.save_account());
    return transaction.commit();
  }

  Result<void> connect_to(const NoisePublicKey& server) {
    net::Endpoint endpoint;
    endpoint.host = local_.account.host;
    endpoint.port = local_.account.port;
    SAMLA_ASSIGN(channel_, net::ClientChannel::connect(
                               endpoint, server,
                               noise::NoiseKeyPair::from_secret(Secret<32>::from(local_.keys.noise_secret())),
                               noise::sync_prologue(endpoint.path), kConnectDeadline));
    return {};
  }

  /// Silence while something is owed is a server that is gone; while level it is rest.
  Result<void> still_waiting(milliseconds silence) {
    if (session_.level() || silence < options_.silence_max) return {};
    return fail(ErrorCode::timed_out, "sync", "the server stopped answering: try again later");
  }

  Result<void> take(const Bytes& message) {
    const auto taken = session_.on_message(message);
    if (session_.phase() >= session::DevicePhase::kChains &&
        session_.phase() != session::DevicePhase::kFailed) {
      host_.set_incarnation(session_.welcome().incarnation);
      if (!clock_skew_ms_) {
        clock_skew_ms_ = static_cast<std::int64_t>(session_.welcome().server_ms) -
                         static_cast<std::int64_t>(local_.clock.now_ms());
      }
    }
    SAMLA_TRY(send_outgoing());
    report();
    return taken;
  }

  Result<void> send_outgoing() {
    for (const Bytes& message : session_.take_outgoing()) SAMLA_TRY(channel_->send(message));
    return {};
  }

  void report() {
    if (options_.changed) {
      const std::set<RecordId> changed = host_.take_changed();
      if (!changed.empty()) options_.changed(changed);
    }
    if (options_.progress) options_.progress(host_.receipted(), session_.changesets_received());
  }

  /// Before any policy settles a field, server and device see the same heads, or one of them is wrong.
  std::size_t count_head_differences() const {
    std::map<std::pair<RecordId, FieldTag>, std::size_t> fields;
    std::size_t differences = 0;
    for (const auto& [space, listed] : host_.server_conflicts()) {
      for (const wire::ConflictField& field : listed) fields[{field.record, field.tag}] = field.heads;
      view::Query query;
      query.space = space;
      query.include_erased = true;
      const auto records = local_.records->list(query);
      for (const view::RecordView& record : records.ok() ? *records : std::vector<view::RecordView>()) {
        const auto state = local_.records->state(record.id);
        if (!state.ok() || !*state) continue;
        for (const auto& [tag, field] : (*state)->fields()) {
          const auto found = fields.find({record.id, tag});
          const std::size_t theirs = found == fields.end() ? 0 : found->second;
          const std::size_t ours = field.heads().size() > 1 ? field.heads().size() : 0;
          differences += theirs == ours ? 0 : 1;
          if (found != fields.end()) fields.erase(found);
        }
      }
    }
    return differences + fields.size();
  }

  LocalStore& local_;
  const SyncOptions& options_;
  std::optional<std::int64_t> clock_skew_ms_;
  SyncHost host_;
  session::DeviceSession session_;
  std::unique_ptr<net::ClientChannel> channel_;
};

/// What ends a session with a store whose name somebody else used too.
bool is_of_a_copy(const Error& error) { return error.code == ErrorCode::writer_forked; }

}  // namespace

Bytes paper_proof(const custody::PaperKeys& paper, const NoisePublicKey& server,
                  const custody::DeviceKeys& device) {
  return to_bytes(paper.sign
                      .sign(chain::kPaperEntranceDomain,
                            chain::paper_entrance_bytes(server, device.noise_public(), device.device_id()))
                      .view());
}

wire::Hello hello_for(const LocalStore& local, const Bytes& claim_token) {
  wire::Hello hello;
  hello.organisation = local.account.organisation;
  hello.device = local.keys.device_id();
  hello.software = "samla 0.1";
  const bool certified = local.membership->identity().device(hello.device) != nullptr;
  if (!claim_token.empty()) {
    hello.entrance = wire::Entrance::kClaim;
    hello.proof = claim_token;
  } else if (!certified && local.paper) {
    hello.entrance = wire::Entrance::kPaper;
    hello.invite = InviteId::from(local.paper->id().view());
    hello.proof = paper_proof(*local.paper, local.account.server, local.keys);
  } else if (!certified && local.pairing_secret) {
    hello.entrance = wire::Entrance::kPairing;
    hello.invite = InviteId::from(custody::pairing_id(*local.pairing_secret).view());
    hello.proof = to_bytes(custody::keys_of_pairing(*local.pairing_secret).gate.view());
  } else if (!certified && local.account.invite && local.invite_secret) {
    hello.entrance = wire::Entrance::kInvite;
    hello.invite = *local.account.invite;
    hello.proof = to_bytes(custody::keys_of_invite(*local.invite_secret).gate.view());
  }
  return hello;
}

RunOutcome run_sync(LocalStore& local, ChainWork& work, const wire::Hello& hello, const SyncOptions& options,
                    RunUntil until) {
  constexpr int kRunsMax = 4;
  std::set<std::string> told;
  for (int runs = 1;; ++runs) {
    Run run(local, work, hello, options);
    RunOutcome out = run.go(until);
    const bool forked = out.error && is_of_a_copy(*out.error);
    if (runs < kRunsMax && forked) {
      const auto left = leave_fork(local);
      if (left.ok()) {
        told.insert(
            "somebody else writes under this device's name: is the store a copy? It goes on under a new "
            "one, and " +
            std::to_string(*left) + " changes that were not at the server are sent anew");
        continue;
      }
      out.error = left.error();
    } else if (runs < kRunsMax && run.is_to_come_again(out)) {
      continue;
    }
    out.notices.merge(told);
    return out;
  }
}

}  // namespace samla::replica
