// Changesets within a group: continuity, validity, place, heads.
#include "sync-server/group.h"

#include <algorithm>
#include <utility>

#include "core/base/planted_bug.h"
#include "core/session/erasure.h"
#include "core/session/named_places.h"
#include "core/session/refused.h"
#include "core/session/space_head.h"
#include "core/session/validity.h"

namespace samla::server {

using session::NamedHeads;

namespace {

/// A record whose heads and contexts take more is not written to any further: a quota, not a verdict.
/// Far above what people make; far below what RecordState would refuse to read.
constexpr std::size_t kRecordStateBytesMax = std::size_t{4} * 1024 * 1024;

wire::Receipt receipt_of(const SpaceId& space, const StoredChangeset& stored) {
  return {space, stored.seq, stored.head, stored.writer, stored.writer_seq, stored.hash, stored.validity};
}

/// At most what a write adds to its record's encoded state.
std::size_t growth_of(const change::WriteHeader& write) {
  constexpr std::size_t kRefBytes = 16 + 10 + 5;
  const std::size_t fields = std::max<std::size_t>(1, write.tags.size());
  const std::size_t a_field = FieldTag::kSize + 4 * kRefBytes + kRefBytes * write.prev.size();
  return fields * a_field + kRefBytes * (write.seen.size() + 1);
}

/// What is kept of it: an erased write that is offered again loses its ciphertext at the door.
Bytes bytes_of(const change::Changeset& changeset, const chain::IdentityState& identity) {
  const change::Header& header = changeset.header;
  if (!identity.erasures().contains({header.space, header.writer, header.seq})) return changeset.encode();
  change::Changeset kept = changeset;
  session::drop_erased(kept, identity);
  return kept.encode();
}

std::vector<ContestedField> contested_fields(const RecordId& id, const resolve::RecordState& state) {
  std::vector<ContestedField> out;
  for (const auto& [tag, field] : state.fields()) {
    if (field.heads().size() > 1) out.push_back({id, tag, static_cast<std::uint32_t>(field.heads().size())});
  }
  return out;
}

}  // namespace

/// One that was refused by chains that another process has made longer since is looked at once more.
Result<void> Group::place(Asker asker, const PushJob& job) {
  if (job.changeset) return place_verified(asker, job);
  PushJob again = job;
  if (job.revision != arbiter_.registry_.revision()) verify(again, arbiter_.registry_);
  if (again.changeset) return place_verified(asker, again);
  refuse(asker, again, again.refused);
  return {};
}

Result<void> Group::place(Asker, const NewsJob& job) {
  for (const SpaceId& space : job.spaces) {
    if (!space.is_zero()) result_.grown.insert(space);
  }
  if (!job.spaces.empty()) return {};
  result_.everything_grown = true;
  return arbiter_.follower_.read_tips(arbiter_.storage_, {});
}

Result<void> Group::place_verified(Asker asker, const PushJob& job) {
  const change::Header& header = job.changeset->header;
  SAMLA_ASSIGN(const StoredChangeset before, writer_tip(header.space, header.writer));
  if (header.seq > before.writer_seq + 1 && !SAMLA_PLANTED_BUG(server_takes_gap)) {
    refuse(asker, job, Refused::kGap, before.writer_seq + 1);
    return {};
  }
  if (header.seq <= before.writer_seq) {
    SAMLA_ASSIGN(const auto known, arbiter_.storage_.changeset_of(header.space, header.writer, header.seq));
    // The same again is answered as it was: the receipt may have been lost on its way.
    if (SAMLA_PLANTED_BUG(reissue_place)) return place_next(asker, *job.changeset, before);
    if (known && known->hash == change::changeset_hash(header)) {
      receipt(asker, header.space, *known);
    } else {
      refuse(asker, job, Refused::kForked, before.writer_seq + 1);
    }
    return {};
  }
  if (header.prev != before.hash && !SAMLA_PLANTED_BUG(server_takes_gap)) {
    refuse(asker, job, Refused::kForked, before.writer_seq + 1);
    return {};
  }
  if (identity() == nullptr || space(header.space) == nullptr) {
    refuse(asker, job, Refused::kChainBehind);
    return {};
  }
  if (!session::named_heads(header, *identity(), *space(header.space)).ok()) {
    refuse(asker, job, Refused::kChainBehind);
    return {};
  }
  SAMLA_ASSIGN(const bool names_missing, names_what_is_missing(*job.changeset));
  if (names_missing) {
    refuse(asker, job, Refused::kNamesMissing);
    return {};
  }
  SAMLA_ASSIGN(const std::optional<Refused> no_room, make_room(*job.changeset));
  if (no_room) {
    refuse(asker, job, *no_room);
    return {};
  }
  return place_next(asker, *job.changeset, before);
}

Result<void> Group::place_next(Asker asker, const change::Changeset& changeset,
                               const StoredChangeset& before) {
  const change::Header& header = changeset.header;
  SAMLA_ASSIGN(const NamedHeads heads, session::named_heads(header, *identity(), *space(header.space)));
  const NamedHeads past{before.identity_seq, before.space_seq};
  const change::Validity validity =
      session::validity_of(header, heads, past, *identity(), *space(header.space));
  const Position last = tip(header.space);
  StoredChangeset stored;
  stored.seq = last.seq + 1;
  stored.hash = change::changeset_hash(header);
  stored.head = session::running_head(last.head, stored.seq, stored.hash);
  stored.writer = header.writer;
  stored.writer_seq = header.seq;
  stored.validity = static_cast<std::uint8_t>(validity);
  const NamedHeads come_to = session::later_of(past, heads);
  stored.identity_seq = come_to.identity_seq;
  stored.space_seq = come_to.space_seq;
  stored.bytes = bytes_of(changeset, *identity());
  SAMLA_TRY(transaction_.put_changeset(header.space, stored));
  arbitrate(changeset, stored.seq, validity == change::Validity::kValid);
  stored.bytes.clear();
  tips_[header.space] = {arbiter_.tips_.incarnation(), stored.seq, stored.head};
  result_.grown.insert(header.space);
  result_.news.insert(header.space);
  ++result_.placed;
  receipt(asker, header.space, stored);
  arbiter_.writer_tips_[{header.space, header.writer}] = std::move(stored);
  return {};
}

/// Naming a place that its writer has not reached would dominate what that writer has yet to write. Who
/// names a place has seen it, and can bring it.
Result<bool> Group::names_what_is_missing(const change::Changeset& changeset) {
  for (const auto& [writer, seq] : session::named_places(changeset)) {
    if (writer == changeset.header.writer && seq <= changeset.header.seq) continue;
    SAMLA_ASSIGN(const StoredChangeset last, writer_tip(changeset.header.space, writer));
    if (seq > last.writer_seq && !SAMLA_PLANTED_BUG(server_takes_gap)) return true;
  }
  return false;
}

/// Brings in the records that are written to. A record that would grow too large, or whose state is
/// damaged, is a matter of this changeset alone: its neighbours go on, and nothing of it is lost.
Result<std::optional<wire::Refused>> Group::make_room(const change::Changeset& changeset) {
  const SpaceId& space = changeset.header.space;
  std::map<RecordId, std::size_t> growth;
  for (const change::Leaf& leaf : changeset.leaves) {
    const change::WriteHeader* write = change::header_of(leaf);
    if (write != nullptr) growth[write->record] += growth_of(*write);
  }
  for (const auto& [id, bytes] : growth) {
    auto known = records_.find({space, id});
    if (known == records_.end()) {
      SAMLA_ASSIGN(auto loaded, load(space, id));
      if (!loaded) return std::optional(Refused::kLater);
      known = records_.emplace(std::pair(space, id), std::move(*loaded)).first;
    }
    if (known->second.bytes + bytes > kRecordStateBytesMax) return std::optional(Refused::kLater);
  }
  for (const auto& [id, bytes] : growth) records_.at({space, id}).bytes += bytes;
  return std::optional<Refused>();
}

Result<std::optional<Group::Touched>> Group::load(const SpaceId& space, const RecordId& id) {
  Touched touched;
  SAMLA_ASSIGN(const auto stored, arbiter_.storage_.record(space, id));
  if (stored) {
    auto state = resolve::RecordState::decode(stored->state);
    auto live = resolve::LiveWrites::decode(stored->live);
    if (!state.ok() || !live.ok()) return std::optional<Touched>();
    touched.state = std::move(*state);
    touched.live = std::move(*live);
    touched.place = stored->touched;
    touched.bytes = stored->state.size() + stored->live.size();
    touched.contested_before = contested_fields(id, touched.state).size();
  }
  return std::optional(std::move(touched));
}

/// Heads and contexts of the fields written, by the same code as on every device.
void Group::arbitrate(const change::Changeset& changeset, std::uint64_t seq, bool valid) {
  for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
    const change::WriteHeader* write = change::header_of(changeset.leaves[i]);
    if (write == nullptr) continue;
    const SpaceId& space = changeset.header.space;
    Touched& touched = records_.at({space, write->record});
    touched.changed = true;
    touched.place = seq;
    record_places_.emplace(space, write->record, seq);
    take_write(*write, changeset.ref(i), valid, touched.state, touched.live);
  }
}

Result<void> Group::flush() {
  for (const auto& [space, id, seq] : record_places_) {
    SAMLA_TRY(transaction_.put_record_place(space, id, seq));
  }
  for (const auto& [key, touched] : records_) {
    if (!touched.changed) continue;
    if (SAMLA_PLANTED_BUG(server_drops_heads) && records_.size() > 1 &&
        &touched == &records_.begin()->second) {
      continue;
    }
    const auto& [space, id] = key;
    SAMLA_TRY(
        transaction_.put_record(space, {id, touched.place, touched.state.encode(), touched.live.encode()}));
    const std::vector<ContestedField> contested = contested_fields(id, touched.state);
    if (contested.empty() && touched.contested_before == 0) continue;
    if (contested.size() > touched.contested_before) {
      result_.conflicts += contested.size() - touched.contested_before;
    }
    SAMLA_TRY(transaction_.put_contested(space, id, contested));
  }
  return {};
}

GroupResult Group::publish(std::uint64_t revision) {
  chains_.revision = revision;
  arbiter_.registry_.take(chains_);
  if (revision != 0) result_.news.insert(SpaceId{});
  for (const auto& [space, position] : tips_) arbiter_.tips_.set(space, position);
  for (auto& [asker, receipts] : result_.receipts) {
    receipts.incarnation = arbiter_.tips_.incarnation();
    receipts.signature = arbiter_.keys_.receipts.sign(wire::kReceiptsDomain, wire::signed_part(receipts));
  }
  if (result_.renewed) {
    arbiter_.tips_.renew(*result_.renewed);
    if (arbiter_.storage_.shared()) arbiter_.tips_.clear();
  }
  return std::move(result_);
}

// ---- what the group knows beyond the last commit

Result<StoredChangeset> Group::writer_tip(const SpaceId& space, const WriterId& writer) {
  const auto known = arbiter_.writer_tips_.find({space, writer});
  if (known != arbiter_.writer_tips_.end()) return known->second;
  SAMLA_ASSIGN(const auto stored, arbiter_.storage_.changeset_of(space, writer, 0));
  return stored.value_or(StoredChangeset{});
}

Position Group::tip(const SpaceId& space) const {
  const auto found = tips_.find(space);
  return found == tips_.end() ? arbiter_.tips_.get(space) : found->second;
}

void Group::receipt(Asker asker, const SpaceId& space, const StoredChangeset& stored) {
  result_.receipts[asker].receipts.push_back(receipt_of(space, stored));
}

void Group::refuse(Asker asker, const PushJob& job, Refused refused, std::uint64_t expected_seq) {
  result_.refuse(asker, job, refused, expected_seq);
}

}  // namespace samla::server
