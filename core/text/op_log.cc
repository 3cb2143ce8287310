#include "core/text/op_log.h"

#include <algorithm>

#include "core/text/code_points.h"
#include "core/text/row_search.h"

namespace samla::text {

namespace {

std::string_view slice(std::string_view text, std::uint32_t length, std::uint32_t first,
                       std::uint32_t count) {
  if (text.size() == length) return text.substr(first, count);
  text.remove_prefix(byte_offset(text, first));
  return text.substr(0, byte_offset(text, count));
}

}  // namespace

std::uint32_t OpLog::inserts() const {
  if (runs_.empty()) return 0;
  const OpRun& run = runs_.back();
  return run.inserts_before + (run.kind == OpKind::insert ? run.count : 0);
}

void OpLog::restore(OpKind kind, std::uint32_t position, std::uint32_t count, std::uint32_t length,
                    std::string_view inserted) {
  OpRun run;
  run.unit = units();
  run.content = content_.size();
  run.count = count;
  run.position = position;
  run.inserts_before = inserts();
  run.length_before = length;
  run.kind = kind;
  runs_.push_back(run);
  content_.append(inserted);
}

void OpLog::insert(std::uint32_t position, std::string_view text, std::uint32_t count, std::uint32_t length,
                   bool joins) {
  if (count == 0) return;
  OpRun* const last = joins && !runs_.empty() ? &runs_.back() : nullptr;
  if (last != nullptr && last->kind == OpKind::insert && last->position + last->count == position) {
    last->count += count;
    content_.append(text);
  } else {
    restore(OpKind::insert, position, count, length, text);
  }
}

void OpLog::erase(std::uint32_t position, std::uint32_t count, std::uint32_t length, bool joins) {
  if (count == 0) return;
  OpRun* const last = joins && !runs_.empty() ? &runs_.back() : nullptr;
  if (last != nullptr && last->kind == OpKind::erase_onward && last->position == position &&
      last->count <= UINT32_MAX - count) {
    last->count += count;
    return;
  }
  const bool goes_back =
      last != nullptr && count == 1 && position + last->count == last->position &&
      (last->kind == OpKind::erase_backward || (last->kind == OpKind::erase_onward && last->count == 1));
  if (goes_back) {
    last->kind = OpKind::erase_backward;
    ++last->count;
    return;
  }
  restore(OpKind::erase_onward, position, count, length, {});
}

std::size_t OpLog::run_index(std::uint64_t unit) const {
  return last_at_or_before(runs_, unit, &OpRun::unit);
}

std::uint32_t OpLog::length_after(std::uint64_t unit) const {
  const OpRun& run = runs_[run_index(unit)];
  const auto done = static_cast<std::uint32_t>(unit - run.unit) + 1;
  return run.kind == OpKind::insert ? run.length_before + done : run.length_before - done;
}

std::uint32_t OpLog::inserts_before(std::uint64_t unit) const {
  if (unit >= units()) return inserts();
  const OpRun& run = runs_[run_index(unit)];
  return run.inserts_before + (run.kind == OpKind::insert ? static_cast<std::uint32_t>(unit - run.unit) : 0);
}

std::uint64_t OpLog::unit_of_insert(std::uint32_t insert) const {
  // Of the runs with one number the insert is the last: those before it inserted nothing.
  const OpRun& run = runs_[last_at_or_before(runs_, insert, &OpRun::inserts_before)];
  return run.unit + (insert - run.inserts_before);
}

std::string_view OpLog::run_text(std::size_t run) const {
  const std::uint64_t end = run + 1 < runs_.size() ? runs_[run + 1].content : content_.size();
  return std::string_view(content_).substr(runs_[run].content, end - runs_[run].content);
}

OpPiece OpLog::piece(std::size_t run, std::uint64_t first, std::uint64_t last, bool with_text) const {
  const OpRun& whole = runs_[run];
  const auto offset = static_cast<std::uint32_t>(first - whole.unit);
  OpPiece piece;
  piece.kind = whole.kind;
  piece.unit = first;
  piece.count = static_cast<std::uint32_t>(last - first);
  piece.position = whole.position;
  if (whole.kind == OpKind::erase_backward) piece.position -= offset;
  if (whole.kind == OpKind::insert) {
    piece.position += offset;
    piece.insert_number = whole.inserts_before + offset;
    if (with_text) piece.inserted = slice(run_text(run), whole.count, offset, piece.count);
  }
  return piece;
}

std::string OpLog::inserted_text(std::uint32_t first, std::uint32_t count) const {
  std::string out;
  while (count > 0) {
    if (first >= inserts()) break;
    const std::size_t run = run_index(unit_of_insert(first));
    const OpRun& found = runs_[run];
    const std::uint32_t offset = first - found.inserts_before;
    const std::uint32_t here = std::min(count, found.count - offset);
    out.append(slice(run_text(run), found.count, offset, here));
    first += here;
    count -= here;
  }
  return out;
}

}  // namespace samla::text
