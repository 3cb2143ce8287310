// Report counts: what the reports make of facts about units. All figures about one thing come from one Table
// (suppression.h), however many ways they divide it: what is hidden in one of them cannot be worked out from
// the others. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/domain/suppression.h"

namespace samla::domain {

/// A number, or nothing where it is hidden.
using Count = std::optional<std::int64_t>;

/// Words that can only be counted together.
struct JoinedCount {
  std::vector<std::string> words;
  std::int64_t amount = 0;
};

struct Counts {
  Count total;
  std::vector<std::pair<std::string, Count>> by_word;  ///< in the words' own order
  std::vector<JoinedCount> joined;
};

/// Whom it is about, and for whom.
struct Asked {
  const std::vector<Subject>& subjects;
  std::vector<bool> chosen;  ///< one member a subject
  Audience audience = Audience::kHr;
  std::size_t k = kAnonymityDefault;
};

/// A table whose categories are words, each of `parts` consecutive ones.
Counts counts_of(const Table& table, const std::vector<bool>& chosen, const std::vector<std::string>& words,
                 std::size_t parts = 1);
/// Percent, rounded, of numbers that are told: it tells no more than they do. Absent also of nothing.
Count share_of(const Count& part, const Count& whole);

/// A measure or a task: a word's place, and whether it is overdue.
struct StatusFact {
  std::size_t subject = 0;
  std::size_t word = 0;
  bool is_overdue = false;
};

struct StatusCounts {
  Counts by_status;
  Count overdue;
  Count ended;     ///< at one of the words that end it
  Count reviewed;  ///< at the last of those
};

/// `ending`: places of the words that end it, ascending.
StatusCounts count_statuses(const Asked& asked, const std::vector<StatusFact>& facts,
                            const std::vector<std::string>& words, const std::vector<std::size_t>& ending);

/// Uses of one stem: in what kind of text, and under which theme.
struct StemFact {
  std::size_t subject = 0;
  std::size_t part = 0;
  std::size_t theme = 0;
  std::int64_t amount = 1;
};

/// How often a stem is used in the parts and themes that are wanted (one member each).
Count count_stem(const Asked& asked, const std::vector<StemFact>& facts, const std::vector<bool>& parts,
                 const std::vector<bool>& themes);

}  // namespace samla::domain
