// The layout of each message, member by member, in the order of docs/formats/messages.md.
// Each `walk` runs in both directions (archive.h). Adding a member is a new protocol version.
#pragma once

#include "core/wire/archive.h"

namespace samla::wire {

inline constexpr std::size_t kSoftwareBytesMax = 64;
inline constexpr std::size_t kProofBytesMax = 64;
inline constexpr std::size_t kSpacesMax = 8192;
inline constexpr std::size_t kEntriesMax = 8192;
inline constexpr std::size_t kEntryBytesMax = 512 * 1024;
inline constexpr std::size_t kGrantsMax = 8192;
inline constexpr std::size_t kSealedBytesMax = 1024;
inline constexpr std::size_t kPartsMax = 4096;
inline constexpr std::size_t kChangesetBytesMax = 768 * 1024;
inline constexpr std::size_t kReceiptsMax = 4096;
inline constexpr std::size_t kTailItemsMax = 8192;
inline constexpr std::size_t kConflictFieldsMax = 16384;
inline constexpr std::size_t kWritersMax = 16384;
inline constexpr std::size_t kPlacesMax = 8192;
inline constexpr std::size_t kWitnessesMax = 2;
inline constexpr std::size_t kWitnessBytesMax = 4096;
inline constexpr std::size_t kStatePartBytesMax = 512 * 1024;
inline constexpr std::size_t kPackItemsMax = 8192;
inline constexpr std::size_t kPackRecordsMax = 8192;
inline constexpr std::size_t kPackFieldsMax = 8192;
inline constexpr std::size_t kPackRefsMax = 16384;

template <class A>
void walk(A& a, Of<Position> auto& m) {
  a.fixed(m.incarnation);
  a.number(m.seq);
  a.fixed(m.head);
}

template <class A>
void walk(A& a, Of<ChainHead> auto& m) {
  a.number(m.seq);
  a.fixed(m.hash);
}

template <class A>
void walk(A& a, Of<Hello> auto& m) {
  a.byte(m.version, 0, 255);
  a.choice(m.entrance, Entrance::kDevice, Entrance::kPaper);
  a.fixed(m.organisation);
  a.fixed(m.device);
  a.fixed(m.invite);
  a.blob(m.proof, kProofBytesMax);
  a.text(m.software, kSoftwareBytesMax);
}

template <class A>
void walk(A& a, Of<Welcome> auto& m) {
  a.byte(m.version, 0, 255);
  a.number(m.server_ms);
  a.fixed(m.incarnation);
  a.fixed(m.receipt_key);
  a.fixed(m.organisation);
  walk(a, m.identity);
  a.list(m.spaces, kSpacesMax, 98, [&](auto& space) {
    a.fixed(space.space);
    walk(a, space.chain);
    walk(a, space.position);
  });
}

template <class A>
void walk(A& a, Of<ChainPull> auto& m) {
  a.fixed(m.space);
  walk(a, m.from);
}

template <class A>
void walk(A& a, Of<ChainEntries> auto& m) {
  a.fixed(m.space);
  a.number(m.first_seq);
  a.list(m.entries, kEntriesMax, 1, [&](auto& entry) { a.blob(entry, kEntryBytesMax); });
  a.flag(m.last);
}

template <class A>
void walk(A& a, Of<Grant> auto& m) {
  a.number32(m.epoch);
  a.fixed(m.recipient);
  a.blob(m.sealed, kSealedBytesMax);
}

template <class A>
void walk(A& a, Of<Grants> auto& m) {
  a.fixed(m.space);
  a.list(m.grants, kGrantsMax, 18, [&](auto& grant) { walk(a, grant); });
}

template <class A>
void walk(A& a, Of<ChainAppend> auto& m) {
  a.number(m.request);
  a.list(m.parts, kPartsMax, 51, [&](auto& part) {
    a.fixed(part.space);
    walk(a, part.expected);
    a.list(part.entries, kEntriesMax, 1, [&](auto& entry) { a.blob(entry, kEntryBytesMax); });
    a.list(part.grants, kGrantsMax, 18, [&](auto& grant) { walk(a, grant); });
  });
}

template <class A>
void walk(A& a, Of<ChainResult> auto& m) {
  a.number(m.request);
  a.reason(m.refused);
}

template <class A>
void walk(A& a, Of<Push> auto& m) {
  a.fixed(m.space);
  a.number(m.writer_seq);
  a.blob(m.changeset, kChangesetBytesMax);
}

/// All of Receipts but the signature: what the signature covers.
template <class A>
void walk_signed(A& a, Of<Receipts> auto& m) {
  a.fixed(m.incarnation);
  a.list(m.receipts, kReceiptsMax, 99, [&](auto& receipt) {
    a.fixed(receipt.space);
    a.number(receipt.seq);
    a.fixed(receipt.head);
    a.fixed(receipt.writer);
    a.number(receipt.writer_seq);
    a.fixed(receipt.changeset);
    a.byte(receipt.validity, 1, 3);
  });
}

template <class A>
void walk(A& a, Of<Receipts> auto& m) {
  walk_signed(a, m);
  a.fixed(m.signature);
}

template <class A>
void walk(A& a, Of<Refusal> auto& m) {
  a.fixed(m.space);
  a.number(m.writer_seq);
  a.choice(m.refused, Refused::kLater, Refused::kNamesMissing);
  a.number(m.expected_seq);
}

template <class A>
void walk(A& a, Of<Subscribe> auto& m) {
  a.fixed(m.space);
  walk(a, m.from);
}

template <class A>
void walk(A& a, Of<Tail> auto& m) {
  a.fixed(m.space);
  walk(a, m.after);
  a.list(m.items, kTailItemsMax, 3, [&](auto& item) {
    a.number(item.seq);
    a.byte(item.validity, 1, 3);
    a.blob(item.changeset, kChangesetBytesMax);
    if (item.changeset.empty()) a.fixed(item.own);
  });
}

template <class A>
void walk(A& a, Of<TailEnd> auto& m) {
  a.fixed(m.space);
  walk(a, m.position);
}

template <class A>
void walk(A& a, Of<Credit> auto& m) {
  a.byte(m.lane, 0, 1);
  a.number(m.bytes);
}

template <class A>
void walk(A& a, Of<ChainNotice> auto& m) {
  a.fixed(m.space);
  walk(a, m.head);
}

template <class A>
void walk(A& a, Of<ConflictFields> auto& m) {
  a.fixed(m.space);
  a.list(m.fields, kConflictFieldsMax, 25, [&](auto& field) {
    a.fixed(field.record);
    a.fixed(field.tag);
    a.number32(field.heads);
  });
}

template <class A>
void walk(A& a, Of<Ping> auto& m) {
  a.number(m.nonce);
}

template <class A>
void walk(A& a, Of<Pong> auto& m) {
  a.number(m.nonce);
}

template <class A>
void walk(A& a, Of<Goodbye> auto& m) {
  a.reason(m.reason);
}

template <class A>
void walk(A& a, Of<BackupHorizon> auto& m) {
  a.number(m.taken_ms);
  a.list(m.spaces, kSpacesMax, 17, [&](auto& place) {
    a.fixed(place.space);
    a.number(place.seq);
  });
}

template <class A>
void walk(A& a, Of<PlacesAsk> auto& m) {
  a.fixed(m.user);
  a.flag(m.every);
  a.fixed(m.after.space);
  a.fixed(m.after.writer);
  a.number(m.after.seq);
}

/// All of Places but the signature: what the signature covers.
template <class A>
void walk_signed(A& a, Of<Places> auto& m) {
  a.fixed(m.incarnation);
  a.fixed(m.user);
  a.flag(m.last);
  a.list(m.places, kPlacesMax, 66, [&](auto& place) {
    a.fixed(place.space);
    a.fixed(place.writer);
    a.number(place.seq);
    a.fixed(place.changeset);
    a.number32(place.writes);
  });
}

template <class A>
void walk(A& a, Of<Places> auto& m) {
  walk_signed(a, m);
  a.fixed(m.signature);
}

template <class A>
void walk(A& a, Of<ChainOffer> auto& m) {
  a.fixed(m.space);
  walk(a, m.pin);
  a.number(m.first_seq);
  a.list(m.entries, kEntriesMax, 1, [&](auto& entry) { a.blob(entry, kEntryBytesMax); });
}

template <class A>
void walk(A& a, Of<ChainOfferResult> auto& m) {
  a.fixed(m.space);
  a.reason(m.refused);
  walk(a, m.head);
}

template <class A>
void walk(A& a, Of<FrontierAsk> auto& m) {
  a.fixed(m.space);
}

template <class A>
void walk(A& a, Of<Frontier> auto& m) {
  a.fixed(m.space);
  walk(a, m.position);
  a.list(m.writers, kWritersMax, 49, [&](auto& tip) {
    a.fixed(tip.writer);
    a.number(tip.seq);
    a.fixed(tip.hash);
  });
}

template <class A>
void walk(A& a, Of<Reoffer> auto& m) {
  a.fixed(m.space);
  a.fixed(m.writer);
  a.number(m.writer_seq);
  a.blob(m.changeset, kChangesetBytesMax);
}

template <class A>
void walk(A& a, Of<ReofferRefusal> auto& m) {
  a.fixed(m.space);
  a.fixed(m.writer);
  a.number(m.writer_seq);
  a.choice(m.refused, Refused::kLater, Refused::kNamesMissing);
}

template <class A>
void walk(A& a, Of<ShownReceipts> auto& m) {
  walk(a, m.receipts);
}

template <class A>
void walk(A& a, Of<CheckpointAsk> auto& m) {
  a.fixed(m.space);
  a.number(m.offset);
}

template <class A>
void walk(A& a, Of<CheckpointPart> auto& m) {
  a.fixed(m.space);
  a.blob(m.entry, kEntryBytesMax);
  a.list(m.witnesses, kWitnessesMax, 1, [&](auto& entry) { a.blob(entry, kWitnessBytesMax); });
  a.number(m.size);
  a.number(m.offset);
  a.blob(m.part, kStatePartBytesMax);
}

template <class A>
void walk(A& a, Of<PackPlace> auto& m) {
  a.choice(m.stage, PackPlace::Stage::kTips, PackPlace::Stage::kTouched);
  a.number(m.touched);
  a.fixed(m.key);
  a.number32(m.part);
}

template <class A>
void walk(A& a, Of<PackRef> auto& m) {
  a.number32(m.writer);
  a.number(m.seq);
  a.number32(m.index);
}

template <class A>
void walk(A& a, Of<PackBody> auto& m) {
  const auto ref = [&](auto& each) { walk(a, each); };
  a.list(m.writers, kWritersMax, 16, [&](auto& writer) { a.fixed(writer); });
  a.list(m.items, kPackItemsMax, 2, [&](auto& item) {
    a.number(item.seq);
    a.blob(item.changeset, kChangesetBytesMax);
  });
  a.list(m.records, kPackRecordsMax, 18, [&](auto& record) {
    a.fixed(record.record);
    a.number(record.missing);
    a.list(record.fields, kPackFieldsMax, 11, [&](auto& field) {
      a.fixed(field.tag);
      a.flag(field.text);
      a.list(field.roots, kPackRefsMax, 3, ref);
      a.list(field.replaced, kPackRefsMax, 3, ref);
    });
  });
}

template <class A>
void walk(A& a, Of<PackAsk> auto& m) {
  a.fixed(m.space);
  walk(a, m.at);
  walk(a, m.from);
}

template <class A>
void walk(A& a, Of<PackPage> auto& m) {
  a.fixed(m.space);
  walk(a, m.at);
  walk(a, m.from);
  walk(a, m.to);
  a.flag(m.last);
  walk(a, m.body);
}

template <class A>
void walk(A& a, Of<RecordsAsk> auto& m) {
  a.fixed(m.space);
  a.flag(m.whole);
  a.list(m.records, kRecordsAskMax, 16, [&](auto& record) { a.fixed(record); });
}

template <class A>
void walk(A& a, Of<RecordsPage> auto& m) {
  a.fixed(m.space);
  a.flag(m.last);
  walk(a, m.body);
}

}  // namespace samla::wire
