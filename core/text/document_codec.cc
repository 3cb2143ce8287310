// Document as bytes: docs/formats/text.md.
#include "core/base/encoding.h"
#include "core/text/code_points.h"
#include "core/text/compression.h"
#include "core/text/document.h"
#include "core/text/document_format.h"
#include "core/text/history_codec.h"

namespace samla::text {

namespace {

constexpr std::size_t kTextBytesMax = std::size_t{1} << 30;
constexpr std::string_view kOperation = "text.load";

void write_ids(Writer& out, const std::vector<EventId>& ids) {
  out.varint(ids.size());
  for (const EventId& id : ids) write_event_id(out, id);
}

/// In order, each once.
std::vector<EventId> read_ids(Reader& in) {
  std::vector<EventId> ids(in.count(UINT32_MAX, WriterBytes::kSize + 2));
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = read_event_id(in);
    if (i > 0 && !(ids[i - 1] < ids[i])) in.refuse(ErrorCode::not_canonical);
  }
  return ids;
}

void write_stranded(Writer& out, const std::map<EventId, Stranded>& events) {
  out.varint(events.size());
  for (const auto& [id, event] : events) {
    write_event_id(out, id);
    out.u8(event.refused ? 1 : 0);
    out.varint(event.parents.size());
    for (const EventId& parent : event.parents) write_event_id(out, parent);
    out.blob(event.payload);
  }
}

Stranded read_stranded(Reader& in) {
  Stranded event;
  event.id = read_event_id(in);
  const std::uint8_t refused = in.u8();
  if (refused > 1) in.refuse(ErrorCode::not_canonical);
  event.refused = refused == 1;
  event.parents.resize(in.count(kParentsMax, WriterBytes::kSize + 2));
  for (EventId& parent : event.parents) parent = read_event_id(in);
  event.payload = to_bytes(in.blob(kPayloadBytesMax));
  Payload payload;
  if (!in.failed() && !decode_payload(event.payload, payload).ok()) in.refuse(ErrorCode::malformed);
  return event;
}

std::string read_text(Reader& in) {
  std::string text = read_compressed(in, kTextBytesMax);
  if (!is_utf8(text)) in.refuse(ErrorCode::malformed);
  return text;
}

}  // namespace

Result<Bytes> Document::encode() {
  SAMLA_TRY(open_history());
  if (damaged_) return fail(ErrorCode::malformed, "text.encode");
  const std::string now = text();
  Writer out;
  out.u8(kDocumentVersion);
  out.u8(
      static_cast<std::uint8_t>(floor_.empty() ? DocumentForm::history : DocumentForm::history_on_snapshot));
  write_ids(out, frontier());
  write_compressed(out, now);
  write_ids(out, floor_);
  if (!floor_.empty()) {
    write_ids(out, floor_seen_);
    write_compressed(out, floor_text_);
  }
  write_stranded(out, stranded_);
  write_history(out, history_->graph, history_->log, now);
  return out.take();
}

Document Document::from_snapshot(std::vector<EventId> frontier, Snapshot snapshot) {
  SAMLA_ASSERT(!frontier.empty());
  Document document;
  document.floor_seen_ = seen_with(std::move(snapshot.seen), frontier);
  document.floor_ = std::move(frontier);
  document.floor_text_ = std::move(snapshot.text);
  document.rope_ = Rope(document.floor_text_);
  document.floor_length_ = document.rope_.length();
  return document;
}

Result<Document> Document::load(ByteView bytes) {
  Document document;
  Reader in(bytes);
  const std::uint8_t version = in.u8();
  if (version > kDocumentVersion) in.refuse(ErrorCode::version_unknown);
  const std::uint8_t form = in.u8();
  std::vector<EventId> frontier = read_ids(in);
  if (version == 0 || form < 1 || form > 3) in.refuse(ErrorCode::malformed);
  if (form == static_cast<std::uint8_t>(DocumentForm::text_alone)) {
    Snapshot alone{{}, in.text(kTextBytesMax)};
    if (!is_utf8(alone.text) || (frontier.empty() && !alone.text.empty())) in.refuse(ErrorCode::malformed);
    SAMLA_TRY(in.finish(kOperation));
    return frontier.empty() ? std::move(document) : from_snapshot(std::move(frontier), std::move(alone));
  }
  const std::string text = read_text(in);
  document.floor_ = read_ids(in);
  if (!document.floor_.empty()) {
    const bool says = form == static_cast<std::uint8_t>(DocumentForm::history_on_snapshot);
    document.floor_seen_ = seen_with(says ? read_ids(in) : std::vector<EventId>(), document.floor_);
    document.floor_text_ = read_text(in);
  }
  const std::size_t stranded = in.count(UINT32_MAX, WriterBytes::kSize + 5);
  for (std::size_t i = 0; i < stranded && !in.failed(); ++i) {
    Stranded event = read_stranded(in);
    if (!document.stranded_.empty() && !(document.stranded_.rbegin()->first < event.id)) {
      in.refuse(ErrorCode::not_canonical);
    }
    document.stranded_.emplace_hint(document.stranded_.end(), event.id, std::move(event));
  }
  SAMLA_TRY(in.status(kOperation));
  document.unopened_ = to_bytes(in.rest());
  if (document.unopened_.empty()) return fail(ErrorCode::truncated, std::string(kOperation));
  document.unopened_frontier_ = std::move(frontier);
  document.rope_ = Rope(text);
  document.floor_length_ = count_code_points(document.floor_text_);
  if (document.floor_length_ > kInsertsMax) return fail(ErrorCode::too_large, std::string(kOperation));
  return document;
}

Result<void> Document::open_history() {
  if (unopened_.empty()) return {};
  auto history = std::make_unique<History>();
  Reader in(unopened_);
  read_history(in, history->graph, history->log, text(), floor_length_);
  SAMLA_TRY(in.finish("text.history"));
  history_ = std::move(history);
  walker_.reset();
  unopened_.clear();
  const std::vector<EventId> stated = std::move(unopened_frontier_);
  if (stated != frontier()) {
    damaged_ = true;
    return fail(ErrorCode::malformed, "text.history");
  }
  find_cuts();
  // Whoever waited waits again, for whatever is missing now.
  for (const auto& [id, event] : stranded_) {
    if (event.refused) continue;
    if (find_parents(event.parents)) missing_ = event.parents.empty() ? EventId{} : event.parents.front();
    waiting_for_.emplace(missing_, id);
  }
  return {};
}

}  // namespace samla::text
