#include "core/replica/recovery.h"

#include <algorithm>

#include "core/base/codec.h"
#include "core/change/changeset.h"
#include "core/session/erasure.h"

namespace samla::replica {

namespace {

constexpr std::string_view kIncarnationKey = "incarnation";
constexpr std::string_view kReportKey = "recovery";
constexpr std::string_view kBackupKey = "backup";
constexpr std::size_t kDevicesMax = 4096;

Bytes encode(const RecoveryReport& report) {
  Writer out;
  for (const std::uint64_t number : {report.at_ms, report.recovered, report.waiting}) out.varint(number);
  out.varint(report.missing.size());
  for (const auto& [device, count] : report.missing) {
    out.fixed(device);
    out.varint(count);
  }
  return out.take();
}

Result<RecoveryReport> decode_report(ByteView bytes) {
  Reader in(bytes);
  RecoveryReport out;
  out.at_ms = in.varint();
  out.recovered = in.varint();
  out.waiting = in.varint();
  for (std::size_t left = in.count(kDevicesMax, DeviceId::kSize + 1); left > 0 && !in.failed(); --left) {
    const auto device = in.fixed<DeviceId>();
    out.missing.emplace_back(device, in.varint());
  }
  SAMLA_TRY(in.finish("recovery.report"));
  return out;
}

}  // namespace

// ---- chains

std::vector<SpaceId> Recovery::own_chains() const {
  std::vector<SpaceId> out;
  const chain::IdentityState& identity = local_.membership->identity();
  for (const auto& [id, state] : local_.membership->spaces()) {
    if (state->right_of(local_.keys.device_id(), identity) != chain::Right::kNone) out.push_back(id);
  }
  return out;
}

Result<std::optional<std::vector<Bytes>>> Recovery::chain_rest(const SpaceId& space, const ChainHead& after,
                                                               std::size_t bytes_max) const {
  using Answer = std::optional<std::vector<Bytes>>;
  const chain::SpaceState* state = space.is_zero() ? nullptr : local_.membership->space(space);
  const auto known = space.is_zero()    ? local_.membership->identity().seq_of(after.hash)
                     : state == nullptr ? std::optional<std::uint64_t>()
                                        : state->seq_of(after.hash);
  if (known != after.seq) return Answer();
  SAMLA_ASSIGN(const std::uint64_t first, local_.tables->chains.first(space));
  if (after.seq + 1 < first) return Answer(std::vector<Bytes>());
  SAMLA_ASSIGN(std::vector<Bytes> entries, local_.tables->chains.read(space, after.seq));
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < entries.size() && (count == 0 || bytes + entries[count].size() <= bytes_max)) {
    bytes += entries[count++].size();
  }
  entries.resize(count);
  return Answer(std::move(entries));
}

bool Recovery::is_new(const Incarnation& incarnation) const {
  const auto known = local_.tables->meta.get(kIncarnationKey);
  return !known.ok() || !*known || !equal(**known, incarnation.view());
}

Result<void> Recovery::pin_told(const Incarnation& incarnation) {
  if (!is_new(incarnation)) return {};
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(local_.tables->meta.put(kIncarnationKey, incarnation.view()));
  return transaction.commit();
}

// ---- histories

Result<std::optional<wire::Receipts>> Recovery::receipts_beyond(const SpaceId& space,
                                                                std::uint64_t seq) const {
  using Answer = std::optional<wire::Receipts>;
  SAMLA_ASSIGN(const auto bytes, local_.tables->changesets.receipts_beyond(space, seq));
  if (!bytes) return Answer();
  auto message = wire::decode_message(*bytes);
  auto* receipts = message.ok() ? std::get_if<wire::Receipts>(&*message) : nullptr;
  return receipts == nullptr ? Answer() : Answer(std::move(*receipts));
}

Error Recovery::name_is_forked(const WriterId& name) {
  forked_name_ = name;
  return fail(ErrorCode::writer_forked, "replica.sync", "somebody else wrote under this device's name");
}

Result<std::vector<WriterId>> Recovery::accept_frontier(const wire::Frontier& frontier,
                                                        const Incarnation& incarnation) {
  store::Changesets& changesets = local_.tables->changesets;
  const SpaceId& space = frontier.space;
  for (const wire::WriterTip& tip : frontier.writers) {
    SAMLA_ASSIGN(const auto stored, changesets.get(space, tip.writer, tip.seq));
    if (stored && stored->own && stored->hash != tip.hash) return name_is_forked(tip.writer);
  }
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_ASSIGN(spaces_[space].placed, changesets.placed(space));
  SAMLA_TRY(changesets.forget_places(space));
  bool whole = frontier.position.incarnation == incarnation;
  std::vector<WriterId> forked;
  for (const wire::WriterTip& tip : frontier.writers) {
    SAMLA_ASSIGN(const auto stored, changesets.get(space, tip.writer, tip.seq));
    if (!stored || stored->hash != tip.hash) whole = false;
    if (stored && stored->hash != tip.hash) forked.push_back(tip.writer);
  }
  for (const wire::WriterTip& tip : frontier.writers) {
    // Of a forked chain what is there and what is not shows only when it is read.
    if (std::ranges::count(forked, tip.writer) > 0) continue;
    SAMLA_TRY(changesets.mark_there(space, tip.writer, tip.seq, whole ? frontier.position.seq : 0));
  }
  const Position begin = whole ? frontier.position : Position{incarnation, 0, {}};
  SAMLA_TRY(local_.tables->cursors.put(space, begin));
  SAMLA_TRY(transaction.commit());
  std::erase_if(offered_, [&](const auto& each) { return each.first.first == space; });
  return forked;
}

Result<std::vector<Bytes>> Recovery::next_reoffers(std::size_t bytes_max) {
  SAMLA_ASSIGN(const auto lost, local_.tables->changesets.lost());
  std::vector<Bytes> out;
  std::size_t bytes = 0;
  for (const auto& [space, writer] : lost) {
    if (bytes >= bytes_max) break;
    std::uint64_t& offered = offered_[{space, writer}];
    for (bool more = true; more;) {
      SAMLA_ASSIGN(auto changesets,
                   local_.tables->changesets.lost_of(space, writer, offered, bytes_max - bytes));
      more = !changesets.empty() && out.empty();
      for (store::StoredChangeset& changeset : changesets) {
        if (!out.empty() && bytes + changeset.bytes.size() > bytes_max) return out;
        offered = changeset.seq;
        SAMLA_ASSIGN(const bool whole, is_whole(changeset));
        if (!whole) continue;
        bytes += changeset.bytes.size();
        out.push_back(std::move(changeset.bytes));
        more = false;
      }
    }
  }
  return out;
}

/// The server's history has whole changesets: what came here with a heads pack, in part, has to come from
/// somebody who has all of it.
Result<bool> Recovery::is_whole(const store::StoredChangeset& stored) {
  SAMLA_ASSIGN(const auto changeset, change::Changeset::decode(stored.bytes));
  const bool whole = session::complete_but_for_erased(changeset, local_.membership->identity());
  if (!whole) ++waiting_;
  return whole;
}

void Recovery::receipted(const store::StoredChangeset& stored) {
  if (!stored.own) {
    ++recovered_;
    return;
  }
  const auto space = spaces_.find(stored.space);
  if (space == spaces_.end()) return;
  const auto placed = space->second.placed.find(stored.writer);
  if (placed != space->second.placed.end() && stored.seq <= placed->second) ++recovered_;
}

Result<void> Recovery::refused(const wire::ReofferRefusal& refusal) {
  if (refusal.refused == wire::Refused::kForked) {
    SAMLA_ASSIGN(const auto stored,
                 local_.tables->changesets.get(refusal.space, refusal.writer, refusal.writer_seq));
    if (stored && stored->own) return name_is_forked(refusal.writer);
  }
  if (refusal.refused != wire::Refused::kNamesMissing && refusal.refused != wire::Refused::kGap) {
    ++waiting_;
    return {};
  }
  ++early_count_;
  const auto [first, fresh] = early_.try_emplace({refusal.space, refusal.writer}, refusal.writer_seq);
  if (!fresh) first->second = std::min(first->second, refusal.writer_seq);
  return {};
}

void Recovery::offer_refused_again() {
  for (const auto& [writer, seq] : std::exchange(early_, {})) offered_[writer] = seq - 1;
  early_count_ = 0;
}

// ---- what came of it

/// What writes here name, and neither this device nor the server has: so it is known to have been.
Result<std::map<DeviceId, std::uint64_t>> Recovery::missing_in(const SpaceId& space) const {
  std::set<std::pair<WriterId, std::uint64_t>> named;
  SAMLA_TRY(local_.tables->changesets.each(space, {}, [&](const store::StoredChangeset& stored) {
    const auto changeset = change::Changeset::decode(stored.bytes);
    if (!changeset.ok()) return Result<void>(changeset.error());
    for (const change::Leaf& leaf : changeset->leaves) {
      const change::WriteHeader* write = change::header_of(leaf);
      if (write == nullptr) continue;
      for (const change::WriteRef& ref : write->prev) named.emplace(ref.writer, ref.seq);
    }
    return Result<void>();
  }));
  std::map<DeviceId, std::uint64_t> out;
  const chain::IdentityState& identity = local_.membership->identity();
  SAMLA_ASSIGN(const auto history, local_.tables->packs.tips(space));
  for (const auto& [writer, seq] : named) {
    // From before this device's history begins: it was never sent.
    if (const auto until = history.find(writer); until != history.end() && seq <= until->second) continue;
    const auto device = identity.device_of_writer(writer, identity.head().seq);
    if (!device || writer == local_.writer()) continue;
    SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(space, writer, seq));
    if (!stored) ++out[*device];
  }
  return out;
}

Result<RecoveryReport> Recovery::finish() {
  RecoveryReport report;
  report.at_ms = local_.clock.now_ms();
  report.recovered = recovered_;
  report.waiting = waiting_ + early_count_;
  std::map<DeviceId, std::uint64_t> missing;
  for (const auto& [space, known] : spaces_) {
    SAMLA_ASSIGN(const auto found, missing_in(space));
    for (const auto& [device, count] : found) missing[device] += count;
  }
  report.missing.assign(missing.begin(), missing.end());
  if (report.missing.size() > kDevicesMax) report.missing.resize(kDevicesMax);
  SAMLA_ASSIGN(auto transaction, local_.begin());
  SAMLA_TRY(local_.tables->meta.put(kReportKey, encode(report)));
  SAMLA_TRY(transaction.commit());
  return report;
}

Result<std::optional<RecoveryReport>> last_recovery(const LocalStore& local) {
  SAMLA_ASSIGN(const auto bytes, local.tables->meta.get(kReportKey));
  if (!bytes) return std::optional<RecoveryReport>();
  SAMLA_ASSIGN(RecoveryReport report, decode_report(*bytes));
  return std::optional(std::move(report));
}

Result<std::optional<BackupNews>> newest_backup(const LocalStore& local) {
  SAMLA_ASSIGN(const auto bytes, local.tables->meta.get(kBackupKey));
  if (!bytes) return std::optional<BackupNews>();
  SAMLA_ASSIGN(const wire::Message message, wire::decode_message(*bytes));
  const auto* horizon = std::get_if<wire::BackupHorizon>(&message);
  if (horizon == nullptr) return Result<std::optional<BackupNews>>(fail(ErrorCode::store_corrupt, "backup"));
  BackupNews out;
  out.taken_ms = horizon->taken_ms;
  for (const wire::BackupHorizon::Place& place : horizon->spaces) {
    SAMLA_ASSIGN(const Position cursor, local.tables->cursors.get(place.space));
    out.behind += cursor.seq > place.seq ? cursor.seq - place.seq : 0;
  }
  return std::optional(out);
}

Result<void> keep_backup_news(LocalStore& local, const wire::BackupHorizon& horizon) {
  const Bytes bytes = wire::encode(wire::Message(horizon));
  SAMLA_ASSIGN(const auto known, local.tables->meta.get(kBackupKey));
  if (known && *known == bytes) return {};
  SAMLA_ASSIGN(auto transaction, local.begin());
  SAMLA_TRY(local.tables->meta.put(kBackupKey, bytes));
  return transaction.commit();
}

}  // namespace samla::replica
