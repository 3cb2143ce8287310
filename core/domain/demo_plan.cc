#include "core/domain/demo_plan.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "core/domain/demo_dice.h"

namespace samla::domain {
namespace {

constexpr std::uint64_t kSeed = 20160901;

struct Offices {
  std::string_view fylke;
  std::size_t offices;
};

constexpr std::array<Offices, 19> kPlaces = {{{"Østfold", 18},
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
constexpr std::array<Offices, 3> kFewPlaces = {{{"Troms", 5}, {"Hordaland", 4}, {"Finnmark", 1}}};

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

/// `count` in all, as even as can be over the units that have sent their assessment.
void add_measures(Dice& dice, std::size_t count, std::vector<DemoUnit>& units) {
  std::vector<DemoUnit*> owners;
  for (DemoUnit& unit : units) {
    if (unit.status == "sendt" || unit.status == "godkjent") owners.push_back(&unit);
  }
  const std::size_t done = count * 11 / 100;
  const std::size_t stopped = (count * 6 + 50) / 100;
  const std::size_t running = count * 31 / 100;
  const auto statuses = deck_of<std::string_view>(
      dice, {{"pågår", running}, {"fullført", done}, {"avbrutt", stopped}, {"planlagt", 0}}, count);
  // Overdue is what has not ended: 14% of all.
  std::size_t overdue = (count * 14 + 50) / 100;
  for (std::size_t i = 0; i < count; ++i) {
    DemoUnit& unit = *owners[i % owners.size()];
    const Words& words = unit.language == "nn" ? kNynorsk : kBokmal;
    const bool is_open = statuses[i] == "planlagt" || statuses[i] == "pågår";
    const bool is_late = is_open && overdue > 0;
    if (is_late) --overdue;
    unit.measures.push_back({text(words.measures[unit.measures.size() % words.measures.size()]),
                             text(dice.pick(kThemeKeys)), is_late ? "2016-06-15" : "2016-12-15",
                             text(statuses[i])});
  }
}

void add_leaders(Dice& dice, DemoUnit& unit, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    DemoLeader leader;
    const std::string_view first = dice.pick(kFirstNames);
    leader.name = text(first) + " " + text(dice.pick(kLastNames));
    leader.handle = "leder" + unit.number + (i == 0 ? "" : std::string(1, static_cast<char>('a' + i)));
    unit.leaders.push_back(std::move(leader));
  }
  unit.language = dice.roll(100) < 13 ? "nn" : "nb";
  unit.headcount = unit.fylke == "Finnmark" ? 4 : 8 + static_cast<int>(dice.roll(60));
}

/// 25% none, 60% one to four, 15% five to twenty: 4,600 for 1,600.
std::vector<std::size_t> note_counts(Dice& dice, std::size_t leaders) {
  const std::size_t part = leaders * 15 / 100;
  return deck_of<std::size_t>(dice,
                              {{1, part},
                               {2, part},
                               {3, part},
                               {4, part},
                               {5, part / 2},
                               {10, part / 3},
                               {20, part - part / 2 - part / 3},
                               {0, 0}},
                              leaders);
}

void add_notes(Dice& dice, std::vector<DemoUnit>& units, const std::vector<DemoLeader*>& leaders) {
  const auto counts = note_counts(dice, leaders.size());
  const std::size_t all = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  const auto readers = deck_of<NoteReaders>(dice,
                                            {{NoteReaders::kGroup, all * 20 / 100},
                                             {NoteReaders::kGathering, all * 25 / 100},
                                             {NoteReaders::kNobody, 0}},
                                            all);
  std::size_t next = 0;
  std::size_t note = 0;
  for (DemoUnit& unit : units) {
    const bool is_nynorsk = unit.language == "nn";
    for (DemoLeader& leader : unit.leaders) {
      for (std::size_t i = counts[next]; i > 0; --i) {
        leader.notes.push_back({is_nynorsk ? "Frå samlinga" : "Fra samlingen",
                                text(dice.pick((is_nynorsk ? kNynorsk : kBokmal).strengths)) + ".", "samling",
                                readers[note++]});
      }
      ++next;
    }
  }
}

void add_passing(Dice& dice, const std::vector<DemoUnit>& units, const std::vector<DemoLeader*>& leaders) {
  const std::size_t count = leaders.size();
  const auto deck = deck_of<Passing>(
      dice,
      {{Passing::kPlanned, count * 18 / 100}, {Passing::kOverdue, count * 11 / 100}, {Passing::kDone, 0}},
      count);
  std::size_t next = 0;
  for (const DemoUnit& unit : units) {
    for (std::size_t i = 0; i < unit.leaders.size(); ++i, ++next) {
      leaders[next]->passing = deck[next];
      leaders[next]->reached =
          deck[next] == Passing::kDone ? std::max(1, unit.headcount - static_cast<int>(dice.roll(4))) : 0;
    }
  }
}

/// Which version of the form each began with, and where two leaders collide: 38 in the full one.
void plant(Dice& dice, DemoSize size, std::vector<DemoUnit>& units) {
  const bool is_small = size == DemoSize::kSmall;
  std::vector<std::pair<DemoConflict, std::size_t>> conflicts = {
      {DemoConflict::kSameField, is_small ? 1 : 20}};
  if (!is_small) {
    conflicts.insert(conflicts.end(), {{DemoConflict::kSameText, 12},
                                       {DemoConflict::kDeleteAgainstEdit, 4},
                                       {DemoConflict::kFormVersions, 2}});
  }
  std::vector<DemoUnit*> begun;
  for (DemoUnit& unit : units) {
    if (unit.status != "ikke startet") begun.push_back(&unit);
  }
  const std::size_t second = is_small ? 3 : 198;  // 38% of those that have begun
  const auto versions = deck_of<int>(dice, {{2, second}, {1, 0}}, begun.size());
  for (std::size_t i = 0; i < begun.size(); ++i) begun[i]->form_version = versions[i];
  auto kind = conflicts.begin();
  for (DemoUnit* unit : begun) {
    const bool is_draft = unit->status == "kladd" || unit->status == "medvirkning";
    if (kind == conflicts.end() || !is_draft || unit->leaders.size() < 2) continue;
    if (kind->first == DemoConflict::kFormVersions && unit->form_version != 1) continue;
    unit->conflict = kind->first;
    if (--kind->second == 0) ++kind;
  }
  units[1].leaders[0].has_wrong_clock = true;
  units[2].leaders[0].is_cut_off = true;
  units[3].leaders[0].loses_the_phone = true;
}

std::string number_of(std::size_t serial) { return std::to_string(1001 + serial); }

template <typename Places>
void add_offices(Dice& dice, const Places& places, bool is_full, std::vector<DemoUnit>& out) {
  for (const Offices& place : places) {
    for (std::size_t i = 0; i < place.offices; ++i) {
      DemoUnit unit;
      unit.number = number_of(out.size());
      unit.name = "NAV " + text(kPlaceWords[i % kPlaceWords.size()]) + " " + text(place.fylke) + " " +
                  std::to_string(i + 1);
      unit.fylke = place.fylke;
      unit.type = "lokal";
      // 1,050 in 455 offices; in the small one, one each.
      add_leaders(dice, unit, is_full ? 2 + (out.size() < 140 ? 1 : 0) : 1);
      out.push_back(std::move(unit));
    }
  }
}

void add_specials(Dice& dice, std::vector<DemoUnit>& out) {
  std::size_t fifths = 40;
  for (const Special& special : kSpecials) {
    for (std::size_t i = 0; i < special.count; ++i) {
      DemoUnit unit;
      unit.number = number_of(out.size());
      unit.fylke = special.type == "Direktorat" ? "Oslo" : kPlaces[i % kPlaces.size()].fylke;
      unit.name = text(special.type) + " " + unit.fylke +
                  (special.type == "Direktorat" ? " " + std::to_string(i + 1) : "");
      unit.type = special.type;
      // 440 in 100 special units, 110 in the ten of the directorate.
      const bool is_directorate = special.type == "Direktorat";
      add_leaders(dice, unit, is_directorate ? 11 : 4 + (fifths > 0 ? 1 : 0));
      if (!is_directorate && fifths > 0) --fifths;
      out.push_back(std::move(unit));
    }
  }
}

/// Exactly so many of each, dealt like cards.
void deal_statuses(Dice& dice, DemoSize size, std::vector<DemoUnit>& units) {
  std::vector<std::string_view> deck;
  for (const StatusShare& each : kStatuses)
    deck.insert(deck.end(), size == DemoSize::kSmall ? each.small : each.full, each.status);
  dice.shuffle(deck);
  for (std::size_t i = 0; i < units.size(); ++i) units[i].status = i < deck.size() ? deck[i] : "kladd";
}

}  // namespace

DemoPlan plan_demo(DemoSize size) {
  Dice dice(kSeed);
  std::vector<DemoUnit> out;
  if (size == DemoSize::kSmall) {
    add_offices(dice, kFewPlaces, false, out);
  } else {
    add_offices(dice, kPlaces, true, out);
    add_specials(dice, out);
  }
  deal_statuses(dice, size, out);
  if (size == DemoSize::kSmall) {
    const auto draft = std::ranges::find(out, "kladd", &DemoUnit::status);
    add_leaders(dice, *draft, 1);
    draft->leaders.back().handle += "b";
  }
  for (DemoUnit& unit : out) {
    if (unit.status != "ikke startet") fill(dice, unit);
  }
  add_measures(dice, size == DemoSize::kSmall ? 14 : 930, out);
  std::vector<DemoLeader*> leaders;
  for (DemoUnit& unit : out) {
    for (DemoLeader& leader : unit.leaders) leaders.push_back(&leader);
  }
  add_notes(dice, out, leaders);
  add_passing(dice, out, leaders);
  plan_gatherings(dice, size, leaders);
  plant(dice, size, out);
  return {size, std::move(out), plan_forum(dice, size)};
}

}  // namespace samla::domain
