// Random histories of one text: writers who type, erase, exchange what they have and go apart again.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "core/text/document.h"
#include "tests/support/naive_text.h"

namespace samla::test {

inline text::EventId event_id(std::uint8_t writer, std::uint64_t seq, std::uint32_t index = 0) {
  text::EventId id;
  id.writer.bytes[0] = writer;
  id.seq = seq;
  id.index = index;
  return id;
}

inline text::Applied apply(text::Document& document, const NaiveEvent& event) {
  auto applied = document.apply(event.id, event.parents, event.payload);
  SAMLA_ASSERT(applied.ok());
  return *applied;
}

struct HistoryPlan {
  std::size_t writers = 3;
  std::size_t steps = 40;
  /// Of 100 steps, so many are an exchange between two writers.
  unsigned exchanges = 20;
};

/// Makes events of `plan` on documents of the writers' own; parents before children.
class TextHistory {
 public:
  TextHistory(const HistoryPlan& plan, unsigned seed) : plan_(plan), random_(seed) {
    documents_.resize(plan.writers);
    has_.resize(plan.writers);
    carets_.resize(plan.writers);
    for (std::size_t i = 0; i < plan.steps; ++i) step();
  }

  const std::vector<NaiveEvent>& events() const { return events_; }
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

 private:
  void step() {
    const std::size_t writer = below(static_cast<unsigned>(plan_.writers));
    if (below(100) < plan_.exchanges) {
      fetch(writer, below(static_cast<unsigned>(plan_.writers)));
    } else {
      edit(writer);
    }
  }

  void fetch(std::size_t to, std::size_t from) {
    for (const std::size_t event : has_[from]) {
      if (std::ranges::find(has_[to], event) != has_[to].end()) continue;
      has_[to].push_back(event);
      SAMLA_ASSERT(apply(documents_[to], events_[event]) == text::Applied::done);
    }
  }

  std::string word() {
    static const std::vector<std::string> kLetters = {"a", "b", "c", "d", "ø", "å", "€", "😀", " ", "x"};
    std::string out;
    const unsigned count = 1 + (below(3) == 0 ? below(6) : 0);
    for (unsigned i = 0; i < count; ++i) out += kLetters[below(static_cast<unsigned>(kLetters.size()))];
    return out;
  }

  void edit(std::size_t writer) {
    text::Document& document = documents_[writer];
    NaiveEvent event;
    event.id = event_id(static_cast<std::uint8_t>(writer + 1), ++seq_[writer], below(5) == 0 ? 1 : 0);
    event.parents = document.frontier();
    if (below(40) == 0) {
      event.payload = text::encode_whole(below(3) == 0 ? std::string() : word() + word());
    } else {
      event.payload = some_edits(document.length(), carets_[writer]);
    }
    SAMLA_ASSERT(apply(document, event) == text::Applied::done);
    has_[writer].push_back(events_.size());
    events_.push_back(std::move(event));
  }

  /// Typing on and erasing backwards and onwards near the caret, with leaps; sometimes several at once.
  Bytes some_edits(std::uint32_t length, std::uint32_t& caret) {
    std::vector<std::string> texts(1 + (below(4) == 0 ? below(4) : 0));
    std::vector<text::Edit> edits;
    for (std::string& inserted : texts) {
      if (below(4) == 0) caret = below(length + 1);
      caret = std::min(caret, length);
      std::uint32_t erased = 0;
      const unsigned way = below(8);
      if (way == 0 && caret > 0) {
        --caret;
        erased = 1;
      } else if (way == 1) {
        erased = std::min(length - caret, 1 + below(4));
      }
      if (erased == 0 || below(5) == 0) inserted = word();
      edits.push_back(text::make_edit(caret, erased, inserted));
      length = length - erased + edits.back().length;
      // Some type backwards: the caret stays in front of what was typed.
      if (below(4) != 0) caret += edits.back().length;
    }
    return text::encode_edits(edits);
  }

  HistoryPlan plan_;
  std::mt19937 random_;
  std::vector<text::Document> documents_;
  std::vector<std::vector<std::size_t>> has_;
  std::vector<std::uint32_t> carets_;
  std::map<std::size_t, std::uint64_t> seq_;
  std::vector<NaiveEvent> events_;
};

}  // namespace samla::test
