#include "sync-server/packs.h"

#include <algorithm>
#include <limits>
#include <set>

#include "core/base/planted_bug.h"

namespace samla::server {

using wire::PackPlace;
using Stage = PackPlace::Stage;

namespace {

constexpr std::size_t kBatch = 64;
/// Of a record's heads and contexts that go beside its writes.
constexpr std::size_t kWordBytesMax = std::size_t{128} * 1024;
constexpr const char* kPackOperation = "server.pack";

PackPlace at_record(Stage stage, const StoredRecord& record, std::uint32_t part = 0) {
  return {stage, record.touched, decltype(PackPlace::key)::from(record.record.view()), part};
}

RecordId record_of(const PackPlace& place) { return RecordId::from(place.key.view()); }

}  // namespace

Result<wire::PackPage> PackReader::page(const PackPlace& from, std::size_t bytes_max) {
  wire::PackPage out;
  out.space = space_;
  out.from = from;
  PackPlace at = from;
  bool more = false;
  if (at.stage == Stage::kTips) {
    SAMLA_ASSIGN(more, add_tips(at, bytes_max));
    if (!more) at = {Stage::kRecords, position_ + 1, {}, 0};
  }
  if (!more && at.stage == Stage::kRecords) {
    SAMLA_ASSIGN(more, add_records(at, bytes_max));
    // Beyond every record that was touched up to the position.
    if (!more) at = {Stage::kTouched, position_ + 1, {}, 0};
  }
  if (!more && !SAMLA_PLANTED_BUG(pack_skips_touched)) {
    SAMLA_ASSIGN(more, add_records(at, bytes_max));
  }
  out.to = at;
  out.last = !more;
  out.body = body_.finish();
  return out;
}

Result<bool> PackReader::is_worthwhile() {
  using Order = StorageReader::Order;
  std::uint64_t all = 0, needed = 0;
  for (const Order order : {Order::kDown, Order::kUp}) {
    const std::uint64_t from = order == Order::kDown ? position_ + 1 : 0;
    SAMLA_ASSIGN(const auto records, storage_.records_by_touch(space_, order, from, {}, kBatch));
    for (const StoredRecord& record : records) {
      SAMLA_ASSIGN(const auto state, resolve::RecordState::decode(record.state));
      SAMLA_ASSIGN(const auto live, resolve::LiveWrites::decode(record.live));
      const resolve::NeededWrites these = live.needed(state);
      all += live.writes();
      needed += these.whole ? live.writes() : these.writes.size();
    }
  }
  return needed < all - all / 8;
}

// ---- tips

/// True: the page is full.
Result<bool> PackReader::add_tips(PackPlace& at, std::size_t bytes_max) {
  SAMLA_ASSIGN(const auto tips, storage_.writer_tips(space_));
  for (StoredChangeset tip : tips) {
    if (tip.writer <= WriterId::from(at.key.view()) && !at.key.is_zero()) continue;
    if (body_.bytes() >= bytes_max) return true;
    // As of the position: what came since is few, and comes by the history.
    while (tip.seq > position_ && tip.writer_seq > 1) {
      SAMLA_ASSIGN(const auto before, storage_.changeset_of(space_, tip.writer, tip.writer_seq - 1));
      if (!before) return Result<bool>(fail(ErrorCode::store_corrupt, kPackOperation));
      tip = *before;
    }
    at.key = decltype(at.key)::from(tip.writer.view());
    if (tip.seq > position_) continue;
    SAMLA_TRY(body_.add_header(tip.seq));
    SAMLA_TRY(add_witnesses(tip));
  }
  return false;
}

/// A changeset that does not count because its author went back along a chain is told by the ones that had
/// been further: the first of the writer's that came as far.
Result<void> PackReader::add_witnesses(const StoredChangeset& stored) {
  constexpr std::uint8_t kVoid = 2;
  if (stored.validity != kVoid || stored.writer_seq == 1) return {};
  for (const auto member : {&StoredChangeset::identity_seq, &StoredChangeset::space_seq}) {
    std::uint64_t low = 1, high = stored.writer_seq;
    while (low < high) {
      const std::uint64_t middle = low + (high - low) / 2;
      SAMLA_ASSIGN(const auto there, storage_.changeset_of(space_, stored.writer, middle));
      if (!there) return fail(ErrorCode::store_corrupt, kPackOperation);
      if ((*there).*member >= stored.*member) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    SAMLA_ASSIGN(const auto place, place_of(stored.writer, low));
    if (place && *place <= position_) SAMLA_TRY(body_.add_header(*place));
  }
  return {};
}

// ---- records

/// True: the page is full.
Result<bool> PackReader::add_records(PackPlace& at, std::size_t bytes_max) {
  SAMLA_ASSIGN(const bool full, add_rest_of_record(at, bytes_max));
  if (full) return true;
  const auto order = at.stage == Stage::kRecords ? StorageReader::Order::kDown : StorageReader::Order::kUp;
  for (;;) {
    SAMLA_ASSIGN(const auto records,
                 storage_.records_by_touch(space_, order, at.touched, record_of(at), kBatch));
    if (records.empty()) return false;
    for (const StoredRecord& record : records) {
      if (body_.bytes() >= bytes_max) return true;
      std::uint32_t part = 0;
      SAMLA_ASSIGN(const bool done, add_record(record, record.touched > position_, part, bytes_max));
      at = at_record(at.stage, record, part);
      if (!done) return true;
    }
  }
}

/// Of one that was touched since its first part was sent, all comes in its new turn.
Result<bool> PackReader::add_rest_of_record(PackPlace& at, std::size_t bytes_max) {
  if (at.part == 0) return false;
  SAMLA_ASSIGN(const auto record, storage_.record(space_, record_of(at)));
  std::uint32_t part = std::exchange(at.part, 0);
  if (!record || record->touched != at.touched) return false;
  SAMLA_ASSIGN(const bool done, add_record(*record, record->touched > position_, part, bytes_max));
  at.part = part;
  return !done;
}

Result<bool> PackReader::add_record(const StoredRecord& record, bool whole, std::uint32_t& part,
                                    std::size_t bytes_max) {
  SAMLA_ASSIGN(const auto state, resolve::RecordState::decode(record.state));
  SAMLA_ASSIGN(const auto live, resolve::LiveWrites::decode(record.live));
  const resolve::NeededWrites needed = live.needed(state);
  SAMLA_ASSIGN(const bool unknown, names_unknown(state));
  // What would not fit beside the writes need not be believed either.
  whole = whole || needed.whole || unknown || record.state.size() + record.live.size() > kWordBytesMax;
  SAMLA_ASSIGN(const auto writes, whole ? all_writes(record.record) : writes_of(record.record, needed));
  if (writes.empty()) return true;  // nobody had written to it by then
  bool any = body_.bytes() == 0;
  for (std::size_t i = part; i < writes.size(); ++i) {
    if (SAMLA_PLANTED_BUG(pack_drops_a_head) && i > 0 && i + 1 == writes.size()) continue;
    if (!any && body_.bytes() >= bytes_max) {
      part = static_cast<std::uint32_t>(i);
      return Result<bool>(false);
    }
    SAMLA_TRY(body_.add(writes[i]));
    any = false;
  }
  part = 0;
  const auto full = static_cast<std::uint64_t>(std::ranges::count(writes, false, &PlacedWrite::bare));
  if (whole || full >= live.writes()) {
    body_.add_whole(record.record);
  } else {
    body_.add_record(record.record, live.writes() - full, state, live);
  }
  return true;
}

Result<std::vector<PlacedWrite>> PackReader::all_writes(const RecordId& record) {
  std::vector<PlacedWrite> out;
  for (std::uint64_t after = 0;;) {
    SAMLA_ASSIGN(const auto places, storage_.record_places(space_, record, after, kBatch));
    if (places.empty()) return out;
    for (const std::uint64_t place : places) {
      if (place > position_) return out;
      SAMLA_ASSIGN(const change::Changeset* changeset, body_.changeset(place));
      for (std::size_t i = 0; i < changeset->leaves.size(); ++i) {
        const change::WriteHeader* write = change::header_of(changeset->leaves[i]);
        if (write != nullptr && write->record == record) {
          out.push_back({place, static_cast<std::uint32_t>(i), false});
        }
      }
    }
    after = places.back();
  }
}

Result<std::vector<PlacedWrite>> PackReader::writes_of(const RecordId& record,
                                                       const resolve::NeededWrites& needed) {
  std::set<PlacedWrite> out;
  for (const change::WriteRef& ref : needed.writes) {
    SAMLA_ASSIGN(const auto place, place_of(ref.writer, ref.seq));
    if (!place || *place > position_) continue;
    out.insert({*place, ref.index, false});
  }
  for (const auto& [writer, seq] : needed.last_edits) {
    SAMLA_ASSIGN(const auto place, place_of(writer, seq));
    if (!place || *place > position_) continue;
    SAMLA_ASSIGN(const change::Changeset* changeset, body_.changeset(*place));
    for (std::size_t i = changeset->leaves.size(); i > 0; --i) {
      const change::WriteHeader* write = change::header_of(changeset->leaves[i - 1]);
      if (write == nullptr || write->record != record || write->type != change::WriteType::kAppend) continue;
      out.insert({*place, static_cast<std::uint32_t>(i - 1), true});
      break;
    }
  }
  return std::vector<PlacedWrite>(out.begin(), out.end());
}

Result<std::optional<std::uint64_t>> PackReader::place_of(const WriterId& writer, std::uint64_t seq) {
  const auto known = places_.find({writer, seq});
  if (known != places_.end()) return std::optional(known->second);
  SAMLA_ASSIGN(const auto stored, storage_.changeset_of(space_, writer, seq));
  if (!stored) return std::optional<std::uint64_t>();
  places_[{writer, seq}] = stored->seq;
  if (stored->seq <= position_) SAMLA_TRY(add_witnesses(*stored));
  return std::optional(stored->seq);
}

/// A write here may have replaced one that has not come yet. What shows that is perhaps no head any more, so
/// such a record is sent whole.
Result<bool> PackReader::names_unknown(const resolve::RecordState& state) {
  SAMLA_TRY(load_tips());
  for (const auto& [tag, field] : state.fields()) {
    for (const auto& [writer, at] : field.context()) {
      const auto tip = tips_->find(writer);
      if (tip == tips_->end() || at.first > tip->second) return true;
    }
  }
  return false;
}

Result<void> PackReader::load_tips() {
  if (tips_) return {};
  SAMLA_ASSIGN(const auto tips, storage_.writer_tips(space_));
  tips_.emplace();
  for (const StoredChangeset& tip : tips) (*tips_)[tip.writer] = tip.writer_seq;
  return {};
}

// ---- single records

Result<wire::RecordsPage> PackReader::records(const wire::RecordsAsk& ask, Progress& progress,
                                              std::size_t bytes_max) {
  wire::RecordsPage out;
  out.space = space_;
  while (progress.record < ask.records.size() && body_.bytes() < bytes_max) {
    SAMLA_ASSIGN(const auto record, storage_.record(space_, ask.records[progress.record]));
    bool done = true;
    if (record) {
      SAMLA_ASSIGN(done, add_record(*record, ask.whole, progress.part, bytes_max));
    }
    if (!done) break;
    ++progress.record;
    progress.part = 0;
  }
  out.last = progress.record >= ask.records.size();
  out.body = body_.finish();
  return out;
}

}  // namespace samla::server
