#include "tests/bench/workloads/records.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <string_view>

namespace samla::bench {
namespace {

constexpr std::string_view kWords =
    "og i jeg det at en et den til er som på de med han av ikke der så var meg seg men ett "
    "har om vi min mitt ha hadde hun nå over da ved fra du ut sin dem oss opp man kan hans "
    "hvor eller hva skal selv sjøl her alle vil bli ble blitt kunne inn når være kom noen "
    "noe ville dere deres kun ja etter ned skulle denne for deg si sine sitt mot å meget "
    "hvorfor dette disse uten hvordan ingen din ditt blir samme hvilken hvilke sånn inni "
    "mellom vår hver hvem vors hvis både bare enn fordi før mange også slik vært begge "
    "siden henne hennar hjørne kirke fellesskap bønn tro håp kjærlighet nåde fred glede "
    "salme tekst menighet samling kveld morgen søndag høst vår sommer vinter fjell fjord "
    "skog hav øy bygd gård hus dør lys mørke stemme ord spørsmål svar tanke minne bok "
    "side kapittel vers linje notat møte gruppe leder vert gjest kaffe brød vin vann ild "
    "vei sti reise hjem barn far mor bror søster venn nabo arbeid hvile tid dag natt uke "
    "måned år evighet øyeblikk begynnelse slutt stillhet sang musikk orgel klokke tårn "
    "alter krets";
constexpr std::string_view kThemes =
    "bønn nåde håp tro kjærlighet fellesskap skaperverk tjeneste forsoning lovsang "
    "håndverk stillhet";
constexpr std::string_view kTags =
    "viktig spørsmål sitat oppfølging barn ungdom musikk høytid bibel samtale plan takk "
    "sorg glede historie oppgave";
constexpr std::string_view kKinds = "note quote task question";

constexpr std::int64_t kFirstCreatedMs = 1760000000000;
constexpr std::size_t kBodyBytesMin = 396;

class Mulberry32 {
 public:
  explicit Mulberry32(std::uint32_t seed) : state_(seed) {}
  std::uint32_t next() {
    state_ += 0x6d2b79f5;
    std::uint32_t t = state_;
    t = (t ^ (t >> 15)) * (t | 1);
    t ^= t + (t ^ (t >> 7)) * (t | 61);
    return t ^ (t >> 14);
  }

 private:
  std::uint32_t state_;
};

std::vector<std::string> split(std::string_view words) {
  std::istringstream in{std::string(words)};
  std::vector<std::string> out;
  for (std::string word; in >> word;) out.push_back(word);
  return out;
}

const std::string& pick(Mulberry32& random, const std::vector<std::string>& from) {
  return from[random.next() % from.size()];
}

const std::vector<std::string>& words() {
  static const std::vector<std::string> all = split(kWords);
  return all;
}

std::string hex32(Mulberry32& random) {
  std::string out;
  for (int i = 0; i < 4; ++i) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", random.next());
    out += digits.data();
  }
  return out;
}

std::string text(Mulberry32& random, std::size_t bytes_min) {
  std::string out = pick(random, words());
  while (out.size() < bytes_min) out += " " + pick(random, words());
  return out;
}

std::vector<std::string> gatherings() {
  Mulberry32 random(7);
  std::vector<std::string> out(200);
  for (std::string& each : out) each = hex32(random);
  return out;
}

std::string joined(Mulberry32& random, const std::vector<std::string>& from, std::size_t count,
                   char between) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += (i == 0 ? "" : std::string(1, between)) + pick(random, from);
  return out;
}

/// No string of these needs escaping in JSON.
std::string json_line(const BenchRecord& r) {
  return R"({"id":")" + r.id + R"(","title":")" + r.title + R"(","body":")" + r.body + R"(","tags":")" +
         r.tags + R"(","theme":")" + r.theme + R"(","gathering":")" + r.gathering + R"(","created":)" +
         std::to_string(r.created) + R"(,"updated":)" + std::to_string(r.updated) + R"(,"kind":")" + r.kind +
         "\"}\n";
}

}  // namespace

std::vector<BenchRecord> make_records(std::size_t count, std::uint32_t seed) {
  static const auto themes = split(kThemes);
  static const auto tags = split(kTags);
  static const auto kinds = split(kKinds);
  static const auto meetings = gatherings();
  Mulberry32 random(seed);
  std::vector<BenchRecord> out(count);
  std::int64_t created = kFirstCreatedMs;
  for (BenchRecord& r : out) {
    r.id = hex32(random);
    const std::size_t title_words = 3 + random.next() % 4;
    r.title = joined(random, words(), title_words, ' ');
    r.body = text(random, kBodyBytesMin);
    const std::size_t tag_count = 1 + random.next() % 3;
    r.tags = joined(random, tags, tag_count, ',');
    r.theme = pick(random, themes);
    r.gathering = pick(random, meetings);
    r.kind = pick(random, kinds);
    r.created = created;
    r.updated = created + random.next() % 1000;
    created += 1000;
  }
  return out;
}

std::vector<BenchRecord> notes(std::size_t count) { return make_records(count, 42); }
std::vector<BenchRecord> herd_records(std::uint32_t device) { return make_records(20, 100000 + device); }

std::string storm_body(std::uint32_t device, std::uint32_t record) {
  Mulberry32 random((device + 1) * 1000003 + record);
  return text(random, kBodyBytesMin);
}

std::string digest(std::vector<BenchRecord> records) {
  std::ranges::sort(records, {}, &BenchRecord::id);
  std::string all;
  for (const BenchRecord& record : records) all += json_line(record);
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(all.data()), all.size());
  std::string out;
  for (const unsigned char byte : hash) {
    std::array<char, 3> digits{};
    std::snprintf(digits.data(), digits.size(), "%02x", byte);
    out += digits.data();
  }
  return out;
}

bool check_generator() {
  return digest(notes(10000)) == "d300687c9a9368bfbb12dae4b9d0c64eb155dc7a82594009da0ab358e916ddd4" &&
         digest(herd_records(0)) == "c05303f7415d745d741527dd847a1b45cea752afcbb8c295ab99ebac3a8dc4c2";
}

}  // namespace samla::bench
