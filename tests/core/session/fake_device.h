// A small device in memory: chains of opaque bytes, frozen changesets, cursors. What it keeps survives
// its sessions, as a store would.
#pragma once

#include <deque>
#include <map>
#include <set>

#include "core/chain/entry.h"
#include "core/change/changeset.h"
#include "core/session/device_session.h"
#include "tests/core/session/fake_server.h"

namespace samla::session::test {

class FakeDevice final : public DeviceHost {
 public:
  explicit FakeDevice(std::uint8_t number)
      : id{{number}}, key_([&] {
          SeededRandom random(number);
          return sign::SigningKey::generate(random);
        }()) {}

  DeviceId id;
  std::map<SpaceId, std::vector<Bytes>> chains;
  std::map<SpaceId, std::vector<wire::TailItem>> received;
  std::map<SpaceId, Position> cursors;
  std::map<SpaceId, std::vector<Bytes>> written;  ///< frozen, by seq from 1
  std::set<std::pair<SpaceId, std::uint64_t>> acknowledged;
  std::vector<wire::Refusal> refusals;
  std::deque<ChainBatch> batches;
  std::vector<std::optional<ErrorCode>> batch_results;
  std::vector<wire::Grants> grants;
  std::vector<wire::ConflictFields> conflicts;
  std::map<SpaceId, wire::CheckpointPart> begun;     ///< with the whole state
  std::map<SpaceId, std::vector<Bytes>> spoken_for;  ///< the entries for which a checkpoint stands
  std::size_t identity_needed = 0;                   ///< what spaces' entries rest on
  std::set<SpaceId> wants_whole;                     ///< and `history` of them
  std::map<SpaceId, std::vector<Bytes>> history;
  std::map<SpaceId, std::size_t> chain_needed;  ///< tails fail until the chain is that long

  Incarnation incarnation{{7}};  ///< of the server
  Incarnation told{{7}};
  std::map<SpaceId, ErrorCode> offers_refused;
  std::vector<wire::Frontier> frontiers;
  std::vector<wire::ReofferRefusal> reoffer_refusals;
  std::vector<wire::BackupHorizon> horizons;
  std::vector<Bytes> lost;  ///< others' that are to go up
  std::optional<wire::Receipts> newest_receipts;

  /// Called for a new session: everything without a receipt is to be sent again, the same bytes.
  void reconnect() { offered_.clear(); }

  void write(const SpaceId& space, std::size_t bytes = 100) {
    std::vector<Bytes>& chain = written[space];
    change::Header header;
    header.space = space;
    header.writer = WriterId::from(id.view());
    header.seq = chain.size() + 1;
    if (!chain.empty()) header.prev = change::changeset_hash(*change::decode_header(chain.back()));
    change::FullLeaf leaf;
    leaf.header.record = RecordId{{1}};
    leaf.header.tags = {FieldTag{{1}}};
    leaf.header.ciphertext_size = static_cast<std::uint32_t>(bytes);
    leaf.ciphertext = Bytes(bytes, static_cast<std::uint8_t>(header.seq));
    header.base_time = leaf.header.time;
    header.count = 1;
    chain.push_back(change::sign_changeset(header, {leaf}, key_)->encode());
  }

  ChainHead chain_head(const SpaceId& space) override {
    ChainHead head;
    for (const Bytes& entry : chains[space]) head = chain::next_head(head, entry);
    return head;
  }
  Result<void> accept_chain(const wire::ChainEntries& entries) override {
    if (!entries.space.is_zero() && chains[{}].size() < identity_needed) {
      return fail(ErrorCode::chain_behind, "fake.chain");
    }
    for (const Bytes& entry : entries.entries) chains[entries.space].push_back(entry);
    if (!entries.space.is_zero()) cursors.try_emplace(entries.space);
    return {};
  }
  Result<void> accept_checkpoint(const wire::CheckpointPart& whole) override {
    if (!whole.space.is_zero() && chains[{}].size() < identity_needed) {
      return fail(ErrorCode::chain_behind, "fake.chain");
    }
    begun[whole.space] = whole;
    chains[whole.space] = spoken_for[whole.space];
    if (!whole.space.is_zero()) cursors.try_emplace(whole.space);
    return {};
  }
  std::optional<wire::ChainPull> wanted_history() override {
    for (const SpaceId& space : wants_whole) {
      ChainHead head;
      for (const Bytes& entry : history[space]) head = chain::next_head(head, entry);
      if (head.seq < spoken_for[space].size()) return wire::ChainPull{space, head};
    }
    return {};
  }
  Result<void> accept_history(const wire::ChainEntries& entries) override {
    for (const Bytes& entry : entries.entries) history[entries.space].push_back(entry);
    return {};
  }
  Result<void> accept_grants(const wire::Grants& more) override {
    grants.push_back(more);
    return {};
  }
  Result<std::optional<ChainBatch>> next_chain_batch() override {
    if (batches.empty()) return std::optional<ChainBatch>();
    ChainBatch batch = batches.front();
    for (auto& part : batch.parts) part.expected = chain_head(part.space);
    return std::optional<ChainBatch>(batch);
  }
  Result<void> chain_batch_done(const ChainBatch& batch, std::optional<ErrorCode> refused) override {
    batch_results.push_back(refused);
    if (refused == ErrorCode::chain_conflict) return {};
    batches.pop_front();
    if (refused) return {};
    for (const auto& part : batch.parts) {
      for (const Bytes& entry : part.entries) chains[part.space].push_back(entry);
      if (!part.space.is_zero()) cursors.try_emplace(part.space);
    }
    return {};
  }

  std::vector<SpaceId> own_chains() override {
    std::vector<SpaceId> out;
    for (const auto& [space, chain] : chains) {
      if (!space.is_zero() && !chain.empty()) out.push_back(space);
    }
    return out;
  }
  Result<std::optional<std::vector<Bytes>>> chain_rest(const SpaceId& space, const ChainHead& after,
                                                       std::size_t) override {
    const std::vector<Bytes>& chain = chains[space];
    ChainHead head;
    for (std::uint64_t seq = 0; seq < after.seq; ++seq) head = chain::next_head(head, chain[seq]);
    if (head != after) return std::optional<std::vector<Bytes>>();
    const auto end = std::min<std::size_t>(chain.size(), after.seq + 2);
    return std::optional(std::vector<Bytes>(chain.begin() + static_cast<std::ptrdiff_t>(after.seq),
                                            chain.begin() + static_cast<std::ptrdiff_t>(end)));
  }
  bool is_new(const Incarnation& life) override { return told != life; }
  Result<void> pin_told(const Incarnation& life) override {
    told = life;
    return {};
  }
  void offer_refused(const SpaceId& space, ErrorCode code) override { offers_refused[space] = code; }
  Result<std::optional<wire::Receipts>> receipts_beyond(const SpaceId& space, std::uint64_t seq) override {
    if (!newest_receipts) return newest_receipts;
    const wire::Receipt& newest = newest_receipts->receipts.front();
    if (newest.space == space && newest.seq > seq) return newest_receipts;
    return std::optional<wire::Receipts>();
  }
  /// Everything goes up again, and everything is read again.
  Result<void> accept_frontier(const wire::Frontier& frontier) override {
    frontiers.push_back(frontier);
    const SpaceId& space = frontier.space;
    std::uint64_t own = 0;
    std::map<WriterId, std::uint64_t> there;
    for (const wire::WriterTip& tip : frontier.writers) there[tip.writer] = tip.seq;
    if (there.contains(writer())) own = there[writer()];
    for (const wire::TailItem& item : received[space]) {
      if (item.changeset.empty()) continue;
      const change::Header header = *change::decode_header(item.changeset);
      if (header.seq > there[header.writer]) lost.push_back(item.changeset);
    }
    cursors[space] = {incarnation, 0, {}};
    received[space].clear();
    own_[space] = 0;
    const auto is_gone = [&](const auto& each) { return each.first == space && each.second > own; };
    std::erase_if(acknowledged, is_gone);
    std::erase_if(offered_, is_gone);
    return {};
  }
  Result<void> accept_reoffer_refusal(const wire::ReofferRefusal& refusal) override {
    reoffer_refusals.push_back(refusal);
    return {};
  }
  Result<void> accept_horizon(const wire::BackupHorizon& horizon) override {
    horizons.push_back(horizon);
    return {};
  }
  WriterId writer() const override { return WriterId::from(id.view()); }
  Result<std::vector<Bytes>> next_reoffers(std::size_t) override { return std::exchange(lost, {}); }

  Result<std::vector<Bytes>> next_outgoing(std::size_t bytes_max) override {
    std::vector<Bytes> out;
    std::size_t bytes = 0;
    for (const auto& [space, chain] : written) {
      for (std::uint64_t seq = 1; seq <= chain.size(); ++seq) {
        if (acknowledged.contains({space, seq}) || offered_.contains({space, seq})) continue;
        if (!out.empty() && bytes + chain[seq - 1].size() > bytes_max) return out;
        offered_.insert({space, seq});
        out.push_back(chain[seq - 1]);
        bytes += chain[seq - 1].size();
      }
    }
    return out;
  }
  Result<void> accept_receipts(const wire::Receipts& receipts) override {
    newest_receipts = receipts;
    for (const auto& receipt : receipts.receipts) acknowledged.insert({receipt.space, receipt.writer_seq});
    return {};
  }
  Result<void> accept_refusal(const wire::Refusal& refusal) override {
    refusals.push_back(refusal);
    return {};
  }

  std::optional<Position> cursor(const SpaceId& space) override {
    const auto found = cursors.find(space);
    return found == cursors.end() ? std::nullopt : std::optional(found->second);
  }
  Result<void> accept_tail(const SpaceId& space, std::span<const wire::TailItem> items) override {
    if (chains[space].size() < chain_needed[space]) return fail(ErrorCode::chain_behind, "fake.tail");
    Position& at = cursors[space];
    if (items.front().seq == 1) {
      at = {};
      received[space].clear();
    }
    for (const wire::TailItem& item : items) {
      const Bytes& bytes = item.changeset.empty() ? written[space].at(own_[space]++) : item.changeset;
      const Hash hash = change::changeset_hash(*change::decode_header(bytes));
      at = {incarnation, item.seq, running_hash(at.head, item.seq, hash)};
      received[space].push_back(item);
    }
    return {};
  }
  void accept_conflicts(const wire::ConflictFields& fields) override { conflicts.push_back(fields); }

 private:
  sign::SigningKey key_;
  std::set<std::pair<SpaceId, std::uint64_t>> offered_;
  std::map<SpaceId, std::size_t> own_;
};

}  // namespace samla::session::test
