// Files attached to notes, through requests: kept, shared, taken out, and looked at with suspicion.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/sample_people.h"
#include "tests/support/temporary_folder.h"

namespace samla::requests {
namespace {

using test::People;

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class AttachmentStory : public ::testing::Test {
 protected:
  /// A file of so many bytes, all values among them.
  std::string file(const std::string& name, std::size_t size) {
    const auto path = folder.path() / name;
    std::string content(size, '\0');
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<char>(i * 31 + i / 251);
    std::ofstream(path, std::ios::binary) << content;
    return path.string();
  }

  std::string note(const std::string& title) {
    return people.hr->must("note.add", {{"title", title}})["note"]["id"];
  }

  People people;
  TemporaryFolder folder;
};

TEST_F(AttachmentStory, OfEverySizeComeOutAsTheyWentIn) {
  const std::string id = note("Veggavis");
  std::map<std::string, std::string> files;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{179'999}, std::size_t{180'000},
                                 std::size_t{180'001}, std::size_t{700'000}}) {
    const std::string name = "blåbær " + std::to_string(size) + ".JPG";
    files[name] = file(name, size);
    people.hr->must("note.attach", {{"id", id}, {"path", files[name]}});
  }
  const Json shown = people.hr->must("note.show", {{"id", id}})["note"]["attachments"];
  ASSERT_EQ(shown.size(), files.size());
  for (const Json& each : shown) {
    EXPECT_EQ(each["media_type"], "image/jpeg");
    EXPECT_EQ(each["complete"], true);
    EXPECT_EQ(each["size"], std::filesystem::file_size(files.at(each["name"])));
  }
  const auto out = folder.path() / "ut";
  EXPECT_EQ(people.hr->must("note.export", {{"id", id}, {"path", out.string()}})["files"], files.size());
  for (const auto& [name, path] : files)
    EXPECT_TRUE(content_of(out / "vedlegg" / name) == content_of(path)) << name;
  EXPECT_EQ(people.hr->code("note.export", {{"id", id}, {"path", out.string()}}), "already_exists");
}

TEST_F(AttachmentStory, AttachedAgainIsOneAndDetachedIsGone) {
  const std::string id = note("Veggavis");
  const std::string path = file("bilde.png", 1000);
  people.hr->must("note.attach", {{"id", id}, {"path", path}});
  EXPECT_EQ(people.hr->must("note.attach", {{"id", id}, {"path", path}})["note"]["attachments"].size(), 1u);
  EXPECT_EQ(people.hr->code("note.detach", {{"id", id}, {"attachment", "et annet.png"}}), "not_found");
  EXPECT_EQ(
      people.hr->must("note.detach", {{"id", id}, {"attachment", "bilde.png"}})["note"]["attachments"].size(),
      0u);
  EXPECT_EQ(people.hr->must("note.attach", {{"id", id}, {"path", path}})["note"]["attachments"].size(), 1u);
}

TEST_F(AttachmentStory, GoAlongWhereTheNoteIsShared) {
  const std::string id = note("Veggavis");
  const std::string path = file("tavle.jpg", 400'000);
  people.hr->must("note.attach", {{"id", id}, {"path", path}});
  const Json copy = people.hr->must("note.share", {{"id", id}, {"to", "directory"}})["note"];
  ASSERT_EQ(copy["attachments"].size(), 1u);
  people.hr->sync();
  auto kari = people.leader("kari", "1902", "Karis telefon");
  const auto out = folder.path() / "karis";
  EXPECT_EQ(kari->must("note.export", {{"id", copy["id"]}, {"path", out.string()}})["files"], 1);
  EXPECT_TRUE(content_of(out / "vedlegg" / "tavle.jpg") == content_of(path));
  // The same words and files shared again are the same copy.
  EXPECT_EQ(people.hr->must("note.share", {{"id", id}, {"to", "directory"}})["note"]["id"], copy["id"]);
}

TEST_F(AttachmentStory, ThatCannotBeTakenSayWhyAndLeaveTheNoteAsItWas) {
  const std::string id = note("Veggavis");
  const auto attach = [&](const std::string& path) {
    return people.hr->code("note.attach", {{"id", id}, {"path", path}});
  };
  EXPECT_EQ(attach((folder.path() / "finnes ikke").string()), "io");
  EXPECT_EQ(attach(folder.path().string()), "io");
  EXPECT_EQ(attach("/dev/zero"), "io");
  const auto large = folder.path() / "stor.bin";
  std::ofstream(large).close();
  std::filesystem::resize_file(large, (16U << 20) + 1);
  EXPECT_EQ(attach(large.string()), "too_large");
  EXPECT_EQ(attach(file("linje\nto.txt", 5)), "invalid_argument");
  EXPECT_EQ(people.hr->must("note.show", {{"id", id}})["note"]["attachments"].size(), 0u);
}

TEST_F(AttachmentStory, AnExportsMarkdownHoldsTheBodyByteForByteAndNamesThatFileSystemsTake) {
  const std::string body = "# Ikke en tittel <b>\n\n* æøå 🙂\n";
  const std::string id =
      people.hr->must("note.add", {{"title", "A_b"}, {"body", body}, {"tags", {"x"}}})["note"]["id"];
  for (const char* name : {".skjult", "a?b.txt"})
    people.hr->must("note.attach", {{"id", id}, {"path", file(name, 3)}});
  const std::string text = people.hr->must("note.export", {{"id", id}})["text"];
  EXPECT_THAT(text, ::testing::StartsWith("# A\\_b\n\n" + body));
  EXPECT_THAT(text, ::testing::HasSubstr("- Emneord: x\n"));
  EXPECT_THAT(text, ::testing::HasSubstr("(vedlegg/_skjult)"));
  EXPECT_THAT(text, ::testing::HasSubstr("(vedlegg/a_b.txt)"));
}

}  // namespace
}  // namespace samla::requests
