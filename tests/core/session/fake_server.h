// A small server in memory and its connections' hosts: it sequences, receipts and serves, and judges no
// more than it is told to. Chains are opaque bytes, linked as real ones are.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "core/chain/entry.h"
#include "core/change/changeset.h"
#include "core/session/server_session.h"

namespace samla::session::test {

inline Hash running_hash(const Hash& head, std::uint64_t seq, const Hash& changeset) {
  return sign::Hasher("samla/space/head/1").add(head).add_number(seq).add(changeset).finish();
}

struct FakeSpace {
  struct Item {
    Bytes bytes;
    WriterId writer;
    std::uint64_t writer_seq = 0;
    Hash hash;
    Position after;  ///< the place after it
  };
  std::vector<Item> items;
  std::set<DeviceId> readers, writers;
};

struct FakeServer {
  Incarnation incarnation{{7}};
  OrganisationId organisation{{1}};
  std::map<SpaceId, std::vector<Bytes>> chains;
  std::map<SpaceId, FakeSpace> spaces;
  std::map<SpaceId, Beginning> checkpoints;
  std::function<void()> checkpoint_was_read = [] {};
  std::set<DeviceId> devices;
  std::map<std::pair<SpaceId, DeviceId>, wire::Grant> grants;
  std::optional<wire::Refused> refuse_pushes;
  std::optional<wire::Refused> refuse_reoffers;
  std::vector<wire::ChainOffer> offers;
  std::vector<wire::Reoffer> reoffered;
  std::vector<wire::Receipts> shown;
  std::optional<Incarnation> life_when_shown;  ///< that begins once it is shown receipts
  std::optional<wire::BackupHorizon> horizon;
  int conflicts_to_play = 0;
  std::vector<std::function<void()>> later;  ///< answers under way
  bool busy = false;                         ///< they stay so
  std::vector<ServerSession*> sessions;
  std::vector<wire::Receipt> log;

  ChainHead head_at(const SpaceId& space, std::size_t seq) {
    ChainHead head;
    for (std::size_t i = 0; i < seq; ++i) head = chain::next_head(head, chains[space][i]);
    return head;
  }
  ChainHead head(const SpaceId& space) { return head_at(space, chains[space].size()); }
  Position position(const SpaceId& space) {
    return spaces[space].items.empty() ? Position{incarnation, 0, {}} : spaces[space].items.back().after;
  }

  void sequence(const SpaceId& space, const change::Header& header, Bytes bytes) {
    const Position before = position(space);
    const Hash hash = change::changeset_hash(header);
    const Position after{incarnation, before.seq + 1, running_hash(before.head, before.seq + 1, hash)};
    spaces[space].items.push_back({std::move(bytes), header.writer, header.seq, hash, after});
  }

  void renew(const Incarnation& life) {
    incarnation = life;
    for (auto& [id, space] : spaces) {
      for (FakeSpace::Item& item : space.items) item.after.incarnation = life;
    }
    for (ServerSession* session : sessions) session->close(wire::Refused::kLater);
  }
  void run_later() {
    while (!busy && !later.empty()) {
      for (const auto& answer : std::exchange(later, {})) answer();
    }
  }
  void chain_changed(const SpaceId& space) {
    for (ServerSession* session : sessions) (void)session->on_chain_changed(space);
  }
  void grown(const SpaceId& space) {
    for (ServerSession* session : sessions) session->on_space_grown(space);
  }
};

class FakeServerHost final : public ServerHost {
 public:
  explicit FakeServerHost(FakeServer& server) : server_(server) {}
  void attach(ServerSession& session) { session_ = &session; }
  void detach() { session_ = nullptr; }

  std::optional<wire::Refused> admit(const wire::Hello& hello) override {
    const bool known = server_.devices.contains(hello.device);
    if (hello.entrance == wire::Entrance::kDevice && !known) return wire::Refused::kDeviceRevoked;
    if (hello.entrance == wire::Entrance::kInvite && hello.proof != Bytes(32, 5)) {
      return wire::Refused::kInviteUnknown;
    }
    return {};
  }
  wire::Welcome welcome() override {
    return {wire::kProtocolVersion, 1000, server_.incarnation, {}, server_.organisation,
            server_.head({}),       {}};
  }
  Access access(const SpaceId& space, const DeviceId& device) override {
    const FakeSpace& found = server_.spaces[space];
    if (found.writers.contains(device)) return Access::kWrite;
    return found.readers.contains(device) ? Access::kRead : Access::kNone;
  }
  std::vector<SpaceId> spaces_of(const DeviceId& device) override {
    std::vector<SpaceId> out;
    for (const auto& [id, space] : server_.spaces) {
      if (space.readers.contains(device)) out.push_back(id);
    }
    return out;
  }
  ChainHead chain_head(const SpaceId& space) override { return server_.head(space); }
  Position position(const SpaceId& space) override { return server_.position(space); }

  Result<wire::ChainEntries> read_chain(const SpaceId& space, const ChainHead& from, std::size_t) override {
    const auto& chain = server_.chains[space];
    std::uint64_t seq = from.seq <= chain.size() && server_.head_at(space, from.seq) == from ? from.seq : 0;
    wire::ChainEntries out{space, seq + 1, {}, true};
    for (; seq < chain.size() && out.entries.size() < 3; ++seq) out.entries.push_back(chain[seq]);
    out.last = seq == chain.size();
    return out;
  }
  Result<std::optional<Beginning>> read_checkpoint(const SpaceId& space) override {
    const auto found = server_.checkpoints.find(space);
    std::optional<Beginning> out;
    if (found != server_.checkpoints.end()) out = found->second;
    server_.checkpoint_was_read();
    return out;
  }
  Result<wire::Grants> read_grants(const SpaceId& space, const DeviceId& device, std::size_t) override {
    const auto found = server_.grants.find({space, device});
    wire::Grants out{space, {}};
    if (found != server_.grants.end()) out.grants.push_back(found->second);
    return out;
  }
  Result<TailRun> read_tail(const SpaceId& space, const Position& from, std::size_t bytes_max,
                            const DeviceId& reader) override {
    const auto& items = server_.spaces[space].items;
    std::size_t at = 0;
    if (from.seq > 0 && from.seq <= items.size() && items[from.seq - 1].after == from) at = from.seq;
    TailRun run{{space, at == 0 ? Position{server_.incarnation, 0, {}} : items[at - 1].after, {}}, {}};
    run.end = run.tail.after;
    for (std::size_t bytes = 0; at < items.size() && bytes < bytes_max; ++at) {
      const bool own = equal(items[at].writer.view(), reader.view());
      run.tail.items.push_back({at + 1, 1, own ? Bytes{} : items[at].bytes, items[at].hash});
      run.end = items[at].after;
      bytes += items[at].bytes.size();
    }
    return run;
  }
  Result<wire::ConflictFields> read_conflicts(const SpaceId& space) override {
    return wire::ConflictFields{space, {{RecordId{{3}}, FieldTag{{4}}, 2}}};
  }

  Result<wire::Frontier> read_frontier(const SpaceId& space) override {
    wire::Frontier out{space, server_.position(space), {}};
    std::map<WriterId, wire::WriterTip> tips;
    for (const auto& item : server_.spaces[space].items)
      tips[item.writer] = {item.writer, item.writer_seq, item.hash};
    for (const auto& [writer, tip] : tips) out.writers.push_back(tip);
    return out;
  }
  std::optional<wire::BackupHorizon> horizon(const std::vector<SpaceId>&) override { return server_.horizon; }
  void reoffer(wire::Reoffer reoffer, const DeviceId&) override {
    server_.reoffered.push_back(reoffer);
    server_.later.push_back([this, reoffer = std::move(reoffer)] {
      if (server_.refuse_reoffers) {
        if (session_ == nullptr) return;
        session_->on_reoffer_refusal(
            {reoffer.space, reoffer.writer, reoffer.writer_seq, *server_.refuse_reoffers});
        return;
      }
      place(wire::Push{reoffer.space, reoffer.writer_seq, reoffer.changeset});
    });
  }
  /// Takes whatever follows its head.
  void offer_chain(wire::ChainOffer offer, const DeviceId& device) override {
    server_.later.push_back([this, offer = std::move(offer), device] {
      server_.offers.push_back(offer);
      auto& chain = server_.chains[offer.space];
      if (offer.first_seq == chain.size() + 1) {
        chain.insert(chain.end(), offer.entries.begin(), offer.entries.end());
        if (!offer.space.is_zero() && !offer.entries.empty()) {
          server_.spaces[offer.space].readers.insert(device);
          server_.spaces[offer.space].writers.insert(device);
        }
        if (!offer.entries.empty()) server_.chain_changed(offer.space);
      }
      if (session_ != nullptr) session_->on_offer_result({offer.space, {}, server_.head(offer.space)});
    });
  }
  void shown(wire::Receipts receipts) override {
    server_.later.push_back([this, receipts = std::move(receipts)] {
      server_.shown.push_back(receipts);
      if (server_.life_when_shown) server_.renew(*std::exchange(server_.life_when_shown, {}));
    });
  }

  Result<wire::Grants> read_recovery(const wire::Hello&) override { return wire::Grants{}; }
  void submit(wire::Push push, const DeviceId&) override {
    server_.later.push_back([this, push = std::move(push)] { place(push); });
  }
  void append_chains(wire::ChainAppend append, const wire::Hello& hello) override {
    server_.later.push_back([this, append = std::move(append), hello] { place(append, hello); });
  }

 private:
  void place(const wire::Push& push) {
    if (server_.refuse_pushes) {
      if (session_ != nullptr) session_->on_refusal({push.space, push.writer_seq, *server_.refuse_pushes, 0});
      return;
    }
    const change::Header header = *change::decode_header(push.changeset);
    auto& items = server_.spaces[push.space].items;
    auto known = std::ranges::find_if(
        items, [&](const auto& i) { return i.writer == header.writer && i.writer_seq == header.seq; });
    const bool fresh = known == items.end();
    if (fresh) {
      server_.sequence(push.space, header, push.changeset);
      known = items.end() - 1;
    }
    const wire::Receipt receipt{
        push.space, known->after.seq, known->after.head, header.writer, header.seq, known->hash, 1};
    server_.log.push_back(receipt);
    if (session_ != nullptr) session_->on_receipts({server_.incarnation, {receipt}, {}});
    if (fresh) server_.grown(push.space);
  }
  void place(const wire::ChainAppend& append, const wire::Hello& hello) {
    const auto result = [&](std::optional<wire::Refused> refused) {
      if (session_ != nullptr) session_->on_chain_result({append.request, refused});
    };
    for (const auto& part : append.parts) {
      if (part.expected != server_.head(part.space)) return result(wire::Refused::kChainConflict);
    }
    if (server_.conflicts_to_play > 0) {
      --server_.conflicts_to_play;
      server_.chains[append.parts[0].space].push_back(Bytes{9, 9, 9});
      return result(wire::Refused::kChainConflict);
    }
    for (const auto& part : append.parts) {
      for (const Bytes& entry : part.entries) server_.chains[part.space].push_back(entry);
      if (!part.space.is_zero()) {
        server_.spaces[part.space].readers.insert(hello.device);
        server_.spaces[part.space].writers.insert(hello.device);
      }
    }
    server_.devices.insert(hello.device);
    for (const auto& part : append.parts) server_.chain_changed(part.space);
    result({});
  }

  FakeServer& server_;
  ServerSession* session_ = nullptr;
};

}  // namespace samla::session::test
