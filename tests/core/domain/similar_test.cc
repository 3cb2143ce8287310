#include "core/domain/similar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace samla::domain {
namespace {

using Pair = std::pair<std::size_t, std::size_t>;

/// Inputs as leaders write them: what somebody does about something somewhere, in one of many ways.
std::string invented(std::mt19937_64& random) {
  static const std::vector<std::string> kWho = {"Avdelingslederne", "Veilederne",    "Vi i ledergruppen",
                                                "Kontoret",         "NAV Fylke",     "Hvert team",
                                                "Fagansvarlige",    "Mottaket",      "Kontaktsenteret",
                                                "Direktoratet",     "Nabokontorene", "Tillitsvalgte"};
  static const std::vector<std::string> kDoes = {"må møte arbeidsgivere",
                                                 "bør dele erfaringer",
                                                 "skal prøve ut egne løsninger",
                                                 "trenger færre rapporter om",
                                                 "kan hospitere hos andre om",
                                                 "må snakke mer sammen om",
                                                 "bør samle brukerne rundt",
                                                 "skal evaluere",
                                                 "må få fullmakt til å bestemme over",
                                                 "kan lære bort",
                                                 "bør fjerne",
                                                 "skal forenkle"};
  static const std::vector<std::string> kWhat = {"oppfølgingen av sykmeldte",
                                                 "ungdom uten skoleplass",
                                                 "budsjettet for tiltak",
                                                 "telefontiden",
                                                 "digitale søknader",
                                                 "språkopplæring",
                                                 "målekort og mål",
                                                 "kommunens tjenester",
                                                 "nyansattes opplæring",
                                                 "gjeldsrådgivning",
                                                 "hjelpemidler i hjemmet",
                                                 "brevene til brukerne",
                                                 "åpningstidene",
                                                 "samarbeidet med fastleger",
                                                 "jobbmesser i distriktet",
                                                 "arbeidsavklaringspenger"};
  static const std::vector<std::string> kWhere = {
      "i Finnmark",          "på små kontorer", "hver måned",          "før sommeren",   "uten nye systemer",
      "sammen med kommunen", "i alle fylker",   "på tvers av enheter", "tidlig i løpet", "når noe går galt"};
  static const std::vector<std::string> kWhy = {"Da får vi tid til det faglige",
                                                "Ellers mister folk tilliten",
                                                "Det sa alle ved bordet vårt",
                                                "Erfaringen fra Bodø er god",
                                                "Ingen vet hvem som eier saken",
                                                "Målet er at flere kommer i jobb",
                                                "Sykefraværet går ned",
                                                "Slik blir praksis likere",
                                                "Vi har prøvd det i to år",
                                                "Økonomien tåler det ikke",
                                                "Partene støtter forslaget",
                                                "Ledelsen må gå foran",
                                                "Begynn i det små",
                                                "Spør dem det gjelder",
                                                "Kutt heller i møtene"};
  const auto pick = [&](const auto& words) { return words[random() % words.size()]; };
  return pick(kWho) + " " + pick(kDoes) + " " + pick(kWhat) + " " + pick(kWhere) + ". " + pick(kWhy) + ".";
}

/// The same said again by another hand: a slip, another order, a word more, nynorsk forms.
std::string said_again(std::string text, std::mt19937_64& random) {
  const auto replace = [&](const std::string& from, const std::string& to) {
    if (const auto at = text.find(from); at != text.npos) text.replace(at, from.size(), to);
  };
  switch (random() % 4) {
    case 0:
      for (const auto& [from, to] : {std::pair("må", "bør"), std::pair("skal", "må"), std::pair(".", "!")})
        replace(from, to);
      return text;
    case 1: {
      const std::size_t at = text.size() / 2;
      if (static_cast<unsigned char>(text[at]) < 0x80 && static_cast<unsigned char>(text[at + 1]) < 0x80)
        std::swap(text[at], text[at + 1]);
      return "Innspill: " + text;
    }
    case 2: {
      const std::size_t half = text.find(' ', text.size() / 2);
      return text.substr(half + 1, text.size() - half - 2) + ", " + text.substr(0, half);
    }
    default:
      for (const auto& [from, to] : {std::pair("hver måned", "kvar månad"),
                                     std::pair("brukerne", "brukarane"), std::pair("kommunen", "kommuna"),
                                     std::pair("tjenester", "tenester"), std::pair("alle", "samtlige")})
        replace(from, to);
      return text + " Viktig!";
  }
}

TEST(Similar, FindsPlantedNearDuplicatesAndLittleElse) {
  constexpr std::uint64_t kSeed = 20160120;
  std::mt19937_64 random(kSeed);
  std::vector<std::string> texts;
  std::set<std::string> seen;
  while (texts.size() < 1100) {
    std::string text = invented(random);
    if (seen.insert(text).second) texts.push_back(std::move(text));
  }
  std::set<Pair> planted;
  for (std::size_t i = 0; i < 90; ++i) {
    const std::size_t of = random() % 1100;
    planted.emplace(of, texts.size());
    texts.push_back(said_again(texts[of], random));
  }
  std::set<Pair> found;
  const auto pairs = similar_texts(texts, kSimilarDefault);
  for (const SimilarPair& each : pairs) found.emplace(each.a, each.b);
  std::size_t recalled = 0;
  for (const Pair& each : planted) recalled += found.count(each);
  EXPECT_GE(recalled, 84u) << "of 90, seed " << kSeed << ", found " << found.size();
  // These inputs are put together of few phrases, so that many are truly alike: what was planted comes first.
  EXPECT_LE(found.size(), 1500u) << "seed " << kSeed;
  std::size_t early = 0;
  for (std::size_t i = 0; i < 200; ++i) early += planted.count({pairs.at(i).a, pairs.at(i).b});
  EXPECT_GE(early, 65u) << "seed " << kSeed;
}

TEST(Similar, KnowsNorwegianLettersAndInflection) {
  EXPECT_EQ(stems_of("SAMLINGENE på Ørlandet, ÅPNE!"), stems_of("samlingene PÅ ørlandet åpne"));
  EXPECT_EQ(stems_of("to ord").size(), 2u);
  EXPECT_EQ(stems_of("samlingene").front(), stems_of("samling").front());
  EXPECT_NE(stems_of("måte").front(), stems_of("mate").front());
  EXPECT_TRUE(stems_of(" .,! ").empty());
}

TEST(Similar, ChainsOfHalfLikesAreNoGroup) {
  const std::vector<SimilarPair> chain = {{0, 1, 90}, {1, 2, 80}, {3, 4, 70}, {2, 4, 66}, {2, 3, 65}};
  EXPECT_THAT(similar_groups(6, chain),
              ::testing::ElementsAre(::testing::ElementsAre(0u, 1u), ::testing::ElementsAre(2u, 3u, 4u)));
}

TEST(Similar, SaysHowAlikeAndGroupsWhatHangsTogether) {
  const std::vector<std::string> texts = {"Felles mottak med kommunen",   "Hospitering i andre kontorer",
                                          "Felles mottak med kommunene!", "Færre rapporter til direktoratet",
                                          "Med kommunen: felles mottak",  ""};
  const auto pairs = similar_texts(texts, 60);
  ASSERT_EQ(pairs.size(), 3u);
  EXPECT_EQ(pairs[0].percent, 100);
  for (std::size_t i = 1; i < pairs.size(); ++i) EXPECT_LE(pairs[i].percent, pairs[i - 1].percent);
  EXPECT_THAT(similar_groups(texts.size(), pairs),
              ::testing::ElementsAre(::testing::ElementsAre(0u, 2u, 4u)));
  EXPECT_TRUE(similar_texts({}, 1).empty());
  EXPECT_TRUE(similar_texts({"", ""}, 1).empty());
  EXPECT_TRUE(similar_texts({"\xff\xfe", "\xc3"}, 1).empty());
}

}  // namespace
}  // namespace samla::domain
