#include "core/domain/demo_plan.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace samla::domain {
namespace {

constexpr std::uint64_t kSeed = 20160901;

/// splitmix64: short, and the same everywhere, which the standard's distributions are not.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  /// 0 to sides - 1.
  std::size_t roll(std::size_t sides) {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return static_cast<std::size_t>((z ^ (z >> 31)) % sides);
  }
  template <typename List>
  auto pick(const List& list) {
    return list[roll(list.size())];
  }

 private:
  std::uint64_t state_;
};

struct Place {
  std::string_view fylke;
  std::size_t offices;
};

constexpr std::array<Place, 19> kPlaces = {{{"Østfold", 18},
                                            {"Akershus", 22},
                                            {"Oslo", 15},
                                            {"Hedmark", 22},
                                            {"Oppland", 26},
                                            {"Buskerud", 21},
                                            {"Vestfold", 14},
                                            {"Telemark", 18},
                                            {"Aust-Agder", 15},
                                            {"Vest-Agder", 15},
                                            {"Rogaland", 29},
                                            {"Hordaland", 40},
                                            {"Sogn og Fjordane", 26},
                                            {"Møre og Romsdal", 36},
                                            {"Sør-Trøndelag", 28},
                                            {"Nord-Trøndelag", 23},
                                            {"Nordland", 44},
                                            {"Troms", 24},
                                            {"Finnmark", 19}}};
/// One fylke has exactly one unit, and that a small one, so that hiding has something to hide.
constexpr std::array<Place, 3> kFewPlaces = {{{"Troms", 5}, {"Hordaland", 4}, {"Finnmark", 1}}};

struct Special {
  std::string_view type;
  std::size_t count;
};

constexpr std::array<Special, 11> kSpecials = {{{"NAV Fylke", 19},
                                                {"Hjelpemiddelsentral", 18},
                                                {"Arbeidslivssenter", 19},
                                                {"Arbeidsrådgivning", 18},
                                                {"Kontaktsenter", 8},
                                                {"Forvaltning", 12},
                                                {"Økonomi", 3},
                                                {"Kompetansesenter", 1},
                                                {"Utland", 1},
                                                {"Innkreving", 1},
                                                {"Direktorat", 10}}};

struct StatusShare {
  std::string_view status;
  std::size_t small;
  std::size_t full;
};

constexpr std::array<StatusShare, 6> kStatuses = {{{"ikke startet", 1, 45},
                                                   {"kladd", 2, 119},
                                                   {"medvirkning", 1, 68},
                                                   {"sendt", 3, 215},
                                                   {"returnert", 1, 28},
                                                   {"godkjent", 2, 90}}};

constexpr std::array<std::string_view, 16> kFirstNames = {
    "Anne", "Bjørn", "Siri",  "Ole",  "Marit",   "Per", "Ingrid", "Lars",
    "Åse",  "Geir",  "Turid", "Knut", "Solveig", "Jan", "Berit",  "Harald"};
constexpr std::array<std::string_view, 12> kLastNames = {"Fjell",  "Vik",    "Lunde",  "Bakken",
                                                         "Myhre",  "Strand", "Haug",   "Nygård",
                                                         "Øverby", "Sætre",  "Åsheim", "Dalen"};
constexpr std::array<std::string_view, 8> kPlaceWords = {"Nord",  "Sør",  "Øvre",  "Nedre",
                                                         "Indre", "Ytre", "Gamle", "Nye"};
constexpr std::array<std::string_view, 3> kThemeKeys = {"ett-nav", "horisontal", "mindre-styring"};
constexpr std::array<std::string_view, 3> kDriverKeys = {"flere-i-arbeid", "brukerorientering", "kompetanse"};

/// Invented words, bokmål and nynorsk.
struct Words {
  std::array<std::string_view, 5> strengths;
  std::array<std::string_view, 5> weaknesses;
  std::array<std::string_view, 5> measures;
  std::array<std::string_view, 3> situations;
};

constexpr Words kBokmal = {
    {"Vi er tett på brukerne", "Godt samarbeid med kommunen", "Høy faglig trygghet i laget",
     "Korte linjer til arbeidsgiverne", "Vi deler det som virker"},
    {"For mange møter uten dagsorden", "Vi kjenner for lite til hva nabokontoret gjør",
     "Brukerne må fortelle det samme flere ganger", "Opplæringen blir tilfeldig",
     "Vi bruker handlingsrommet for lite"},
    {"Felles mottak med kommunen", "Hospitering hos et annet kontor", "Fast time for å dele erfaringer",
     "Ringe brukeren før møtet", "Færre rapporter, flere samtaler"},
    {"Kontoret er nylig slått sammen, og vi finner formen.", "Vi har stabil bemanning og god oversikt.",
     "Pågangen er stor, og vi prioriterer hver dag."}};
constexpr Words kNynorsk = {
    {"Vi er tett på brukarane", "Godt samarbeid med kommunen", "Høg fagleg tryggleik i laget",
     "Korte liner til arbeidsgjevarane", "Vi deler det som verkar"},
    {"For mange møte utan saksliste", "Vi kjenner for lite til kva nabokontoret gjer",
     "Brukarane må fortelje det same fleire gonger", "Opplæringa blir tilfeldig",
     "Vi bruker handlingsrommet for lite"},
    {"Felles mottak med kommunen", "Hospitering hos eit anna kontor", "Fast time for å dele røynsler",
     "Ringje brukaren før møtet", "Færre rapportar, fleire samtalar"},
    {"Kontoret er nyleg slått saman, og vi finn forma.", "Vi har stabil bemanning og god oversikt.",
     "Pågangen er stor, og vi prioriterer kvar dag."}};

std::string text(std::string_view words) { return std::string(words); }

NewItem item_of(Dice& dice, std::string_view type, std::string_view words) {
  NewItem out;
  out.type = type;
  out.text = words;
  // One in ten has no theme: people forget.
  if (dice.roll(10) > 0) out.theme = dice.pick(kThemeKeys);
  if (dice.roll(2) == 0) out.driver = dice.pick(kDriverKeys);
  return out;
}

void fill(Dice& dice, DemoUnit& unit) {
  const Words& words = unit.language == "nn" ? kNynorsk : kBokmal;
  unit.answers = {{"situation", text(dice.pick(words.situations))}};
  const bool is_submitted = unit.status == "sendt" || unit.status == "returnert" || unit.status == "godkjent";
  if (is_submitted) unit.answers.emplace_back("summary", text(dice.pick(words.strengths)) + ".");
  // About 4.2 strengths, 3.6 weaknesses and 2.8 measures once it is sent; a beginning before that.
  const std::size_t strengths =
      is_submitted ? 3 + dice.roll(3) + (dice.roll(5) == 0 ? 1 : 0) : 1 + dice.roll(2);
  const std::size_t weaknesses =
      is_submitted ? 3 + dice.roll(2) + (dice.roll(10) == 0 ? 1 : 0) : dice.roll(2);
  const std::size_t measures = is_submitted ? 2 + dice.roll(2) + (dice.roll(3) == 0 ? 1 : 0) : 0;
  for (std::size_t i = 0; i < strengths; ++i)
    unit.items.push_back(item_of(dice, "styrke", words.strengths[i % words.strengths.size()]));
  for (std::size_t i = 0; i < weaknesses; ++i)
    unit.items.push_back(item_of(dice, "svakhet", words.weaknesses[i % words.weaknesses.size()]));
  for (std::size_t i = 0; i < measures; ++i)
    unit.items.push_back(item_of(dice, "tiltak", words.measures[i % words.measures.size()]));
  if (unit.status == "medvirkning" || is_submitted) unit.participants = {"Alle ansatte", "TV", "VO"};
}

void add_measures(Dice& dice, DemoUnit& unit) {
  if (unit.status != "sendt" && unit.status != "godkjent") return;
  const Words& words = unit.language == "nn" ? kNynorsk : kBokmal;
  const std::size_t count = 2 + dice.roll(3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t hundredth = dice.roll(100);
    const std::string_view status = hundredth < 52   ? "planlagt"
                                    : hundredth < 83 ? "pågår"
                                    : hundredth < 94 ? "fullført"
                                                     : "avbrutt";
    // One in six or so has a day that was past on 1 September 2016.
    const char* deadline = dice.roll(6) == 0 ? "2016-06-15" : "2016-12-15";
    unit.measures.push_back({text(words.measures[i]), text(dice.pick(kThemeKeys)), deadline, text(status)});
  }
}

void add_person(Dice& dice, DemoUnit& unit) {
  const std::string_view first = dice.pick(kFirstNames);
  unit.leader_name = text(first) + " " + text(dice.pick(kLastNames));
  unit.leader = "leder" + unit.number;
  unit.language = dice.roll(100) < 13 ? "nn" : "nb";
  unit.headcount = unit.fylke == "Finnmark" ? 4 : 8 + static_cast<int>(dice.roll(60));
  const std::size_t notes = dice.roll(4) == 0 ? 0 : 1 + dice.roll(4);
  for (std::size_t i = 0; i < notes; ++i) {
    const bool is_nynorsk = unit.language == "nn";
    unit.notes.push_back({is_nynorsk ? "Frå samlinga" : "Fra samlingen",
                          text(dice.pick((is_nynorsk ? kNynorsk : kBokmal).strengths)) + ".", "samling"});
  }
  unit.has_passed_on = dice.roll(100) < 71;
  unit.reached = unit.headcount - static_cast<int>(dice.roll(4));
}

std::string number_of(std::size_t serial) { return std::to_string(1001 + serial); }

template <typename Places>
void add_offices(Dice& dice, const Places& places, std::vector<DemoUnit>& out) {
  for (const Place& place : places) {
    for (std::size_t i = 0; i < place.offices; ++i) {
      DemoUnit unit;
      unit.number = number_of(out.size());
      unit.name = "NAV " + text(kPlaceWords[i % kPlaceWords.size()]) + " " + text(place.fylke) + " " +
                  std::to_string(i + 1);
      unit.fylke = place.fylke;
      unit.type = "lokal";
      add_person(dice, unit);
      out.push_back(std::move(unit));
    }
  }
}

void add_specials(Dice& dice, std::vector<DemoUnit>& out) {
  for (const Special& special : kSpecials) {
    for (std::size_t i = 0; i < special.count; ++i) {
      DemoUnit unit;
      unit.number = number_of(out.size());
      unit.fylke = special.type == "Direktorat" ? "Oslo" : kPlaces[i % kPlaces.size()].fylke;
      unit.name = text(special.type) + " " + unit.fylke +
                  (special.type == "Direktorat" ? " " + std::to_string(i + 1) : "");
      unit.type = special.type;
      add_person(dice, unit);
      out.push_back(std::move(unit));
    }
  }
}

/// Exactly so many of each, dealt like cards.
void deal_statuses(Dice& dice, DemoSize size, std::vector<DemoUnit>& units) {
  std::vector<std::string_view> deck;
  for (const StatusShare& each : kStatuses)
    deck.insert(deck.end(), size == DemoSize::kSmall ? each.small : each.full, each.status);
  for (std::size_t i = deck.size(); i > 1; --i) std::swap(deck[i - 1], deck[dice.roll(i)]);
  for (std::size_t i = 0; i < units.size(); ++i) units[i].status = i < deck.size() ? deck[i] : "kladd";
}

}  // namespace

std::vector<DemoUnit> plan_demo(DemoSize size) {
  Dice dice(kSeed);
  std::vector<DemoUnit> out;
  if (size == DemoSize::kSmall) {
    add_offices(dice, kFewPlaces, out);
  } else {
    add_offices(dice, kPlaces, out);
    add_specials(dice, out);
  }
  deal_statuses(dice, size, out);
  for (DemoUnit& unit : out) {
    if (unit.status != "ikke startet") fill(dice, unit);
    add_measures(dice, unit);
  }
  return out;
}

}  // namespace samla::domain
