#include "core/text/rope.h"

#include <algorithm>
#include <cstring>

#include "core/text/code_points.h"

namespace samla::text {

std::uint32_t Rope::Chunk::offset(std::uint32_t position) const {
  if (bytes == length) return position;
  return static_cast<std::uint32_t>(byte_offset(view(), position));
}

void Rope::Chunk::insert(std::uint32_t at, std::string_view text, std::uint32_t text_length) {
  char* const place = data.get() + at;
  std::memmove(place + text.size(), place, bytes - at);
  std::memcpy(place, text.data(), text.size());
  bytes += static_cast<std::uint32_t>(text.size());
  length += text_length;
}

void Rope::Chunk::erase(std::uint32_t at, std::uint32_t end, std::uint32_t count) {
  std::memmove(data.get() + at, data.get() + end, bytes - end);
  bytes -= end - at;
  length -= count;
}

Rope::Chunk Rope::make_chunk(std::string_view text) {
  Chunk chunk;
  chunk.data = std::make_unique_for_overwrite<char[]>(kChunkBytes);
  chunk.bytes = static_cast<std::uint32_t>(text.size());
  chunk.length = count_code_points(text);
  if (!text.empty()) std::memcpy(chunk.data.get(), text.data(), text.size());
  return chunk;
}

Rope::Rope(std::string_view text) {
  if (!text.empty()) insert_long(0, text);
}

std::string Rope::text() const {
  std::string out;
  out.reserve(bytes_);
  for (const Chunk& chunk : chunks_) out.append(chunk.view());
  return out;
}

void Rope::seek(std::uint32_t position) {
  if (position < cursor_start_ / 2) {
    cursor_ = 0;
    cursor_start_ = 0;
  }
  while (position < cursor_start_) cursor_start_ -= chunks_[--cursor_].length;
  while (position > cursor_start_ + chunks_[cursor_].length) cursor_start_ += chunks_[cursor_++].length;
}

void Rope::divide(std::uint32_t at) {
  Chunk& chunk = chunks_[cursor_];
  Chunk second = make_chunk(chunk.view().substr(at));
  chunk.bytes = at;
  chunk.length -= second.length;
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(cursor_) + 1, std::move(second));
}

void Rope::insert_long(std::uint32_t at, std::string_view text) {
  std::vector<Chunk> made;
  for (std::string_view rest = text; !rest.empty();) {
    std::size_t take = std::min<std::size_t>(kFillBytes, rest.size());
    while (take < rest.size() && !starts_code_point(rest[take])) --take;
    made.push_back(make_chunk(rest.substr(0, take)));
    length_ += made.back().length;
    rest.remove_prefix(take);
  }
  bytes_ += text.size();
  std::size_t place = 0;
  if (!chunks_.empty()) {
    divide(at);
    place = cursor_ + 1;
  }
  const std::size_t count = made.size();
  chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(place), std::make_move_iterator(made.begin()),
                 std::make_move_iterator(made.end()));
  // Dividing at an end left an empty chunk on one side of what is new.
  drop_empty(place + count, place + count + 1);
  if (place > 0) drop_empty(place - 1, place);
  cursor_ = 0;
  cursor_start_ = 0;
}

bool Rope::insert(std::uint32_t position, std::string_view text, std::uint32_t text_length) {
  if (position > length_) return false;
  if (text.empty()) return true;
  if (chunks_.empty()) {
    insert_long(0, text);
    return true;
  }
  seek(position);
  std::uint32_t at = chunks_[cursor_].offset(position - cursor_start_);
  if (text.size() > kChunkBytes - kFillBytes) {
    insert_long(at, text);
    return true;
  }
  if (chunks_[cursor_].bytes + text.size() > kChunkBytes) {
    std::uint32_t middle = chunks_[cursor_].bytes / 2;
    while (!starts_code_point(chunks_[cursor_].data[middle])) --middle;
    divide(middle);
    if (at > middle) {
      at -= middle;
      cursor_start_ += chunks_[cursor_++].length;
    }
  }
  chunks_[cursor_].insert(at, text, text_length);
  length_ += text_length;
  bytes_ += text.size();
  return true;
}

bool Rope::erase(std::uint32_t position, std::uint32_t count) {
  if (position > length_ || count > length_ - position) return false;
  if (count == 0) return true;
  seek(position);
  length_ -= count;
  std::uint32_t from = position - cursor_start_;
  std::size_t last = cursor_;
  bool emptied = false;
  for (; count > 0; ++last, from = 0) {
    Chunk& chunk = chunks_[last];
    const std::uint32_t here = std::min(count, chunk.length - from);
    const std::uint32_t at = chunk.offset(from);
    const std::uint32_t end = here == chunk.length - from ? chunk.bytes : chunk.offset(from + here);
    bytes_ -= end - at;
    chunk.erase(at, end, here);
    count -= here;
    emptied = emptied || chunk.bytes == 0;
  }
  if (emptied) {
    drop_empty(cursor_, last);
    cursor_ = 0;
    cursor_start_ = 0;
  } else {
    join();
  }
  return true;
}

void Rope::drop_empty(std::size_t first, std::size_t last) {
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(std::min(first, chunks_.size()));
  const auto end = chunks_.begin() + static_cast<std::ptrdiff_t>(std::min(last, chunks_.size()));
  chunks_.erase(std::remove_if(begin, end, [](const Chunk& chunk) { return chunk.bytes == 0; }), end);
}

void Rope::join() {
  if (cursor_ + 1 >= chunks_.size()) return;
  Chunk& chunk = chunks_[cursor_];
  const Chunk& next = chunks_[cursor_ + 1];
  if (chunk.bytes + next.bytes > kChunkBytes / 2) return;
  chunk.insert(chunk.bytes, next.view(), next.length);
  chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(cursor_) + 1);
}

}  // namespace samla::text
