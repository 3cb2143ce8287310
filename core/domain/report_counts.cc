#include "core/domain/report_counts.h"

#include <algorithm>

namespace samla::domain {
namespace {

constexpr std::size_t kTimeliness = 2;  // in time, overdue

std::vector<bool> words_from(std::size_t first, std::size_t last, std::size_t words, std::size_t parts) {
  std::vector<bool> out(words * parts);
  for (std::size_t i = first * parts; i < (last + 1) * parts; ++i) out[i] = true;
  return out;
}

}  // namespace

Counts counts_of(const Table& table, const std::vector<bool>& chosen, const std::vector<std::string>& words,
                 std::size_t parts) {
  const auto told = [&](std::size_t first, std::size_t last) {
    return table.sum(chosen, words_from(first, last, words.size(), parts));
  };
  Counts out;
  out.total = table.sum(chosen, std::vector<bool>(words.size() * parts, true));
  for (std::size_t i = 0; i < words.size(); ++i) out.by_word.emplace_back(words[i], told(i, i));
  for (std::size_t first = 0; first < words.size(); ++first) {
    if (out.by_word[first].second) continue;
    // The fewest neighbours that can be told with it.
    for (std::size_t last = first + 1; last < words.size(); ++last) {
      const Count amount = told(first, last);
      if (!amount) continue;
      const auto begin = words.begin() + static_cast<std::ptrdiff_t>(first);
      out.joined.push_back({{begin, words.begin() + static_cast<std::ptrdiff_t>(last) + 1}, *amount});
      first = last;
      break;
    }
  }
  return out;
}

Count share_of(const Count& part, const Count& whole) {
  if (!part || !whole || *whole == 0) return std::nullopt;
  constexpr std::int64_t kWhole = 100;
  return (kWhole * *part + *whole / 2) / *whole;
}

StatusCounts count_statuses(const Asked& asked, const std::vector<StatusFact>& facts,
                            const std::vector<std::string>& words, const std::vector<std::size_t>& ending) {
  std::vector<Fact> cells;
  for (const StatusFact& each : facts)
    cells.push_back({each.subject, kTimeliness * each.word + (each.is_overdue ? 1u : 0u), 1});
  const Table table(asked.subjects, kTimeliness * words.size(), std::move(cells), asked.audience, asked.k);
  StatusCounts out;
  out.by_status = counts_of(table, asked.chosen, words, kTimeliness);
  std::vector<bool> overdue(kTimeliness * words.size());
  for (std::size_t i = 1; i < overdue.size(); i += kTimeliness) overdue[i] = true;
  out.overdue = table.sum(asked.chosen, overdue);
  std::vector<bool> ended(kTimeliness * words.size());
  for (const std::size_t word : ending) {
    for (std::size_t i = 0; i < kTimeliness; ++i) ended[kTimeliness * word + i] = true;
  }
  out.ended = table.sum(asked.chosen, ended);
  if (!ending.empty())
    out.reviewed =
        table.sum(asked.chosen, words_from(ending.back(), ending.back(), words.size(), kTimeliness));
  return out;
}

Count count_stem(const Asked& asked, const std::vector<StemFact>& facts, const std::vector<bool>& parts,
                 const std::vector<bool>& themes) {
  std::vector<Fact> cells;
  for (const StemFact& each : facts)
    cells.push_back({each.subject, each.part * themes.size() + each.theme, each.amount});
  std::vector<bool> wanted(parts.size() * themes.size());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    wanted[i] = parts[i / themes.size()] && themes[i % themes.size()];
  return Table(asked.subjects, wanted.size(), std::move(cells), asked.audience, asked.k)
      .sum(asked.chosen, wanted);
}

}  // namespace samla::domain
