// The way in of a heads pack: the same walk as a stretch of history (inbound.cc), but for two things. What
// comes is parts of changesets, so whether a writer's chain is whole can't be seen from them: its last
// changeset is the proof of how far it had come, and the history goes on from there. And what is not here the
// server says: it is kept apart (store::Packs), it decides only about writes from before the pack, and goes
// once they are here.
#include <algorithm>

#include "core/base/planted_bug.h"
#include "core/replica/history.h"
#include "core/replica/inbound_arrived.h"
#include "core/replica/pack_place.h"

namespace samla::replica {

using change::Changeset;
using change::Validity;

namespace {

constexpr const char* kPackOperation = "replica.pack";

/// False: of some there was more in an earlier page, so that they are not all among these changesets.
bool is_first_of_its_records(const wire::PackPage& page) {
  using Stage = wire::PackPlace::Stage;
  const bool touched = page.to.stage == Stage::kTouched && !page.to.key.is_zero();
  return page.from.part == 0 && page.from.stage != Stage::kTouched && !touched;
}

/// The server's word for a record, as far as it is about writes up to the pack's position: what has come
/// since is here itself.
Result<view::Packed> word_of(const wire::PackRecord& record, const std::vector<WriterId>& writers,
                             const std::map<WriterId, std::uint64_t>& until) {
  view::Packed out;
  bool known = true;
  const auto writer_of = [&](const wire::PackRef& ref) {
    known = known && ref.writer < writers.size();
    return known ? writers[ref.writer] : WriterId{};
  };
  for (const wire::PackField& field : record.fields) {
    for (const wire::PackRef& ref : field.replaced) {
      const WriterId writer = writer_of(ref);
      const auto last = until.find(writer);
      if (last == until.end() || last->second == 0 || SAMLA_PLANTED_BUG(pack_without_contexts)) continue;
      out.replaced[field.tag][writer] = std::min(resolve::FieldState::Place(ref.seq, ref.index),
                                                 resolve::FieldState::Place(last->second, 0xffffffff));
    }
    if (!field.text) continue;
    std::set<change::WriteRef>& roots = out.texts[field.tag];
    for (const wire::PackRef& ref : field.roots) roots.insert({writer_of(ref), ref.seq, ref.index});
  }
  if (!known) return fail(ErrorCode::protocol, kPackOperation, "a writer that the page does not name");
  return out;
}

}  // namespace

/// What a body brought.
struct Inbound::Taken {
  std::set<std::pair<WriterId, std::uint64_t>> changesets;
  std::map<WriterId, std::uint64_t> last;  ///< of each writer
  std::vector<view::AppliedWrite> writes;
  std::vector<view::AppliedWrite> transparent;
  std::set<RecordId> records;  ///< those of which something has been said
};

Result<void> Inbound::take_pack(const wire::PackPage& page, const Incarnation& incarnation) {
  SAMLA_ASSIGN(auto transaction, local_.begin());
  const SpaceId& space = page.space;
  if (page.from == wire::PackPlace{}) SAMLA_TRY(begin_pack(page, incarnation));
  SAMLA_ASSIGN(Taken taken, take_body(space, page.body, page.at.seq));
  if (page.from.stage == wire::PackPlace::Stage::kTips) {
    for (const auto& [writer, seq] : taken.last) SAMLA_TRY(local_.tables->packs.put_tip(space, writer, seq));
  }
  SAMLA_ASSIGN(const auto until, local_.tables->packs.tips(space));
  for (const auto& [writer, seq] : taken.last) {
    const auto last = until.find(writer);
    if (last == until.end() || seq > last->second) {
      return fail(ErrorCode::protocol, kPackOperation, "a change from beyond the place that the pack names");
    }
  }
  SAMLA_TRY(take_words(space, page.body, until, taken));
  SAMLA_TRY(materialise(space, taken));
  if (is_first_of_its_records(page)) {
    SAMLA_TRY(fill_gaps(space, &taken.changesets));
  } else {
    SAMLA_TRY(History(local_).rebuild(space, taken.records));
    SAMLA_TRY(fill_gaps(space, nullptr));
  }
  if (page.last) {
    SAMLA_TRY(end_pack(page));
  } else {
    SAMLA_TRY(local_.tables->packs.put(space, {page.at, encode(page.to)}));
  }
  SAMLA_TRY(local_.save_clock());
  return transaction.commit();
}

/// Also anew, where the server does not know the one that was under way: what came of it stays.
Result<void> Inbound::begin_pack(const wire::PackPage& page, const Incarnation& incarnation) {
  SAMLA_ASSIGN(const Position cursor, local_.tables->cursors.get(page.space));
  if (cursor.seq > 0 || page.at.seq == 0 || page.at.incarnation != incarnation) {
    return fail(ErrorCode::protocol, kPackOperation);
  }
  SAMLA_ASSIGN(const auto before, local_.tables->packs.get(page.space));
  if (before && before->position != page.at) SAMLA_TRY(local_.tables->changesets.forget_places(page.space));
  return local_.tables->packs.remove(page.space);
}

/// From here on it is a space like any other; it is remembered where its history begins, unless nothing was
/// left out of it.
Result<void> Inbound::end_pack(const wire::PackPage& page) {
  SAMLA_ASSIGN(const std::set<RecordId> changed, History(local_).judge_all(page.space));
  changed_.insert(changed.begin(), changed.end());
  SAMLA_ASSIGN(const bool whole, local_.tables->packs.holds_all_records(page.space));
  if (whole) {
    SAMLA_TRY(local_.tables->packs.remove(page.space));
  } else {
    SAMLA_TRY(local_.tables->packs.put(page.space, {page.at, {}}));
  }
  return local_.tables->cursors.put(page.space, page.at);
}

/// The server has chosen to send the history instead: with it nothing needs to be believed.
Result<void> Inbound::leave_pack(const SpaceId& space) {
  SAMLA_ASSIGN(const auto pack, local_.tables->packs.get(space));
  if (!pack || pack->complete()) return {};
  SAMLA_TRY(local_.tables->packs.remove(space));
  SAMLA_ASSIGN(const auto records, local_.tables->packs.records(space));
  for (const RecordId& record : records) SAMLA_TRY(local_.tables->packs.remove_record(space, record));
  return History(local_).rebuild(space, std::set<RecordId>(records.begin(), records.end()));
}

// ---- what it is made of

Result<Inbound::Taken> Inbound::take_body(const SpaceId& space, const wire::PackBody& body,
                                          std::uint64_t limit) {
  Taken out;
  for (const wire::PackItem& item : body.items) {
    if (item.seq > limit) return fail(ErrorCode::protocol, kPackOperation, "a change from beyond the pack");
    SAMLA_ASSIGN(Arrived arrived, arrive(space, item.seq, item.changeset, LeavesOut::kMore));
    const change::Header& header = arrived.changeset.header;
    std::uint64_t& last = out.last[header.writer];
    last = std::max(last, header.seq);
    if (arrived.own) {
      SAMLA_ASSIGN(const auto stored, local_.tables->changesets.get(space, header.writer, header.seq));
      if (!stored || stored->hash != arrived.hash) {
        return fail(ErrorCode::writer_forked, kPackOperation,
                    "the server holds changes by this device that this store does not have: is it a copy?");
      }
      arrived.bytes.clear();
    } else {
      SAMLA_ASSIGN(const bool beside, on_a_branch(arrived));
      if (beside) continue;
      SAMLA_TRY(judge(arrived));
    }
    SAMLA_ASSIGN(const bool fresh, store(arrived));
    out.changesets.emplace(header.writer, header.seq);
    if (!fresh) continue;
    std::vector<view::AppliedWrite> writes = open_writes(*local_.membership, arrived.changeset);
    std::vector<view::AppliedWrite>& to = arrived.validity == Validity::kValid ? out.writes : out.transparent;
    std::ranges::move(writes, std::back_inserter(to));
  }
  return out;
}

Result<void> Inbound::take_words(const SpaceId& space, const wire::PackBody& body,
                                 const std::map<WriterId, std::uint64_t>& until, Taken& taken) {
  for (const wire::PackRecord& record : body.records) {
    taken.records.insert(record.record);
    if (record.missing == 0) {
      SAMLA_TRY(local_.tables->packs.remove_record(space, record.record));
      continue;
    }
    SAMLA_ASSIGN(const view::Packed word, word_of(record, body.writers, until));
    SAMLA_TRY(local_.tables->packs.put_record(space, record.record, {record.missing, word.encode()}));
  }
  return {};
}

/// All writes at once, so that a record is loaded and saved once.
Result<void> Inbound::materialise(const SpaceId& space, const Taken& taken) {
  view::Records::Anew anew;
  for (const RecordId& record : taken.records) {
    SAMLA_ASSIGN(const auto packed, local_.tables->packs.record(space, record));
    if (!packed) continue;
    SAMLA_ASSIGN(anew.packed[record], view::Packed::decode(packed->word));
  }
  for (const view::AppliedWrite& write : taken.writes) local_.time.observe(write.header.time);
  SAMLA_ASSIGN(const std::set<RecordId> changed, local_.records->rebuild(taken.writes, anew));
  changed_.insert(changed.begin(), changed.end());
  for (const view::AppliedWrite& write : taken.transparent) {
    SAMLA_TRY(local_.records->apply_transparent(write));
  }
  return {};
}

// ---- single records

Result<void> Inbound::take_records(const wire::RecordsAsk& ask, const wire::RecordsPage& page) {
  SAMLA_ASSIGN(auto transaction, local_.begin());
  const SpaceId& space = page.space;
  SAMLA_ASSIGN(const Position cursor, local_.tables->cursors.get(space));
  SAMLA_ASSIGN(const auto pack, local_.tables->packs.get(space));
  const std::uint64_t here = std::max(cursor.seq, pack ? pack->position.seq : 0);
  wire::PackBody body = page.body;
  // What is beyond comes by the history.
  std::erase_if(body.items, [&](const wire::PackItem& item) { return item.seq > here; });
  for (const wire::PackItem& item : body.items) {
    SAMLA_ASSIGN(const change::Header header, change::decode_header(item.changeset));
    SAMLA_ASSIGN(const store::ChangesetTip tip, local_.tables->changesets.tip(space, header.writer));
    if (header.seq > tip.seq)
      return fail(ErrorCode::protocol, kPackOperation, "a change that cannot be here yet");
  }
  SAMLA_ASSIGN(Taken taken, take_body(space, body, here));
  SAMLA_ASSIGN(const auto until, local_.tables->packs.tips(space));
  SAMLA_TRY(take_words(space, body, until, taken));
  if (!taken.records.empty()) {
    SAMLA_TRY(History(local_).rebuild(space, taken.records));
    changed_.insert(taken.records.begin(), taken.records.end());
  }
  if (page.last) {
    for (const RecordId& record : ask.records) {
      SAMLA_TRY(local_.tables->packs.unwant(space, record, ask.whole));
    }
  }
  return transaction.commit();
}

}  // namespace samla::replica
