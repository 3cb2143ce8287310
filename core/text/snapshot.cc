#include "core/text/snapshot.h"

#include <algorithm>
#include <map>

#include "core/base/encoding.h"
#include "core/text/limits.h"

namespace samla::text {

Bytes encode_snapshot(const Snapshot& snapshot) {
  Writer out;
  out.u8(kSnapshotVersion);
  out.varint(snapshot.seen.size());
  for (const EventId& id : snapshot.seen) write_event_id(out, id);
  out.text(snapshot.text);
  return out.take();
}

Result<Snapshot> decode_snapshot(ByteView bytes) {
  Reader in(bytes);
  Snapshot out;
  const std::uint8_t version = in.u8();
  if (version > kSnapshotVersion) in.refuse(ErrorCode::version_unknown);
  if (version == 0) in.refuse(ErrorCode::malformed);
  out.seen.resize(in.count(kSnapshotWritersMax, WriterBytes::kSize + 2));
  for (std::size_t i = 0; i < out.seen.size(); ++i) {
    out.seen[i] = read_event_id(in);
    if (i > 0 && !(out.seen[i - 1].writer < out.seen[i].writer)) in.refuse(ErrorCode::not_canonical);
  }
  out.text = in.text(kPayloadBytesMax);
  if (!is_utf8(out.text)) in.refuse(ErrorCode::malformed);
  SAMLA_TRY(in.finish("text.snapshot"));
  return out;
}

std::vector<EventId> seen_with(std::vector<EventId> seen, const std::vector<EventId>& frontier) {
  seen.insert(seen.end(), frontier.begin(), frontier.end());
  std::ranges::sort(seen);
  std::vector<EventId> out;
  for (const EventId& id : seen) {
    if (!out.empty() && out.back().writer == id.writer) out.pop_back();
    out.push_back(id);
  }
  return out;
}

}  // namespace samla::text
