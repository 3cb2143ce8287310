#include "core/text/local_edit.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/text/code_points.h"
#include "core/text/graphemes.h"
#include "core/text/sequence_diff.h"
#include "core/text/whole_words.h"
#include "core/text/word_diff.h"

namespace samla::text {

namespace {

constexpr std::size_t kCharacterSteps = 1000;
constexpr std::size_t kWordSteps = 2000;
/// Of one edit beside its text: position, erased, length.
constexpr std::size_t kEditBytes = 16;

/// Collects edits that go from the beginning to the end of the texts.
class Edits {
 public:
  void keep(std::string_view text) { position_ += count_code_points(text); }
  void replace(std::string_view old_text, std::string_view new_text) {
    if (old_text.empty() && new_text.empty()) return;
    edits_.push_back(make_edit(position_, count_code_points(old_text), new_text));
    position_ += edits_.back().length;
  }
  std::vector<Edit> take() { return std::move(edits_); }

 private:
  std::uint32_t position_ = 0;
  std::vector<Edit> edits_;
};

using Tokens = std::vector<std::string_view>;

/// Tokens [first, last), which lie side by side, as one text.
std::string_view joined(const Tokens& tokens, std::size_t first, std::size_t last) {
  if (first == last) return {};
  const char* const begin = tokens[first].data();
  return {begin, static_cast<std::size_t>(tokens[last - 1].data() + tokens[last - 1].size() - begin)};
}

template <class Replace>
void follow(const Tokens& a, const Tokens& b, const std::vector<Replacement>& changes, Edits& edits,
            const Replace& replace) {
  std::size_t at = 0;
  for (const Replacement& change : changes) {
    edits.keep(joined(a, at, change.a_first));
    replace(joined(a, change.a_first, change.a_last), joined(b, change.b_first, change.b_last));
    at = change.a_last;
  }
  edits.keep(joined(a, at, a.size()));
}

/// Character by character; false, with nothing done, where too many differ.
bool by_character(std::string_view before, std::string_view after, Edits& edits) {
  const Tokens a = graphemes(before);
  const Tokens b = graphemes(after);
  auto changes = shortest_diff(a, b, kCharacterSteps);
  if (!changes) return false;
  widen_to_words(before, a, *changes);
  follow(a, b, *changes, edits,
         [&](std::string_view old_text, std::string_view new_text) { edits.replace(old_text, new_text); });
  return true;
}

void by_word(std::string_view before, std::string_view after, Edits& edits) {
  const Tokens a = word_tokens(before);
  const Tokens b = word_tokens(after);
  auto changes = shortest_diff(a, b, kWordSteps);
  if (!changes) {  // all that lies between the first and the last difference
    std::size_t first = 0;
    while (a[first] == b[first]) ++first;
    std::size_t tail = 0;
    while (tail < std::min(a.size(), b.size()) - first && a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
      ++tail;
    changes = {{first, a.size() - tail, first, b.size() - tail}};
  }
  follow(a, b, *changes, edits, [&](std::string_view old_text, std::string_view new_text) {
    if (!by_character(old_text, new_text, edits)) edits.replace(old_text, new_text);
  });
}

/// A beginning of `text` of at most `bytes_max` bytes that ends with a whole character, or, if not even one
/// fits, with a whole code point.
std::string_view beginning(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  std::size_t end = bytes_max;
  while (!starts_code_point(text[end])) --end;
  const std::size_t code_points_end = end;
  // Characters are short: going back some way finds the beginning of one.
  std::size_t at = end > 256 ? end - 256 : 0;
  while (!starts_code_point(text[at])) --at;
  std::size_t whole = 0;
  while (at < text.size() && at <= code_points_end) {
    whole = at;
    at = grapheme_end(text, at);
  }
  return text.substr(0, whole > 0 ? whole : code_points_end);
}

}  // namespace

std::vector<Edit> edits_between(std::string_view before, std::string_view after) {
  Edits edits;
  if (!by_character(before, after, edits)) by_word(before, after, edits);
  return edits.take();
}

Result<std::vector<Bytes>> payloads_between(std::string_view before, std::string_view after,
                                            std::size_t bytes_max) {
  SAMLA_ASSERT(bytes_max >= 1024);
  if (!is_utf8(before) || !is_utf8(after)) return fail(ErrorCode::invalid_argument, "text.edit");
  if (after.size() > kTextLengthMax && count_code_points(after) > kTextLengthMax) {
    return fail(ErrorCode::too_large, "text.edit", "split the text into several notes");
  }
  const std::size_t room_max = bytes_max - kEditBytes;
  std::vector<Bytes> payloads;
  std::vector<Edit> group;
  std::size_t room = room_max;
  const auto close = [&] {
    if (!group.empty()) payloads.push_back(encode_edits(group));
    group.clear();
    room = room_max;
  };
  for (Edit edit : edits_between(before, after)) {
    std::string_view rest = edit.inserted;
    do {
      if (room < 256 + kEditBytes || group.size() == kEditsMax) close();
      const std::string_view part = beginning(rest, room - kEditBytes);
      group.push_back(make_edit(edit.position, edit.erased, part));
      edit.position += group.back().length;
      edit.erased = 0;
      rest.remove_prefix(part.size());
      room -= part.size() + kEditBytes;
    } while (!rest.empty());
  }
  close();
  return payloads;
}

}  // namespace samla::text
