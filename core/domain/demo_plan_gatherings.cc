// The part of the demo's plan that is about gatherings.
#include <algorithm>
#include <array>

#include "core/domain/demo_dice.h"
#include "core/domain/ranking.h"

namespace samla::domain {
namespace {

constexpr std::size_t kTableSeats = 8;

constexpr DemoFigures kFull = {1200, 90, 310, 42, 12, 5, 15};
constexpr DemoFigures kSmall = {12, 2, 4, 3, 2, 1, 3};

struct Phrases {
  std::string_view theme;
  std::size_t hundredth;
  std::array<std::string_view, 8> who;
  std::array<std::string_view, 8> does;
};

constexpr std::array<Phrases, 3> kPhrases = {
    {{"ett-nav",
      46,
      {"Veilederne", "Mottaket", "Kontaktsenteret", "Fylket", "Kommunen og vi", "Markedsteamet",
       "Ytelseslinja", "Alle ledere"},
      {"møter brukeren sammen med kommunen", "følger én sak helt fram", "har én avtale for arbeidsgiverne",
       "svarer samme dag", "bruker klart språk i brevene", "spør brukeren først", "har felles mål for året",
       "tar imot uten timebestilling"}},
     {"horisontal",
      29,
      {"Nabokontorene", "Fagkoordinatorene", "Lederne i fylket", "Nye ansatte", "Tillitsvalgte",
       "Superbrukerne", "Teamlederne", "Hjelpemiddelsentralen"},
      {"hospiterer to dager i året", "deler det som virker i et åpent rom", "har en fast time for erfaringer",
       "skriver korte fortellinger om det de prøver", "besøker hverandre før de spør sentralt",
       "øver sammen på vanskelige samtaler", "har en felles oversikt over hvem som kan hva",
       "ser på tall sammen hver måned"}},
     {"mindre-styring",
      25,
      {"Direktoratet", "Fylkesdirektøren", "Kontorlederne", "Styringsenheten", "HR", "Økonomi",
       "Avdelingsdirektørene", "Linja"},
      {"stryker tre rapporter av fire", "spør om resultater, ikke aktiviteter", "lar kontoret velge metode",
       "gir rom for å prøve og feile", "møter opp i stedet for å sende brev", "samler kravene én gang i året",
       "lar lederne prioritere", "måler færre ting lenger"}}}};

constexpr std::array<std::string_view, 20> kWhen = {"fra høsten",        "i hele fylket",
                                                    "i ett år",          "som et forsøk",
                                                    "før sommeren",      "hver måned",
                                                    "i små lag",         "med evaluering",
                                                    "uten nye skjema",   "sammen med tillitsvalgte",
                                                    "i pilotkontor",     "på tvers av linjene",
                                                    "når det trengs",    "som fast ordning",
                                                    "etter samlingen",   "med egne midler",
                                                    "i tre kontor",      "for unge brukere",
                                                    "for arbeidsgivere", "i distriktene"};

std::string words_of(const Phrases& phrases, std::size_t number) {
  return std::string(phrases.who[number % 8]) + " " + std::string(phrases.does[number / 8 % 8]) + " " +
         std::string(kWhen[number / 64 % 20]);
}

/// Each theme's inputs are put into its clusters one after another; a repetition goes where the original is.
std::vector<DemoInput> inputs_of(const DemoFigures& figures) {
  std::vector<DemoInput> out;
  std::size_t first_cluster = 0;
  std::size_t left = figures.inputs;
  std::size_t repeats_left = figures.repeats;
  for (const Phrases& each : kPhrases) {
    const bool is_last = each.theme == kPhrases.back().theme;
    const std::size_t count = is_last ? left : figures.inputs * each.hundredth / 100;
    const std::size_t clusters =
        is_last ? figures.clusters - first_cluster : figures.clusters * each.hundredth / 100;
    const std::size_t repeats = is_last ? repeats_left : figures.repeats * count / figures.inputs;
    repeats_left -= repeats;
    left -= count;
    const std::size_t own = count - repeats;
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < own; ++i)
      out.push_back(
          {words_of(each, i * 7 % 1280) + ".", std::string(each.theme), first_cluster + i % clusters});
    for (std::size_t i = 0; i < repeats; ++i) {
      DemoInput again = out[begin + i % own];
      again.text.back() = '!';
      out.push_back(std::move(again));
    }
    first_cluster += clusters;
  }
  return out;
}

}  // namespace

const std::vector<DemoGathering>& demo_gatherings(DemoSize size) {
  static const std::vector<DemoGathering> full = {
      {"Tromsø", "2016-01-20", "2016-01-21", 124},    {"Bodø", "2016-01-27", "2016-01-28", 110},
      {"Trondheim", "2016-02-03", "2016-02-04", 230}, {"Bergen", "2016-02-10", "2016-02-11", 193},
      {"Stavanger", "2016-02-17", "2016-02-18", 190}, {"Gardermoen", "2016-03-02", "2016-03-03", 295},
      {"Oslo", "2016-03-16", "2016-03-17", 458}};
  static const std::vector<DemoGathering> small = {{"Tromsø", "2016-01-20", "2016-01-21", 11}};
  return size == DemoSize::kSmall ? small : full;
}

const DemoFigures& demo_figures(DemoSize size) { return size == DemoSize::kSmall ? kSmall : kFull; }

std::vector<DemoVoter> plan_forum(Dice& dice, DemoSize size) {
  constexpr std::array<std::string_view, 15> kNames = {
      "Ragnhild Moe", "Tor Eikeland", "Åshild Bø",   "Sverre Lien",  "Kari Ødegård",
      "Nils Aas",     "Gunn Ryen",    "Arild Hovde", "Ellen Sæther", "Øystein Krogh",
      "Hilde Brekke", "Per Åge Holm", "Unni Tveit",  "Magne Fossum", "Liv Rønning"};
  const DemoFigures& figures = demo_figures(size);
  std::vector<DemoVoter> out;
  for (std::size_t i = 0; i < figures.voters; ++i) {
    DemoVoter voter;
    voter.handle = "topp" + std::to_string(i + 1);
    voter.name = kNames[i % kNames.size()];
    voter.dots.resize(figures.candidates);
    // The first candidates, which most people asked for, get most of the dots.
    for (std::int64_t dot = 0; dot < kDotsDefault; ++dot)
      ++voter.dots[std::min(dice.roll(figures.candidates), dice.roll(figures.candidates))];
    for (std::size_t each = 0; each < figures.shortlisted; ++each) voter.order.push_back(each);
    dice.shuffle(voter.order);
    out.push_back(std::move(voter));
  }
  return out;
}

void plan_gatherings(Dice& dice, DemoSize size, const std::vector<DemoLeader*>& leaders) {
  std::vector<DemoLeader*> order = leaders;
  dice.shuffle(order);
  std::size_t next = 0;
  const auto& gatherings = demo_gatherings(size);
  for (std::size_t i = 0; i < gatherings.size(); ++i) {
    for (std::size_t seat = 0; seat < gatherings[i].leaders && next < order.size(); ++seat, ++next) {
      order[next]->gathering = i;
      order[next]->table = static_cast<int>(seat / kTableSeats) + 1;
    }
  }
  // 98% came.
  for (std::size_t i = 0; i < order.size() * 2 / 100; ++i) order[i * 50 % order.size()]->has_attended = false;
  dice.shuffle(order);
  const auto inputs = inputs_of(demo_figures(size));
  for (std::size_t i = 0; i < inputs.size(); ++i) order[i % order.size()]->inputs.push_back(inputs[i]);
}

}  // namespace samla::domain
