// From what a person has made of a text to the events that say so.
#pragma once

#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/text/payload.h"

namespace samla::text {

/// The edits, in order, that make `before` into `after`; no character (graphemes.h) is divided. As few
/// characters as possible are erased and inserted, but a word of which at most two thirds stay goes whole,
/// and so do such words side by side: two who replace it apart then leave two whole words and no mixture.
/// Where very many characters differ, whole words, or at worst all between the first and the last difference.
/// Both are well-formed UTF-8; the edits have views into `after`.
std::vector<Edit> edits_between(std::string_view before, std::string_view after);

/// The same as payloads of at most `bytes_max` bytes (at least 1,024, asserted), for one event each, every
/// one the parent of the next. None where the texts are the same. invalid_argument: ill-formed UTF-8;
/// too_large: `after` is longer than a text may be.
Result<std::vector<Bytes>> payloads_between(std::string_view before, std::string_view after,
                                            std::size_t bytes_max = kPayloadBytesMax);

}  // namespace samla::text
