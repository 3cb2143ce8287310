#include "core/replica/sync_run.h"

#include "core/custody/invite.h"
#include "core/custody/pairing.h"
#include "core/net/client_channel.h"
#include "core/noise/channel.h"
#include "core/replica/conversation.h"
#include "core/replica/store_instance.h"

namespace samla::replica {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kConnectDeadline{8000};
/// How long one look for a message may take, so that `stop` is asked often enough.
constexpr milliseconds kPatience{200};
/// After which a session that stays offers again what the server did not take.
constexpr milliseconds kOfferAgain{30'000};

class Run {
 public:
  Run(LocalStore& local, ChainWork& work, const wire::Hello& hello, const SyncOptions& options)
      : local_(local), options_(options), conversation_(local, work, hello) {}

  RunOutcome go(RunUntil until) {
    RunOutcome out;
    const auto done = converse(until);
    if (!done.ok()) out.error = done.error();
    report();
    out.level = conversation_.level();
    out.sent = conversation_.host().receipted();
    out.received = conversation_.session().changesets_received();
    out.notices = conversation_.host().notices();
    out.clock_skew_ms = conversation_.clock_skew_ms();
    if (conversation_.host().recovery().active()) {
      if (const auto recovery = conversation_.host().recovery().finish(); recovery.ok())
        out.recovery = *recovery;
    }
    if (options_.compare_heads && out.level && out.sent == 0) out.head_differences = count_head_differences();
    return out;
  }
  /// The server was shown its own signature over what it lacks, and begins a new life.
  bool is_to_come_again(const RunOutcome& out) const {
    return conversation_.session().showed_receipts() && out.error && !stopped();
  }

 private:
  bool stopped() const { return options_.stop && options_.stop(); }

  Result<void> converse(RunUntil until) {
    SAMLA_TRY(connect());
    SAMLA_TRY(conversation_.start());
    SAMLA_TRY(send_outgoing());
    milliseconds silence{0};
    while (!stopped() && !(until == RunUntil::kLevel && conversation_.level())) {
      SAMLA_ASSIGN(const auto message, channel_->receive(kPatience));
      if (!message) {
        silence += kPatience;
        SAMLA_TRY(still_waiting(silence));
        SAMLA_TRY(offer_refused_again());
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
    if (conversation_.level() || silence < options_.silence_max) return {};
    return fail(ErrorCode::timed_out, "sync", "the server stopped answering: try again later");
  }

  /// Only where the session stays: one that ends when it is level leaves it to the next.
  Result<void> offer_refused_again() {
    held_back_ = conversation_.host().holds_refused() ? held_back_ + kPatience : milliseconds{0};
    if (held_back_ < kOfferAgain) return {};
    held_back_ = {};
    conversation_.host().offer_refused_again();
    SAMLA_TRY(conversation_.on_local_change());
    return send_outgoing();
  }

  Result<void> take(const Bytes& message) {
    const auto taken = conversation_.take(message);
    SAMLA_TRY(send_outgoing());
    report();
    return taken;
  }

  Result<void> send_outgoing() {
    for (const Bytes& message : conversation_.take_outgoing()) SAMLA_TRY(channel_->send(message));
    return {};
  }

  void report() {
    if (options_.changed) {
      const std::set<RecordId> changed = conversation_.host().take_changed();
      if (!changed.empty()) options_.changed(changed);
    }
    if (options_.progress)
      options_.progress(conversation_.host().receipted(), conversation_.session().changesets_received());
  }

  /// Before any policy settles a field, server and device see the same heads, or one of them is wrong.
  std::size_t count_head_differences() const {
    std::map<std::pair<RecordId, FieldTag>, std::size_t> fields;
    std::size_t differences = 0;
    for (const auto& [space, listed] : conversation_.host().server_conflicts()) {
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
  Conversation conversation_;
  milliseconds held_back_{0};  ///< in silence, since something was refused
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
    (void)local.keep_chain_states();  // the next opening is slower without, and no more
    return out;
  }
}

}  // namespace samla::replica
