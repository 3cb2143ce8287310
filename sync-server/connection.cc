// The walk of bytes through the server.
//
//   Inbound:   1. a message from the transport enters the session machine       (on_message)
//              2. hello: who may enter, and what it is told                     (admit, welcome)
//              3. chains: entries and grants are read, appends are submitted    (read_chain, append_chains)
//              4. a push is submitted; pipeline.cc verifies it, group.cc places it, storage commits (submit)
//   Outbound:  5. receipts, refusals and results come back through server.cc    (connection.h)
//              6. whoever reads the space is woken and reads on from its place  (read_tail)
//                 or, where it has nothing of it, is sent what stands           (read_pack, packs.cc)
//              7. once level, what stands against what                          (read_conflicts)
#include "sync-server/connection.h"

#include <algorithm>

#include "core/base/planted_bug.h"
#include "core/chain/server_fragment.h"
#include "core/session/refused.h"
#include "sync-server/packs.h"

namespace samla::server {

using wire::Refused;

// ---- 1. in

void Connection::on_message(ByteView message) {
  // An error has made the machine say goodbye; the server closes once that is sent.
  (void)session_.on_message(message);
}

// ---- 2. hello

std::optional<Refused> Connection::admit(const wire::Hello& hello) {
  // Whoever comes may come from another process over the same storage, and have seen more than is known here.
  if (!session_.entered() && !shared_.follower.catch_up(shared_.storage).ok()) return Refused::kLater;
  if (hello.entrance == wire::Entrance::kClaim) return admit_claim(hello);
  const IdentityPtr identity = shared_.registry.identity();
  const bool device = hello.entrance == wire::Entrance::kDevice;
  // Emptied: whoever is of the organisation may bring its chain, and is nobody until then.
  if (identity == nullptr && device && shared_.registry.awaited() == hello.organisation) return {};
  const bool asks = hello.entrance == wire::Entrance::kPaper && hello.organisation.is_zero();
  if (identity == nullptr || (!asks && hello.organisation != identity->organisation())) {
    return device ? Refused::kNotPermitted : Refused::kInviteUnknown;
  }
  if (hello.entrance == wire::Entrance::kInvite) return admit_invite(hello);
  if (hello.entrance == wire::Entrance::kPairing) return admit_pairing(hello);
  return device ? admit_device(hello) : admit_paper(hello);
}

std::optional<Refused> Connection::admit_claim(const wire::Hello& hello) const {
  if (shared_.registry.identity() != nullptr) return Refused::kClaimUsed;
  const auto expected = shared_.storage.value(kClaimName);
  if (!expected.ok()) return Refused::kLater;
  if (!*expected) return Refused::kClaimUsed;
  if (hello.proof.size() != chain::ClaimToken::kSize) return Refused::kNotPermitted;
  const Hash given = chain::claim_hash(chain::ClaimToken::from(hello.proof));
  if (!equal_in_constant_time(given.view(), **expected)) return Refused::kNotPermitted;
  return {};
}

std::optional<Refused> Connection::admit_invite(const wire::Hello& hello) const {
  const IdentityPtr identity = shared_.registry.identity();
  const auto* info = identity->invite(hello.invite);
  // A wrong gate key learns no more than one for an invite that never was.
  if (info == nullptr || chain::gate_hash(hello.proof) != info->invite.gate) return Refused::kInviteUnknown;
  const auto redeemable = identity->check_redeemable(hello.invite, shared_.clock.now_ms());
  if (!redeemable.ok()) return session::refused_of(redeemable.error().code);
  return {};
}

std::optional<Refused> Connection::admit_pairing(const wire::Hello& hello) const {
  const IdentityPtr identity = shared_.registry.identity();
  const auto id = chain::PairingId::from(hello.invite.view());
  const auto* info = identity->pairing(id);
  if (info == nullptr || chain::gate_hash(hello.proof) != info->pairing.gate) return Refused::kInviteUnknown;
  const auto redeemable = identity->check_redeemable(id, shared_.clock.now_ms());
  if (!redeemable.ok()) return session::refused_of(redeemable.error().code);
  return {};
}

/// The signature is over this server's key and this connection's, so nobody can show it again elsewhere.
std::optional<Refused> Connection::admit_paper(const wire::Hello& hello) const {
  const IdentityPtr identity = shared_.registry.identity();
  const auto* info = identity->paper(chain::PaperId::from(hello.invite.view()));
  if (info == nullptr || hello.proof.size() != Signature::kSize) return Refused::kInviteUnknown;
  const auto proves = [&](const ServerKeys& keys) {
    return sign::verify(info->sign, chain::kPaperEntranceDomain,
                        chain::paper_entrance_bytes(keys.noise_public(), peer_, hello.device),
                        Signature::from(hello.proof));
  };
  const bool proven = proves(shared_.keys) || (shared_.keys_before && proves(*shared_.keys_before));
  if (!proven) return Refused::kInviteUnknown;
  return info->revoked_at ? std::optional(Refused::kInviteRevoked) : std::nullopt;
}

std::optional<Refused> Connection::admit_device(const wire::Hello& hello) const {
  const IdentityPtr identity = shared_.registry.identity();
  const auto* device = identity->device(hello.device);
  // One that joined after the backup was made brings the entries that say so.
  if (device == nullptr && shared_.registry.unconfirmed_ms()) return {};
  if (device == nullptr || device->keys.noise != peer_) return Refused::kNotPermitted;
  if (!identity->active(hello.device)) return Refused::kDeviceRevoked;
  return {};
}

wire::Welcome Connection::welcome() {
  wire::Welcome out;
  out.server_ms = shared_.clock.now_ms();
  if (const auto awaited = shared_.registry.awaited()) out.organisation = *awaited;
  out.incarnation = shared_.tips.incarnation();
  out.receipt_key = shared_.keys.receipts.verify_key();
  if (const IdentityPtr identity = shared_.registry.identity()) {
    out.organisation = identity->organisation();
    out.identity = identity->head();
  }
  return out;
}

session::Access Connection::access(const SpaceId& space, const DeviceId& device) {
  return shared_.registry.access(space, device);
}

std::vector<SpaceId> Connection::spaces_of(const DeviceId& device) {
  std::vector<SpaceId> spaces = shared_.registry.spaces_of(device);
  // Their places are told next. If they can't be read, the device takes what is known for a server that was
  // set back, asks, and is told otherwise.
  (void)shared_.follower.read_tips(shared_.storage, std::set<SpaceId>(spaces.begin(), spaces.end()));
  return spaces;
}

// ---- 3. chains

ChainHead Connection::chain_head(const SpaceId& space) { return shared_.registry.head(space); }

Result<wire::ChainEntries> Connection::read_chain(const SpaceId& space, const ChainHead& from,
                                                  std::size_t bytes_max) {
  const IdentityPtr identity = shared_.registry.identity();
  const SpacePtr state = shared_.registry.space(space);
  std::optional<std::uint64_t> known;
  if (space.is_zero() && identity != nullptr) known = identity->seq_of(from.hash);
  if (!space.is_zero() && state != nullptr) known = state->seq_of(from.hash);
  const std::uint64_t after = known == from.seq ? from.seq : 0;
  const std::uint64_t end = shared_.registry.head(space).seq;
  wire::ChainEntries out;
  out.space = space;
  out.first_seq = after + 1;
  SAMLA_ASSIGN(out.entries, shared_.storage.chain_entries(space, after, bytes_max));
  out.last = out.entries.empty() || after + out.entries.size() >= end;
  return out;
}

/// The root's word for the author, or the space's founding, lets the newcomer believe the checkpoint.
Result<std::optional<session::Beginning>> Connection::read_checkpoint(const SpaceId& space) {
  using Answer = std::optional<session::Beginning>;
  const IdentityPtr identity = shared_.registry.identity();
  const SpacePtr state = space.is_zero() ? nullptr : shared_.registry.space(space);
  if (identity == nullptr || (!space.is_zero() && state == nullptr)) return Answer();
  session::Beginning out;
  out.state = state == nullptr ? identity->checkpoint_state() : state->checkpoint_state();
  if (out.state == nullptr) return Answer();
  const auto entry_at = [&](std::uint64_t seq) -> Result<Bytes> {
    SAMLA_ASSIGN(auto entries, shared_.storage.chain_entries(space, seq - 1, 1));
    if (entries.empty()) return fail(ErrorCode::store_corrupt, "chains.checkpoint");
    return std::move(entries.front());
  };
  SAMLA_ASSIGN(out.entry,
               entry_at(state == nullptr ? identity->since_checkpoint().at : state->since_checkpoint().at));
  SAMLA_ASSIGN(out.witnesses.emplace_back(), entry_at(1));
  if (state == nullptr) {
    SAMLA_ASSIGN(const chain::Entry entry, chain::Entry::decode(out.entry));
    const auto* author = identity->device(DeviceId::from(entry.author.id.view()));
    SAMLA_ASSIGN(out.witnesses.emplace_back(), entry_at(author->certified_at));
  }
  return Answer(std::move(out));
}

Result<wire::Grants> Connection::read_grants(const SpaceId& space, const DeviceId& device,
                                             std::size_t bytes_max) {
  constexpr std::size_t kBytesEach = 256;
  std::vector<RecipientId> recipients;
  const IdentityPtr identity = shared_.registry.identity();
  if (identity != nullptr) {
    for (const auto& id : identity->recipients_of(device, space, identity->head().seq)) {
      recipients.push_back(RecipientId::from(id.view()));
    }
  }
  wire::Grants out{space, {}};
  // The newest first: earlier epochs' keys hang on theirs.
  for (const RecipientId& recipient : recipients) {
    SAMLA_ASSIGN(const auto grants, shared_.storage.grants(space, recipient, bytes_max / kBytesEach / 2));
    for (const StoredGrant& grant : grants) {
      out.grants.push_back(
          {grant.epoch, decltype(wire::Grant::recipient)::from(recipient.view()), grant.sealed});
    }
  }
  return out;
}

Result<wire::Grants> Connection::read_recovery(const wire::Hello& hello) {
  const RecipientId paper = RecipientId::from(hello.invite.view());
  SAMLA_ASSIGN(const auto kept, shared_.storage.grants({}, paper, 1));
  wire::Grants out;
  for (const StoredGrant& each : kept) {
    out.grants.push_back({each.epoch, decltype(wire::Grant::recipient)::from(paper.view()), each.sealed});
  }
  return out;
}

void Connection::append_chains(wire::ChainAppend append, const wire::Hello& hello) {
  shared_.submit({number_, AppendJob{std::move(append), hello}});
}

// ---- 4. up

void Connection::submit(wire::Push push, const DeviceId& device) {
  shared_.submit({number_, PushJob{std::move(push), device, {}, Refused::kLater}});
}

void Connection::reoffer(wire::Reoffer reoffer, const DeviceId& device) {
  PushJob job{{reoffer.space, reoffer.writer_seq, std::move(reoffer.changeset)}, device, {}, Refused::kLater};
  job.reoffered_writer = reoffer.writer;
  shared_.submit({number_, std::move(job)});
}

void Connection::offer_chain(wire::ChainOffer offer, const DeviceId& device) {
  shared_.submit({number_, OfferJob{std::move(offer), device, peer_}});
}

void Connection::shown(wire::Receipts receipts) { shared_.submit({number_, RenewJob{std::move(receipts)}}); }

// ---- 6. down

Position Connection::position(const SpaceId& space) { return shared_.tips.get(space); }

/// Whose store was copied or restored holds what one of its instances wrote, perhaps not all.
std::optional<WriterId> Connection::sole_writer_of(const DeviceId& device) const {
  const IdentityPtr identity = shared_.registry.identity();
  if (identity == nullptr || std::ranges::any_of(identity->instances(), [&](const auto& each) {
        return each.second.device == device;
      }))
    return {};
  return chain::writer_of_device(device);
}

Result<session::TailRun> Connection::read_tail(const SpaceId& space, const Position& from,
                                               std::size_t bytes_max, const DeviceId& reader) {
  shared_.fanout.reads(space, number_);
  const Position tip = shared_.tips.get(space);
  Position after{tip.incarnation, 0, {}};
  if (from == tip) return session::TailRun{{space, from, {}}, from};
  // Not measured by the tip: a commit can be read a moment before its tip is published.
  if (from.incarnation == tip.incarnation && from.seq > 0) {
    SAMLA_ASSIGN(const auto at, shared_.storage.changeset_at(space, from.seq));
    if (at && at->head == from.head) after = from;
  }
  const std::uint64_t skipped = SAMLA_PLANTED_BUG(tail_skips_one) && after.seq % 5 == 4 ? 1 : 0;
  SAMLA_ASSIGN(auto changesets, shared_.storage.changesets_after(space, after.seq + skipped, bytes_max));
  session::TailRun run{{space, after, {}}, after};
  const std::optional<WriterId> own = sole_writer_of(reader);
  for (StoredChangeset& changeset : changesets) {
    run.end = {tip.incarnation, changeset.seq, changeset.head};
    // The reader's own, which it holds.
    if (own && changeset.writer == *own) changeset.bytes.clear();
    run.tail.items.push_back({changeset.seq, changeset.validity, std::move(changeset.bytes), changeset.hash});
  }
  return run;
}

Result<wire::Frontier> Connection::read_frontier(const SpaceId& space) {
  wire::Frontier out{space, shared_.tips.get(space), {}};
  SAMLA_ASSIGN(const auto tips, shared_.storage.writer_tips(space));
  for (const StoredChangeset& tip : tips) out.writers.push_back({tip.writer, tip.writer_seq, tip.hash});
  return out;
}

std::optional<wire::BackupHorizon> Connection::horizon(const std::vector<SpaceId>& spaces) {
  return shared_.horizon.of(shared_.tips.incarnation(), spaces);
}

/// A pack that is under way goes on where its position is of this history; else it begins anew.
Result<std::optional<wire::PackPage>> Connection::read_pack(const wire::PackAsk& ask, std::size_t bytes_max) {
  using Answer = std::optional<wire::PackPage>;
  shared_.fanout.reads(ask.space, number_);
  const Position tip = shared_.tips.get(ask.space);
  Position at = tip;
  wire::PackPlace from;
  if (ask.at.seq > 0 && ask.at.incarnation == tip.incarnation) {
    SAMLA_ASSIGN(const auto there, shared_.storage.changeset_at(ask.space, ask.at.seq));
    if (there && there->head == ask.at.head) {
      at = ask.at;
      from = ask.from;
    }
  }
  if (at.seq == 0) return Answer();
  if (from == wire::PackPlace{} && shared_.pack_from_bytes > 0) {
    SAMLA_ASSIGN(const auto begin, shared_.storage.changesets_after(ask.space, 0, shared_.pack_from_bytes));
    if (begin.empty() || begin.back().seq >= at.seq) return Answer();
    SAMLA_ASSIGN(const bool worthwhile, PackReader(shared_.storage, ask.space, at.seq).is_worthwhile());
    if (!worthwhile) return Answer();
  }
  PackReader reader(shared_.storage, ask.space, at.seq);
  SAMLA_ASSIGN(wire::PackPage page, reader.page(from, std::min(bytes_max, shared_.pack_page_bytes)));
  page.at = at;
  return Answer(std::move(page));
}

Result<wire::RecordsPage> Connection::read_records(const wire::RecordsAsk& ask, RecordsProgress& progress,
                                                   std::size_t bytes_max) {
  // What is beyond the asker's place comes to it by the history as well; it knows which that is.
  PackReader reader(shared_.storage, ask.space, shared_.tips.get(ask.space).seq);
  PackReader::Progress at{progress.record, progress.part};
  SAMLA_ASSIGN(wire::RecordsPage page, reader.records(ask, at, bytes_max));
  progress = {at.record, at.part};
  return page;
}

// ---- 7. conflicts

Result<wire::ConflictFields> Connection::read_conflicts(const SpaceId& space) {
  constexpr std::size_t kFieldsMax = 4096;
  SAMLA_ASSIGN(const auto fields, shared_.storage.contested(space, kFieldsMax));
  wire::ConflictFields out{space, {}};
  for (const ContestedField& field : fields) out.fields.push_back({field.record, field.tag, field.heads});
  return out;
}

}  // namespace samla::server
