// The order in which entries of a log are shown: by time, but never an entry before one that it follows,
// though a clock or a shared millisecond says so.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace samla::domain {

/// Sorts entries with members `id`, `previous` (ids, absent ones count for nothing) and `time_ms`. Entries
/// that follow each other in a circle, which nobody can have written honestly, stand last, by time.
template <class Entry>
void sort_causally(std::vector<Entry>& log) {
  std::ranges::sort(log, {}, [](const Entry& each) { return std::tie(each.time_ms, each.id); });
  std::set<std::string> waiting;
  for (const Entry& each : log) waiting.insert(each.id);
  const auto ready = [&](const Entry& each) {
    return std::ranges::none_of(each.previous, [&](const auto& id) { return waiting.contains(id); });
  };
  for (auto next = log.begin(); next != log.end(); ++next) {
    const auto found = std::find_if(next, log.end(), ready);
    if (found == log.end()) return;
    waiting.erase(found->id);
    std::rotate(next, found, found + 1);
  }
}

}  // namespace samla::domain
