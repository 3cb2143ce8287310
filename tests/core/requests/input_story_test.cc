// Inputs from the tables of a gathering to clusters in the forum, over real replicas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class InputStory : public ::testing::Test {
 protected:
  void SetUp() override {
    people.hr->must("gathering.create", {{"name", "Bodø"}, {"from", "2016-01-27"}});
    people.hr->sync();
    for (const auto& [user, role] :
         {std::pair("frida", "prosessveileder"), std::pair("kari", "deltaker"), std::pair("tove", "VO")})
      people.hr->must("gathering.join", {{"id", "Bodø"}, {"user", user}, {"role", role}});
  }
  void publish() {
    if (is_published) return;
    people.hr->must("gathering.status", {{"id", "Bodø"}, {"status", "publisert"}});
    is_published = true;
  }
  void gather() {
    publish();
    frida = people.join(people.invite("frida", "facilitator"), "Fridas maskin");
    kari = people.leader("kari", "1902", "Karis telefon");
  }
  Json add(Person& person, Json parameters) {
    parameters["gathering"] = "Bodø";
    return person.must("input.add", std::move(parameters))["input"];
  }
  /// HR's own, moderated: ids.
  std::vector<std::string> moderated(const std::vector<std::string>& texts) {
    publish();
    std::vector<std::string> out;
    for (const std::string& text : texts) {
      out.push_back(add(*people.hr, {{"text", text}, {"theme", "ett-nav"}})["id"]);
      people.hr->must("input.moderate", {{"id", out.back()}});
    }
    return out;
  }
  std::string status_of(const std::string& input) {
    return people.hr->must("input.show", {{"id", input}})["input"]["status"];
  }
  std::set<std::string> standing() {
    std::set<std::string> out;
    const Json list = people.hr->must("cluster.list")["clusters"];
    for (const Json& each : list) out.insert(each["id"].get<std::string>());
    return out;
  }

  People people;
  bool is_published = false;
  std::unique_ptr<Person> frida;
  std::unique_ptr<Person> kari;
};

TEST_F(InputStory, IsGivenByPersonsAndTablesWithinItsLimitsAndModeratedWithAReason) {
  EXPECT_EQ(people.hr->code("input.add", {{"gathering", "Bodø"}, {"text", "For tidlig"}}), "wrong_state");
  gather();
  std::string longest;
  for (int i = 0; i < 500; ++i) longest += "å";
  const Json mine = add(*kari, {{"text", longest}, {"theme", "ett-nav"}});
  EXPECT_EQ(mine["author"], "kari");
  EXPECT_EQ(mine["table"], 0);
  EXPECT_EQ(mine["status"], "registrert");
  const Json refused = kari->ask("input.add", {{"gathering", "Bodø"}, {"text", longest + "x"}});
  EXPECT_EQ(refused["error"]["code"], "invalid_argument");
  EXPECT_NE(refused["error"]["hint"].get<std::string>().find("501"), std::string::npos);
  EXPECT_EQ(kari->code("input.add", {{"gathering", "Bodø"}, {"text", " \n"}}), "invalid_argument");
  EXPECT_EQ(kari->code("input.add", {{"gathering", "Bodø"}, {"text", "x"}, {"theme", "nei"}}),
            "invalid_argument");
  EXPECT_EQ(kari->code("input.add", {{"gathering", "Tromsø"}, {"text", "x"}}), "not_found");
  const std::string note = kari->must("note.add", {{"title", "Dag 1"}})["note"]["id"];
  const Json secret =
      add(*kari, {{"text", "Ring meg på 99 88 77 66"}, {"anonymous", true}, {"source", note}});
  EXPECT_EQ(secret["author"], nullptr);
  EXPECT_EQ(secret["source"], note);
  const Json warned = kari->must("input.add", {{"gathering", "Bodø"}, {"text", "Ring 99887766"}});
  EXPECT_EQ(warned["warnings"][0]["code"], "phone_number");
  const Json of_table = add(*frida, {{"text", "Felles mottak med kommunen"}, {"table", 4}});
  EXPECT_EQ(of_table["table"], 4);
  kari->sync();
  frida->sync();

  EXPECT_EQ(kari->code("input.moderate", {{"id", mine["id"]}}), "not_permitted");
  EXPECT_EQ(frida->code("input.moderate", {{"id", secret["id"]}, {"status", "avvist"}}), "invalid_argument");
  frida->must("input.moderate", {{"id", secret["id"]}, {"status", "avvist"}, {"reason", "Privat"}});
  frida->must("input.moderate", {{"id", mine["id"]}, {"theme", "horisontal"}});
  frida->sync();
  kari->sync();
  const Json seen = kari->must("input.show", {{"id", secret["id"]}})["input"];
  EXPECT_EQ(seen["status"], "avvist");
  EXPECT_EQ(seen["reason"], "Privat");
  EXPECT_EQ(seen["author"], nullptr);
  EXPECT_EQ(kari->must("input.list", {{"theme", "horisontal"}})["inputs"].size(), 1u);
  EXPECT_EQ(kari->must("input.list", {{"table", 4}})["inputs"].size(), 1u);
  EXPECT_EQ(kari->must("input.list", {{"status", "registrert"}})["inputs"].size(), 2u);
  // Rejected too hastily: it can be let through after all.
  frida->must("input.moderate", {{"id", secret["id"]}});

  people.hr->sync();
  const Json report = people.hr->must("report.inputs");
  EXPECT_EQ(report["inputs"], 4);
  ASSERT_EQ(report["rows"].size(), 2u) << report.dump();
  EXPECT_EQ(report["rows"][0]["theme"], "horisontal");
  EXPECT_EQ(report["rows"][0]["moderert"], 1);
  EXPECT_EQ(report["rows"][1]["theme"], nullptr);
  EXPECT_EQ(report["rows"][1]["avvist"], 1);
  EXPECT_EQ(report["rows"][1]["registrert"], 2);

  EXPECT_EQ(people.hr->must("gathering.report", {{"id", "Bodø"}})["inputs"],
            (Json::array({{{"theme", "horisontal"}, {"inputs", 1}}, {{"theme", nullptr}, {"inputs", 3}}})));

  // Who reads gives none; after the end the facilitator alone does.
  auto tove = people.join(people.invite("tove", "observer"), "Toves telefon");
  EXPECT_EQ(tove->code("input.add", {{"gathering", "Bodø"}, {"text", "x"}}), "not_permitted");
  EXPECT_EQ(tove->must("input.list")["inputs"].size(), 4u);
  frida->must("gathering.status", {{"id", "Bodø"}, {"status", "avsluttet"}});
  frida->sync();
  kari->sync();
  EXPECT_EQ(kari->code("input.add", {{"gathering", "Bodø"}, {"text", "For sent"}}), "wrong_state");
  add(*frida, {{"text", "Fra flippoveren"}, {"table", 2}});
}

TEST_F(InputStory, SaysWhichOnesSayNearlyTheSame) {
  moderated({"Felles mottak med kommunen gir brukerne én dør", "Færre rapporter til direktoratet",
             "Felles mottak med kommunene gir brukaren ei dør", "Hospitering i andre kontorer"});
  const Json found =
      people.hr->must("input.suggest", {{"gathering", "Bodø"}, {"percent", 50}})["suggestions"];
  ASSERT_EQ(found.size(), 1u) << found.dump();
  EXPECT_EQ(found[0]["inputs"].size(), 2u);
  EXPECT_GE(found[0]["percent"], 50);
  EXPECT_EQ(people.hr->code("input.suggest", {{"percent", 0}}), "invalid_argument");
}

TEST_F(InputStory, BecomesPartOfAClusterThatTheForumReadsAndThatFallsApartAgain) {
  const auto in = moderated({"Felles mottak", "Ett mottak for alle", "Færre rapporter", "Kutt i rapporter"});
  const std::string raw = add(*people.hr, {{"text", "Ikke sett på"}})["id"];
  EXPECT_EQ(people.hr->code("input.cluster", {{"inputs", {raw}}}), "wrong_state");
  EXPECT_EQ(people.hr->code("input.cluster", {{"inputs", Json::array()}}), "invalid_argument");
  const auto cluster = [&](const Json& parameters) {
    return people.hr->must("input.cluster", parameters)["cluster"];
  };
  const Json a = cluster({{"inputs", {in[0], in[1]}}, {"text", "Ett felles mottak"}});
  EXPECT_EQ(a["status"], "foreslått");
  EXPECT_EQ(a["theme"], "ett-nav");
  EXPECT_EQ(status_of(in[0]), "klynget");
  EXPECT_EQ(people.hr->code("input.cluster", {{"inputs", {in[0]}}}), "wrong_state");
  EXPECT_EQ(people.hr->code("input.moderate", {{"id", in[0]}, {"status", "avvist"}, {"reason", "x"}}),
            "wrong_state");
  const Json b = cluster({{"inputs", {in[2]}}});
  EXPECT_EQ(b["text"], "Færre rapporter");
  people.hr->must("cluster.approve", {{"id", b["id"]}});
  EXPECT_EQ(cluster({{"inputs", {in[3]}}, {"into", b["id"]}})["status"], "foreslått");

  const Json both =
      people.hr->must("input.merge", {{"clusters", {a["id"], b["id"]}}, {"text", "Alt"}})["cluster"];
  EXPECT_EQ(both["size"], 4);
  EXPECT_EQ(both["merged_from"].size(), 2u);
  EXPECT_EQ(standing(), (std::set<std::string>{both["id"]}));
  EXPECT_EQ(people.hr->must("cluster.show", {{"id", a["id"]}})["cluster"]["merged_into"], both["id"]);
  EXPECT_EQ(people.hr->code("input.split", {{"cluster", a["id"]}}), "wrong_state");
  EXPECT_EQ(people.hr->code("input.merge", {{"clusters", {both["id"], both["id"]}}}), "invalid_argument");

  // The forum reads what was said, and holds no key of the gathering.
  people.hr->sync();
  auto finn = people.join(people.invite("finn", "forum"), "Finns nettbrett");
  const Json read = finn->must("cluster.show", {{"id", both["id"]}})["cluster"];
  EXPECT_EQ(read["inputs"].size(), 4u);
  for (const Json& each : read["inputs"]) {
    EXPECT_EQ(each["gathering"], "Bodø");
    EXPECT_NE(each["text"], "");
  }
  EXPECT_EQ(finn->must("input.list")["inputs"].size(), 0u);
  EXPECT_EQ(finn->code("cluster.approve", {{"id", both["id"]}}), "not_permitted");
  EXPECT_EQ(finn->code("input.split", {{"cluster", both["id"]}}), "not_permitted");

  const Json apart = people.hr->must("input.split", {{"cluster", both["id"]}})["clusters"];
  EXPECT_EQ(apart.size(), 2u);
  EXPECT_EQ(standing(), (std::set<std::string>{a["id"], b["id"]}));
  // What is taken out of a merged cluster does not come back with the parts of it.
  const Json once_more = people.hr->must("input.merge", {{"clusters", {a["id"], b["id"]}}})["cluster"];
  const Json out =
      people.hr->must("input.split", {{"cluster", once_more["id"]}, {"inputs", {in[3]}}})["clusters"][1];
  people.hr->must("input.split", {{"cluster", once_more["id"]}});
  EXPECT_EQ(standing(), (std::set<std::string>{a["id"], b["id"], out["id"]}));
  EXPECT_EQ(people.hr->must("cluster.show", {{"id", b["id"]}})["cluster"]["size"], 1);
  const Json taken = people.hr->must("input.split", {{"cluster", a["id"]}, {"inputs", {in[1]}}})["clusters"];
  ASSERT_EQ(taken.size(), 2u);
  EXPECT_EQ(taken[1]["split_from"], a["id"]);
  EXPECT_EQ(taken[1]["inputs"][0]["text"], "Ett mottak for alle");
  EXPECT_EQ(people.hr->must("input.split", {{"cluster", taken[1]["id"]}})["clusters"].size(), 0u);
  EXPECT_EQ(status_of(in[1]), "moderert");
  EXPECT_EQ(people.hr->must("cluster.list", {{"all", true}})["clusters"].size(), 6u);
  // She who is to help is let into the forum space by HR.
  gather();
  frida->sync();
  const Json not_in = frida->ask("input.cluster", {{"inputs", {in[1]}}});
  EXPECT_NE(not_in["error"]["hint"].get<std::string>().find("space grant forum"), std::string::npos)
      << not_in.dump();
  people.hr->must("space.grant", {{"id", "forum"}, {"user", "frida"}});
  people.hr->sync();
  frida->sync();
  frida->must("input.cluster", {{"inputs", {in[1]}}});
}

TEST_F(InputStory, HoweverClustersAreMergedAndSplitEveryInputIsInExactlyOneAndEachMergeCanBeUndone) {
  constexpr std::uint64_t kSeed = 42;
  std::mt19937_64 random(kSeed);
  std::vector<std::string> texts;
  for (int i = 0; i < 8; ++i) texts.push_back("Innspill nummer " + std::to_string(i));
  const auto in = moderated(texts);
  for (const std::string& each : in) people.hr->must("input.cluster", {{"inputs", {each}}});
  const auto partition = [&] {
    std::map<std::string, std::set<std::string>> out;
    const Json list = people.hr->must("cluster.list")["clusters"];
    for (const Json& each : list) {
      out[each["id"]];
      for (const Json& input : each["inputs"]) out[each["id"]].insert(input["id"].get<std::string>());
    }
    return out;
  };
  for (int step = 0; step < 40; ++step) {
    const auto before = partition();
    std::vector<std::string> ids;
    for (const auto& [id, inputs] : before) ids.push_back(id);
    std::ranges::shuffle(ids, random);
    const auto larger = std::ranges::find_if(ids, [&](const auto& id) { return before.at(id).size() > 1; });
    const bool merges = larger == ids.end() || random() % 3 == 0;
    if (merges && ids.size() > 1) {
      const Json merged = people.hr->must("input.merge", {{"clusters", {ids[0], ids[1]}}})["cluster"];
      if (random() % 4 == 0) {
        people.hr->must("input.split", {{"cluster", merged["id"]}});
        EXPECT_EQ(partition(), before) << "seed " << kSeed << " step " << step;
      }
    } else if (larger != ids.end() && random() % 2 == 0) {
      people.hr->must("input.split", {{"cluster", *larger}, {"inputs", {*before.at(*larger).begin()}}});
    } else if (larger != ids.end()) {
      people.hr->must("input.split", {{"cluster", *larger}});
    }
    std::map<std::string, int> in_clusters;
    for (const auto& [id, inputs] : partition()) {
      EXPECT_FALSE(inputs.empty());
      for (const std::string& each : inputs) ++in_clusters[each];
    }
    for (const std::string& each : in) {
      const bool is_single = status_of(each) == "moderert";
      EXPECT_EQ(in_clusters[each], is_single ? 0 : 1) << "seed " << kSeed << " step " << step;
    }
  }
}

}  // namespace
}  // namespace samla::requests
