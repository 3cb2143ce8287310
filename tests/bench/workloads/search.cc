// W7. 50,000 notes whose words are as unevenly common as words are; what is looked for is words of notes,
// one, two or a beginning, so that common ones come often. The plain table has the same texts, without stems
// and folded forms. Times are the processor's: all is in memory, and other work does not count.
#include <algorithm>
#include <cmath>
#include <random>

#include "core/base/hybrid_clock.h"
#include "core/sqlite/connection.h"
#include "core/sqlite/transaction.h"
#include "core/view/records.h"
#include "tests/bench/workloads/measure.h"
#include "tests/bench/workloads/workloads.h"
#include "tests/support/temporary_folder.h"

namespace samla::bench {
namespace {

constexpr std::size_t kNotes = 50'000;
constexpr std::size_t kWords = 20'000;
constexpr std::size_t kQueries = 1'000;

/// The word of rank r comes with a weight of 1 / r (Zipf). Norwegian endings and letters, made of syllables.
class Language {
 public:
  Language() {
    const std::vector<std::string> first = {"sam", "ar",  "bru", "kom", "le",  "mø",
                                            "ut",  "vei", "gå",  "for", "mål", "tje"};
    const std::vector<std::string> second = {"ling", "beid", "ker", "mun",  "del", "te",
                                             "vik",  "led",  "mid", "nest", "ær",  "skap"};
    const std::vector<std::string> ending = {"", "en", "ene", "er", "et", "a", "ane", "s", "t", "ende"};
    for (std::size_t i = 0; i < kWords; ++i) {
      std::string word = first[i % 12] + second[i / 12 % 12] + ending[i / 144 % 10];
      if (i >= 1440) word = first[i / 1440 % 12] + word;
      words_.push_back(std::move(word));
      weight_.push_back((weight_.empty() ? 0 : weight_.back()) + 1 / (static_cast<double>(i) + 2.7));
    }
  }
  const std::string& word() {
    const double at = std::uniform_real_distribution<>(0, weight_.back())(random_);
    return words_[static_cast<std::size_t>(std::ranges::lower_bound(weight_, at) - weight_.begin())];
  }
  std::string text(std::size_t words) {
    std::string out;
    for (std::size_t i = 0; i < words; ++i) out += (i == 0 ? "" : " ") + word();
    return out;
  }
  std::size_t number(std::size_t below) { return random_() % below; }

 private:
  std::mt19937_64 random_{20160901};
  std::vector<std::string> words_;
  std::vector<double> weight_;
};

struct Text {
  std::string title;
  std::string body;
};

std::vector<Text> texts(Language& language) {
  std::vector<Text> out;
  for (std::size_t i = 0; i < kNotes; ++i)
    out.push_back({language.text(4), language.text(10 + language.number(80))});
  return out;
}

/// About three letters less, whole ones.
std::string beginning_of(const std::string& word) {
  std::size_t end =
      std::min(word.size(), std::max<std::size_t>(4, word.size() - std::min<std::size_t>(3, word.size())));
  while (end < word.size() && (static_cast<unsigned char>(word[end]) & 0xc0U) == 0x80) ++end;
  return word.substr(0, end);
}

/// What is typed: a word, two words of one note, or the beginning of a word.
std::vector<std::string> queries(Language& language, const std::vector<Text>& all) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < kQueries; ++i) {
    const Text& note = all[language.number(all.size())];
    const std::size_t space = note.title.find(' ');
    const std::string first = note.title.substr(0, space);
    if (i % 3 == 0) out.push_back(first);
    if (i % 3 == 1)
      out.push_back(first + " " + note.title.substr(space + 1, note.title.find(' ', space + 1) - space - 1));
    if (i % 3 == 2) out.push_back(beginning_of(first));
  }
  return out;
}

view::AppliedWrite write_of(const Text& text, std::size_t i) {
  view::AppliedWrite out;
  out.space = SpaceId{{1}};
  out.ref = {WriterId{{1}}, i + 1, 0};
  out.header.type = change::WriteType::kInit;
  for (std::size_t byte = 0; byte < 4; ++byte)
    out.header.record.bytes[byte] = static_cast<std::uint8_t>(i >> (8 * (3 - byte)));
  out.header.time = HybridTime::from(1'000'000 + i, 0);
  out.content = view::Content{"note", {{"title", "", text.title}, {"body", "", text.body}}};
  for (std::uint8_t tag = 1; tag <= 2; ++tag) out.header.tags.push_back(FieldTag{{tag}});
  return out;
}

double percentile(std::vector<double>& ms, double share) {
  std::ranges::sort(ms);
  return ms[static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1))];
}

Result<void> fill_records(sqlite::Connection& connection, view::Records& records,
                          const std::vector<Text>& all) {
  for (std::size_t i = 0; i < all.size(); i += 500) {
    SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(connection));
    std::vector<view::AppliedWrite> writes;
    for (std::size_t j = i; j < std::min(all.size(), i + 500); ++j) writes.push_back(write_of(all[j], j));
    SAMLA_TRY(records.apply(writes));
    SAMLA_TRY(transaction.commit());
  }
  return {};
}

Result<void> fill_plain(sqlite::Connection& connection, const std::vector<Text>& all) {
  SAMLA_TRY(
      connection.execute("CREATE VIRTUAL TABLE plain USING fts5(title, body, content = '', "
                         "tokenize = 'unicode61 remove_diacritics 0')"));
  for (std::size_t i = 0; i < all.size(); i += 1024) {
    SAMLA_ASSIGN(auto transaction, sqlite::Transaction::begin(connection));
    for (std::size_t j = i; j < std::min(all.size(), i + 1024); ++j) {
      SAMLA_ASSIGN(auto insert,
                   connection.cached("INSERT INTO plain(rowid, title, body) VALUES(?1, ?2, ?3)"));
      SAMLA_TRY(
          insert->bind(1, static_cast<std::int64_t>(j + 1)).bind(2, all[j].title).bind(3, all[j].body).run());
    }
    SAMLA_TRY(transaction.commit());
  }
  return {};
}

Result<void> ask_plain(sqlite::Connection& connection, const std::string& words) {
  std::string expression;
  for (std::size_t begin = 0; begin < words.size();) {
    const std::size_t end = std::min(words.find(' ', begin), words.size());
    expression += "\"" + words.substr(begin, end - begin) + "\" ";
    begin = end + 1;
  }
  SAMLA_ASSIGN(auto query, connection.cached("SELECT rowid FROM plain WHERE plain MATCH ?1 "
                                             "ORDER BY bm25(plain, 4.0, 1.0), rowid DESC LIMIT 20"));
  query->bind(1, expression + "*");
  for (;;) {
    SAMLA_ASSIGN(const bool found, query->step());
    if (!found) return {};
  }
}

Numbers measure_search() {
  const TemporaryFolder folder;
  Language language;
  const std::vector<Text> all = texts(language);
  const std::vector<std::string> asked = queries(language, all);
  auto connection = sqlite::Connection::open(folder.path() / "records.db");
  auto plain = sqlite::Connection::open(folder.path() / "plain.db");
  if (!connection || !plain) give_up("W7: no database");
  auto records = view::Records::open(*connection, {{"note", {"title", "body"}}});
  if (!records || !fill_records(*connection, *records, all) ||
      !records->search({.words = "samling", .limit = 1}))
    give_up("W7: the notes were not written");
  const Stopwatch filling;
  if (!fill_plain(*plain, all)) give_up("W7: the plain table was not filled");
  Numbers out = {{"plain_fill", filling.seconds()}};
  const Stopwatch again;
  if (!view::Records::open(*connection, {{"note", {"body", "title"}}}).ok())
    give_up("W7: the index was not built");
  out["fill"] = again.seconds();
  if (!view::Records::open(*connection, {{"note", {"title", "body"}}}).ok())
    give_up("W7: the index was not built");
  std::vector<double> ms;
  std::vector<double> plain_ms;
  std::size_t found = 0;
  for (const std::string& words : asked) {
    const double before = own_cpu_seconds();
    const auto hits = records->search({.words = words, .limit = 20});
    ms.push_back(1000 * (own_cpu_seconds() - before));
    if (!hits) give_up("W7: '" + words + "': " + hits.error().message());
    found += hits->size();
    const double then = own_cpu_seconds();
    if (!ask_plain(*plain, words)) give_up("W7: a plain search failed");
    plain_ms.push_back(1000 * (own_cpu_seconds() - then));
  }
  out["found"] = static_cast<double>(found);
  out["p50"] = percentile(ms, 0.5);
  out["p99"] = percentile(ms, 0.99);
  out["plain_p50"] = percentile(plain_ms, 0.5);
  out["plain_p99"] = percentile(plain_ms, 0.99);
  return out;
}

}  // namespace

void run_search(Report& report) {
  Numbers done = in_process(measure_search);
  report.add("w7", "search, top 20 with snippets, p50", done["p50"], "ms");
  report.add("w7", "search, p99", done["p99"], "ms");
  report.add("w7", "plain FTS5, top 20 rowids, p50", done["plain_p50"], "ms");
  report.add("w7", "plain FTS5, p99", done["plain_p99"], "ms");
  report.add("w7", "index of all built anew", done["fill"], "s");
  report.add("w7", "plain FTS5 filled", done["plain_fill"], "s");
}

}  // namespace samla::bench
