// A member's snapshot has one form. A stored document: whatever can be loaded can be asked and edited without
// ending the process, and what it encodes loads to the same text.
#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/text/document.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using samla::text::Document;
  using samla::text::EventId;
  if (const auto snapshot = samla::text::decode_snapshot({data, size}); snapshot.ok()) {
    SAMLA_ASSERT(samla::equal(samla::text::encode_snapshot(*snapshot), {data, size}));
  }
  auto document = Document::load({data, size});
  if (!document.ok()) return 0;
  const std::vector<EventId> frontier = document->frontier();
  const bool sound = document->text_at(frontier).ok() && document->authors().ok();
  EventId id;
  id.writer.bytes.fill(0xfe);
  const samla::Bytes payload = samla::text::encode_whole("last");
  const bool edited = document->apply(id, frontier, payload).ok();
  id.seq = 1;
  // One that knew of nothing, and one that knew of a part: both need a walk over the stored history.
  (void)document->apply(id, {}, payload).ok();
  if (!frontier.empty()) {
    id.seq = 2;
    (void)document->apply(id, std::vector<EventId>{frontier.front()}, payload).ok();
  }
  if (!frontier.empty())
    (void)document->changes(std::vector<EventId>{frontier.front()}, document->frontier()).ok();
  auto encoded = document->encode();
  if (!sound || !edited || !encoded.ok()) return 0;
  auto again = Document::load(*encoded);
  SAMLA_ASSERT(again.ok());
  SAMLA_ASSERT(again->text() == document->text());
  SAMLA_ASSERT(again->holds(id).ok());
  SAMLA_ASSERT(again->frontier() == document->frontier());
  return 0;
}
