// An event's payload from a peer: one encoding, and the same text whatever else came before it. The first
// byte says what its author had seen; the rest is the payload.
#include <array>
#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/text/document.h"

namespace {

using samla::Bytes;
using samla::text::Applied;
using samla::text::Document;
using samla::text::EventId;

struct Event {
  EventId id;
  std::vector<EventId> parents;
  Bytes payload;
};

EventId id_of(std::uint8_t writer) {
  EventId id;
  id.writer.bytes[0] = writer;
  id.seq = 1;
  return id;
}

std::vector<Event> events_around(std::uint8_t seen, samla::ByteView payload) {
  using samla::text::make_edit;
  const EventId base = id_of(1);
  const EventId left = id_of(2);
  const EventId right = id_of(4);
  const std::array<std::vector<EventId>, 5> versions = {{{}, {base}, {left}, {right}, {left, right}}};
  return {{base, {}, samla::text::encode_whole("one two three")},
          {left, {base}, samla::text::encode_edits({make_edit(3, 4, ""), make_edit(0, 0, "øy ")})},
          {right, {base}, samla::text::encode_edits({make_edit(4, 0, "and "), make_edit(0, 3, "")})},
          {id_of(3), versions[seen % versions.size()], samla::to_bytes(payload)}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const samla::ByteView payload(data + 1, size - 1);
  samla::text::Payload decoded;
  if (!samla::text::decode_payload(payload, decoded).ok()) return 0;
  const bool whole = decoded.kind == samla::text::PayloadKind::whole;
  const Bytes again =
      whole ? samla::text::encode_whole(decoded.edits[0].inserted) : samla::text::encode_edits(decoded.edits);
  SAMLA_ASSERT(samla::equal(again, payload));
  const std::vector<Event> events = events_around(data[0], payload);
  std::vector<std::string> texts;
  for (const std::array<std::size_t, 4>& order :
       {std::array<std::size_t, 4>{0, 1, 2, 3}, std::array<std::size_t, 4>{3, 2, 1, 0},
        std::array<std::size_t, 4>{0, 3, 2, 1}}) {
    Document document;
    for (const std::size_t i : order) {
      SAMLA_ASSERT(document.apply(events[i].id, events[i].parents, events[i].payload).ok());
    }
    texts.push_back(document.text());
    SAMLA_ASSERT(texts.front() == texts.back());
    SAMLA_ASSERT(*document.text_at(document.frontier()) == texts.back());
  }
  return 0;
}
