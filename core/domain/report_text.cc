#include "core/domain/report_text.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <unordered_map>

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

constexpr std::string_view kAnswers = "svar";

struct Use {
  std::size_t subject = 0;
  const Assessment* revision = nullptr;
  const std::string* text = nullptr;
  std::string source;
};

/// A form of a stem: how often, and by whom.
struct WordForm {
  std::int64_t count = 0;
  std::set<std::size_t> subjects;
};

struct Stem {
  std::map<std::string, WordForm> forms;
  std::vector<StemFact> facts;  ///< of all texts, whatever is asked for
  // Of those that are asked for, in units that are.
  std::int64_t count = 0;
  std::set<std::size_t> subjects;
  std::vector<Use> uses;
};

/// Which texts are asked for: kinds of items, and the answers; themes by key, the last for none.
struct Wanted {
  std::vector<std::string> part_words;
  std::vector<std::string> theme_keys;
  std::vector<bool> parts;
  std::vector<bool> themes;

  Wanted(const TextFilter& filter, const std::vector<Theme>& known) {
    for (const std::string_view type : item_types()) part_words.emplace_back(type);
    part_words.emplace_back(kAnswers);
    for (const std::string& each : part_words)
      parts.push_back(filter.part.empty() ? each != kAnswers : each == filter.part);
    for (const Theme& each : known) theme_keys.push_back(each.key);
    theme_keys.emplace_back();
    for (const std::string& each : theme_keys) themes.push_back(filter.theme.empty() || each == filter.theme);
  }
  std::size_t part(std::string_view word) const {
    return static_cast<std::size_t>(std::ranges::find(part_words, word) - part_words.begin());
  }
  std::size_t theme(std::string_view key) const {
    const auto found = std::ranges::find(theme_keys, key);
    return found == theme_keys.end() ? theme_keys.size() - 1
                                     : static_cast<std::size_t>(found - theme_keys.begin());
  }
};

class Counter {
 public:
  Counter(const Wanted& wanted, const std::vector<bool>& chosen, Audience audience)
      : wanted_(wanted), chosen_(chosen), is_for_others_(audience == Audience::kOthers) {}

  void add_all(const Assessment& revision, std::size_t subject) {
    // HR sees counts as they are: what is not asked for need not be looked at.
    if (!is_for_others_ && !chosen_[subject]) return;
    for (const auto& [id, answer] : revision.answers)
      add({subject, &revision, &answer, id}, wanted_.part(kAnswers), wanted_.theme({}));
    for (const AssessmentItem& item : revision.items) {
      const std::size_t part = wanted_.part(item.type);
      if (part == wanted_.parts.size()) continue;
      const std::size_t theme = wanted_.theme(item.theme);
      add({subject, &revision, &item.text, item.id}, part, theme);
      if (!item.evidence.empty()) add({subject, &revision, &item.evidence, item.id}, part, theme);
    }
  }
  const std::map<std::string, Stem>& stems() const { return stems_; }

 private:
  void add(const Use& use, std::size_t part, std::size_t theme) {
    const bool is_wanted = wanted_.parts[part] && wanted_.themes[theme];
    if (!is_wanted && !is_for_others_) return;
    std::set<std::string> here;
    for (view::Word& word : view::words_of(*use.text)) {
      if (is_common(word.lower)) continue;
      std::string stem = stem_once(word.lower);
      Stem& entry = stems_[stem];
      if (is_for_others_) entry.facts.push_back({use.subject, part, theme, 1});
      if (!is_wanted) continue;
      WordForm& form = entry.forms[word.lower];
      ++form.count;
      form.subjects.insert(use.subject);
      if (!chosen_[use.subject]) continue;
      ++entry.count;
      entry.subjects.insert(use.subject);
      if (here.insert(std::move(stem)).second) entry.uses.push_back(use);
    }
  }

  /// The same few words stand everywhere.
  const std::string& stem_once(const std::string& word) {
    const auto [known, is_new] = stem_of_.try_emplace(word);
    if (is_new) known->second = view::stem_of(word);
    return known->second;
  }

  std::unordered_map<std::string, std::string> stem_of_;
  const Wanted& wanted_;
  const std::vector<bool>& chosen_;
  bool is_for_others_;
  std::map<std::string, Stem> stems_;
};

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

/// The form that is used most; for others the stem itself, where too few units have that form in common.
std::string word_of(const std::string& stem, const Stem& entry, const Asked& asked) {
  const auto most =
      std::ranges::max_element(entry.forms, {}, [](const auto& each) { return each.second.count; });
  const bool is_rare = asked.audience == Audience::kOthers && most->second.subjects.size() < asked.k;
  return is_rare ? stem : most->first;
}

}  // namespace

Result<std::vector<StemCount>> report_text(Workspace& workspace, const ReportFilter& filter,
                                           const TextFilter& text) {
  SAMLA_ASSIGN(const Consolidation all, Consolidation::load(workspace, "report.text"));
  SAMLA_ASSIGN(const auto chosen, all.chosen(filter, "report.text"));
  SAMLA_ASSIGN(const auto known, themes(workspace));
  SAMLA_ASSIGN(const auto revisions, counting_revisions(workspace));
  const Wanted wanted(text, known);
  Counter counter(wanted, chosen, filter.audience);
  for (const Assessment& each : revisions) {
    const auto subject = all.subject_of(each.space);
    if (subject) counter.add_all(each, *subject);
  }
  const bool is_for_others = filter.audience == Audience::kOthers;
  const Asked asked = {all.subjects(), chosen, filter.audience, all.anonymity()};
  // What is told, by the stem: the order of numbers that are hidden would tell something of them.
  std::vector<std::pair<std::int64_t, const std::pair<const std::string, Stem>*>> ranked;
  for (const auto& stem : counter.stems()) {
    if (stem.second.count == 0) continue;
    const Count amount = is_for_others ? count_stem(asked, stem.second.facts, wanted.parts, wanted.themes)
                                       : Count(stem.second.count);
    if (amount && *amount > 0) ranked.emplace_back(*amount, &stem);
  }
  std::ranges::sort(ranked, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second->first < b.second->first;
  });
  if (ranked.size() > text.stems_max) ranked.resize(text.stems_max);
  std::vector<StemCount> out;
  for (const auto& [amount, stem] : ranked) {
    StemCount row{stem->first, word_of(stem->first, stem->second, asked), amount, {}, {}};
    if (!is_for_others) {
      row.units = static_cast<std::int64_t>(stem->second.subjects.size());
      row.quotes = quotes_of(stem->second, text.quotes_max);
    }
    out.push_back(std::move(row));
  }
  return out;
}

}  // namespace samla::domain
