#include "core/domain/report_text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "core/base/encoding.h"
#include "core/domain/consolidation.h"
#include "core/view/word_forms.h"

namespace samla::domain {
namespace {

/// Bokmål's and nynorsk's, in the order of the alphabet.
constexpr std::string_view kCommonWords[] = {
    "alle", "alt",    "andre", "at",      "av",      "bare", "begge", "berre",  "ble",     "blei",  "bli",
    "blir", "blitt",  "både",  "da",      "de",      "dei",  "deira", "deg",    "dem",     "den",   "denne",
    "der",  "dere",   "deres", "dersom",  "desse",   "det",  "dette", "di",     "din",     "disse", "ditt",
    "du",   "dykk",   "då",    "eg",      "ein",     "eit",  "eller", "elles",  "en",      "enn",   "er",
    "et",   "ett",    "etter", "for",     "fordi",   "fra",  "frå",   "før",    "gjennom", "ha",    "hadde",
    "han",  "hans",   "har",   "hele",    "heile",   "her",  "hjå",   "ho",     "hun",     "hva",   "hvem",
    "hver", "hvis",   "hvor",  "hvordan", "i",       "ikke", "ikkje", "ingen",  "inn",     "ja",    "jeg",
    "kan",  "kva",    "kvar",  "kven",    "korleis", "kor",  "kunne", "man",    "mange",   "med",   "meg",
    "meir", "mellom", "men",   "mer",     "mot",     "mye",  "mykje", "må",     "ned",     "nei",   "no",
    "noe",  "noen",   "noko",  "nokon",   "nå",      "når",  "og",    "også",   "om",      "opp",   "oss",
    "over", "på",     "seg",   "sin",     "sine",    "sjå",  "skal",  "skulle", "slik",    "som",   "så",
    "til",  "under",  "ut",    "var",     "ved",     "vi",   "vil",   "ville",  "vår",     "være",  "vere",
    "vært"};

bool is_common(const std::string& word) {
  static const std::set<std::string_view> words(std::begin(kCommonWords), std::end(kCommonWords));
  constexpr std::size_t kLettersMin = 2;
  return word.size() < kLettersMin || words.contains(word) ||
         std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
}

struct Use {
  std::size_t subject = 0;
  const Assessment* revision = nullptr;
  const std::string* text = nullptr;
  std::string source;
};

struct Stem {
  std::map<std::string, std::size_t> words;
  std::map<std::size_t, std::int64_t> by_subject;
  std::vector<Use> uses;
};

class Counter {
 public:
  void add(const Use& use) {
    std::set<std::string> here;
    for (view::Word& word : view::words_of(*use.text)) {
      if (is_common(word.lower)) continue;
      std::string stem = view::stem_of(word.lower);
      Stem& entry = stems_[stem];
      ++entry.words[word.lower];
      ++entry.by_subject[use.subject];
      if (here.insert(std::move(stem)).second) entry.uses.push_back(use);
    }
  }
  const std::map<std::string, Stem>& stems() const { return stems_; }

 private:
  std::map<std::string, Stem> stems_;
};

void count(const Assessment& revision, std::size_t subject, const TextFilter& filter, Counter& counter) {
  if (filter.part == "svar") {
    for (const auto& [id, answer] : revision.answers) counter.add({subject, &revision, &answer, id});
    return;
  }
  for (const AssessmentItem& item : revision.items) {
    const bool fits = (filter.part.empty() || item.type == filter.part) &&
                      (filter.theme.empty() || item.theme == filter.theme);
    if (!fits) continue;
    counter.add({subject, &revision, &item.text, item.id});
    if (!item.evidence.empty()) counter.add({subject, &revision, &item.evidence, item.id});
  }
}

/// From as many units as there are, before a unit is quoted twice.
std::vector<Quote> quotes_of(const Stem& stem, std::size_t most) {
  std::vector<Quote> out;
  std::set<std::size_t> used;
  std::set<std::size_t> quoted;
  for (const bool again : {false, true}) {
    for (std::size_t i = 0; i < stem.uses.size() && out.size() < most; ++i) {
      const Use& use = stem.uses[i];
      if (used.contains(i) || (!again && !quoted.insert(use.subject).second)) continue;
      used.insert(i);
      out.push_back({*use.text, use.revision->unit, to_hex(use.revision->id), use.source});
    }
  }
  return out;
}

std::int64_t total_of(const Stem& stem, const std::vector<bool>& chosen) {
  std::int64_t out = 0;
  for (const auto& [subject, amount] : stem.by_subject) out += chosen[subject] ? amount : 0;
  return out;
}

/// As others may know it: through a table of its own, of all units, whatever is chosen.
std::optional<std::int64_t> told(const Consolidation& all, const std::vector<bool>& chosen, const Stem& stem,
                                 Audience audience) {
  std::vector<Fact> facts;
  for (const auto& [subject, amount] : stem.by_subject) facts.push_back({subject, 0, amount});
  return Table(all.subjects(), 1, std::move(facts), audience).ask(chosen).total;
}

}  // namespace

Result<std::vector<StemCount>> report_text(Workspace& workspace, const ReportFilter& filter,
                                           const TextFilter& text) {
  SAMLA_ASSIGN(const Consolidation all, Consolidation::load(workspace, "report.text"));
  SAMLA_ASSIGN(const auto chosen, all.chosen(filter, "report.text"));
  SAMLA_ASSIGN(const auto revisions, counting_revisions(workspace));
  Counter counter;
  for (const Assessment& each : revisions) {
    const auto subject = all.subject_of(each.space);
    if (subject) count(each, *subject, text, counter);
  }
  std::vector<std::pair<std::int64_t, const std::pair<const std::string, Stem>*>> ranked;
  for (const auto& stem : counter.stems()) {
    const std::int64_t total = total_of(stem.second, chosen);
    const bool is_seldom =
        filter.audience == Audience::kOthers && stem.second.by_subject.size() < kAnonymityDefault;
    if (total > 0 && !is_seldom) ranked.emplace_back(total, &stem);
  }
  std::ranges::sort(ranked, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->first < b.second->first;
  });
  const bool is_hr = filter.audience == Audience::kHr;
  std::vector<StemCount> out;
  for (const auto& [total, stem] : ranked) {
    if (out.size() >= text.stems_max) break;
    const auto amount = is_hr ? std::optional(total) : told(all, chosen, stem->second, filter.audience);
    if (!amount || *amount == 0) continue;
    const auto word =
        std::ranges::max_element(stem->second.words, {}, [](const auto& each) { return each.second; });
    StemCount row{stem->first, word->first, *amount, {}, {}};
    if (is_hr) {
      Stem mine = stem->second;
      std::erase_if(mine.by_subject, [&](const auto& each) { return !chosen[each.first]; });
      std::erase_if(mine.uses, [&](const Use& use) { return !chosen[use.subject]; });
      row.units = static_cast<std::int64_t>(mine.by_subject.size());
      row.quotes = quotes_of(mine, text.quotes_max);
    }
    out.push_back(std::move(row));
  }
  // By what is told: the order of the true numbers would tell more.
  std::ranges::stable_sort(out, [](const StemCount& a, const StemCount& b) {
    return a.count != b.count ? a.count > b.count : a.stem < b.stem;
  });
  return out;
}

}  // namespace samla::domain
