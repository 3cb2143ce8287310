// Random histories of one field: writers who see some of the others' writes now and then.
#pragma once

#include <algorithm>
#include <vector>

#include "core/base/random.h"
#include "core/resolve/field_state.h"

namespace samla::test {

struct Write {
  resolve::Head head;
  std::vector<change::WriteRef> prev;
};
using History = std::vector<Write>;

inline WriterId writer(std::uint8_t number) { return WriterId{{0xaa, number}}; }

inline resolve::FieldState replay(const History& history) {
  resolve::FieldState state;
  for (const Write& write : history) state.apply(write.head, write.prev);
  return state;
}

/// `count` writes by up to `writers` writers, each with a replica of its own that takes in a random part
/// of the others' writes, causally (a writer's writes in order) before it writes. Clocks are random.
inline History random_history(std::uint64_t seed, std::size_t count, std::size_t writers) {
  SeededRandom random(seed);
  History history;
  std::vector<std::vector<bool>> known(writers, std::vector<bool>(count, false));
  std::vector<std::vector<bool>> known_at_write;
  std::vector<std::uint64_t> next_seq(writers, 1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t self = random.below(writers);
    // Taking in a write means taking in all that its author knew when writing it.
    for (std::size_t k = 0; k < i; ++k) {
      if (random.below(4) != 0) continue;
      for (std::size_t m = 0; m <= k; ++m) {
        if (m == k || known_at_write[k][m]) known[self][m] = true;
      }
    }
    resolve::FieldState view;
    for (std::size_t k = 0; k < i; ++k) {
      if (known[self][k]) view.apply(history[k].head, history[k].prev);
    }
    const change::WriteRef ref{writer(static_cast<std::uint8_t>(self)), next_seq[self]++, 0};
    history.push_back({{ref, HybridTime::from(random.below(50), 0)}, view.prev_for_new_write()});
    known_at_write.push_back(known[self]);
    known[self][i] = true;
  }
  return history;
}

}  // namespace samla::test
