// Members who write below the requests what is not theirs to write: everybody else goes on reading what those
// wrote who may. Over real replicas.
#include <gtest/gtest.h>

#include <functional>

#include "core/domain/workspace.h"
#include "tests/support/sample_people.h"

namespace samla::requests {
namespace {

using test::People;
using test::Person;

class RightfulStory : public ::testing::Test {
 protected:
  void SetUp() override {
    people.hr->must("gathering.create", {{"name", "Bodø"}, {"from", "2016-01-27"}});
    people.hr->sync();
    for (const char* user : {"kari", "ola"})
      people.hr->must("gathering.join", {{"id", "Bodø"}, {"user", user}, {"role", "deltaker"}});
    people.hr->must("gathering.status", {{"id", "Bodø"}, {"status", "publisert"}});
    kari = people.leader("kari", "1902", "Karis telefon");
    ola = people.leader("ola", "1902", "Olas telefon");
    kari->sync();
    ola->sync();
  }
  /// Ola's device writes what its requests refuse.
  void below(const std::function<void(domain::Workspace&, replica::Edit&)>& write) {
    ola->close();
    {
      replica::OpenOptions options;
      options.directory = people.folder() / "p2";
      options.passphrase = "passord";
      options.search_fields = domain::search_fields();
      auto opened = replica::Replica::open(options);
      ASSERT_TRUE(opened.ok()) << opened.error().message();
      domain::Workspace workspace(**opened);
      replica::Edit edit;
      write(workspace, edit);
      ASSERT_TRUE((*opened)->commit(edit).ok());
    }
    ola->open();
    ola->sync();
    people.hr->sync();
    kari->sync();
  }
  static RecordId only(domain::Workspace& workspace, std::string_view kind) {
    view::Query query;
    query.kind = kind;
    const auto found = workspace.records().list(query);
    SAMLA_ASSERT(found.ok() && found->size() == 1);
    return found->front().id;
  }
  Json input() { return people.hr->must("input.list")["inputs"].at(0); }

  People people;
  std::unique_ptr<Person> kari;
  std::unique_ptr<Person> ola;
};

TEST_F(RightfulStory, AnInputSaysWhatItsAuthorSaidWhateverAnotherParticipantWritesOrErases) {
  kari->must("input.add", {{"gathering", "Bodø"}, {"text", "Møt brukeren først"}, {"theme", "ett-nav"}});
  kari->sync();
  ola->sync();
  below([](domain::Workspace& workspace, replica::Edit& edit) {
    const RecordId id = only(workspace, domain::kind::kInput);
    edit.resolve(id, "text", std::string("Møt sjefen først"));
    edit.resolve(id, "theme", std::string("mindre-styring"));
  });
  for (Person* each : {people.hr.get(), kari.get(), ola.get()}) {
    const Json seen = each->must("input.list")["inputs"];
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0]["text"], "Møt brukeren først");
    EXPECT_EQ(seen[0]["theme"], "ett-nav");
    EXPECT_EQ(seen[0]["conflict"], false);
  }
  // Its author can still change what is hers, HR the theme; both stand on top of what counted for nobody.
  people.hr->must("input.moderate", {{"id", input()["id"]}, {"theme", "horisontal"}});
  people.hr->sync();
  EXPECT_EQ(input()["theme"], "horisontal");
  below([](domain::Workspace& workspace, replica::Edit& edit) {
    edit.erase(only(workspace, domain::kind::kInput));
  });
  EXPECT_EQ(people.hr->must("input.list")["inputs"].size(), 1u);
  EXPECT_EQ(input()["text"], "Møt brukeren først");
}

TEST_F(RightfulStory, AParticipantSaysOnesOwnStatusAndNobodyElses) {
  below([](domain::Workspace& workspace, replica::Edit& edit) {
    view::Query query;
    query.kind = domain::kind::kParticipant;
    const auto found = workspace.records().list(query);
    ASSERT_TRUE(found.ok());
    for (const view::RecordView& each : *found) {
      edit.resolve(each.id, "status", std::string("møtt"));
      edit.resolve(each.id, "role", std::string("prosessveileder"));
    }
  });
  const Json shown = people.hr->must("gathering.show", {{"id", "Bodø"}})["gathering"]["participants"];
  ASSERT_EQ(shown.size(), 2u);
  for (const Json& each : shown) {
    EXPECT_EQ(each["status"], each["user"] == "ola" ? "møtt" : "invitert") << each;
    EXPECT_EQ(each["role"], "deltaker") << each;
  }
}

TEST_F(RightfulStory, HrsCommentAndTaskStayHrsWhileTheLeaderAnswersThem) {
  const std::string id = kari->must("assessment.new", {{"unit", "1902"}})["assessment"]["id"];
  kari->must("assessment.fill", {{"id", id}, {"answers", {{"summary", "Kort"}}}});
  kari->must("assessment.submit", {{"id", id}});
  kari->sync();
  people.hr->sync();
  people.hr->must("assessment.return", {{"id", id}, {"comments", {{"summary", "Si mer"}}}});
  people.hr->must("cascade.assign",
                  {{"unit", "1902"}, {"leader", "ola"}, {"gathering", "Bodø"}, {"due", "2016-05-01"}});
  people.hr->sync();
  ola->sync();
  below([](domain::Workspace& workspace, replica::Edit& edit) {
    edit.resolve(only(workspace, domain::kind::kComment), "text", std::string("Flott!"));
    edit.resolve(only(workspace, domain::kind::kComment), "status", std::string("løst"));
    edit.resolve(only(workspace, domain::kind::kCascade), "due", std::string("2026-05-01"));
    edit.resolve(only(workspace, domain::kind::kCascade), "status", std::string("gjennomført"));
  });
  const Json comment = people.hr->must("assessment.list")["assessments"].at(0)["comments"].at(0);
  EXPECT_EQ(comment["text"], "Si mer");
  EXPECT_EQ(comment["status"], "løst");
  const Json task = people.hr->must("cascade.list")["tasks"].at(0);
  EXPECT_EQ(task["due"], "2016-05-01");
  EXPECT_EQ(task["status"], "gjennomført");
}

}  // namespace
}  // namespace samla::requests
