#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tests/tidy/include_table.h"
#include "tests/tidy/rules.h"

namespace samla::tidy {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A tree of one file.
SourceTree tree_of(std::string path, std::string text) {
  SourceTree tree;
  tree.add(std::move(path), std::move(text));
  return tree;
}

std::vector<std::string> messages(const Findings& findings) {
  std::vector<std::string> out;
  for (const auto& finding : findings) out.push_back(finding.message);
  return out;
}

TEST(SourceTreeTest, blanks_comments_and_literals_and_keeps_the_lines) {
  const auto tree = tree_of("core/base/a.cc",
                            "int a = 1'000; // catch (\nauto s = \"catch (\"; /* x\n y */ char c = '\"';\n"
                            "auto r = R\"(catch ( \")\"; catch (\n");
  const SourceFile& file = tree.files.front();
  EXPECT_EQ(file.code.size(), file.text.size());
  EXPECT_EQ(count_lines(file.code), 4u);
  EXPECT_EQ(file.code.find("catch ("), file.text.rfind("catch ("));
  EXPECT_THAT(file.comments, HasSubstr("// catch ("));
  EXPECT_THAT(file.code, HasSubstr("char c = ' '"));
}

TEST(SourceTreeTest, an_include_in_a_comment_is_none) {
  const auto tree = tree_of("core/base/a.cc", "// x\n#include <a>\n// #include <b>\n/*\n#include <c>\n*/\n");
  const auto includes = includes_of(tree.files.front());
  ASSERT_EQ(includes.size(), 1u);
  EXPECT_EQ(includes.front().target, "a");
  EXPECT_EQ(includes.front().line, 2u);
}

TEST(IncludeTableTest, each_row_includes_only_rows_above_it) {
  std::vector<std::string_view> above;
  for (const auto& row : module_table()) {
    for (const auto module : row.may_include) EXPECT_EQ(std::ranges::count(above, module), 1) << module;
    above.push_back(row.module);
  }
}

TEST(IncludeDirectionTest, refuses_a_module_that_looks_up) {
  const auto tree = tree_of("core/store/a.h", "// a\n#include \"core/view/records.h\"\n");
  EXPECT_THAT(messages(check_include_direction(tree)),
              ElementsAre(HasSubstr("core/store may not include core/view/records.h; it may include "
                                    "core/base and core/sqlite, core/change")));
}

TEST(IncludeDirectionTest, refuses_all_but_the_c_header_in_the_command_line) {
  SourceTree tree;
  tree.add("client-cli/main.cc", "#include \"samla/samla.h\"\n#include <samla/samla.h>\n");
  tree.add("client-cli/a.cc", "#include \"core/base/result.h\"\n");
  EXPECT_THAT(messages(check_include_direction(tree)), ElementsAre(HasSubstr("client-cli may not include")));
}

TEST(IncludeDirectionTest, refuses_product_code_that_includes_tests_and_lets_tests_include_anything) {
  SourceTree tree;
  tree.add("core/base/a.cc", "#include \"tests/support/a.h\"\n");
  tree.add("tests/core/base/a_test.cc", "#include \"core/domain/notes.h\"\n");
  EXPECT_EQ(check_include_direction(tree).size(), 1u);
}

TEST(IncludeDirectionTest, wants_a_row_for_every_module) {
  EXPECT_THAT(messages(check_include_direction(tree_of("core/novel/a.h", "// a\n"))),
              ElementsAre(HasSubstr("core/novel is in no row")));
}

TEST(IncludeDirectionTest, accepts_what_the_table_allows) {
  const auto tree =
      tree_of("core/change/a.h", "#include \"core/base/id.h\"\n#include \"core/sign/hash.h\"\n");
  EXPECT_THAT(messages(check_include_direction(tree)), IsEmpty());
}

TEST(IncludeCyclesTest, refuses_two_files_that_include_each_other) {
  SourceTree tree;
  tree.add("core/base/a.h", "#include \"core/base/b.h\"\n");
  tree.add("core/base/b.h", "#include \"core/base/a.h\"\n");
  EXPECT_THAT(messages(check_include_cycles(tree)),
              ElementsAre(HasSubstr("core/base/a.h -> core/base/b.h -> core/base/a.h")));
}

TEST(IncludeCyclesTest, refuses_two_modules_that_include_each_other_by_different_files) {
  SourceTree tree;
  tree.add("core/one/a.h", "#include \"core/two/a.h\"\n");
  tree.add("core/two/b.h", "#include \"core/one/b.h\"\n");
  EXPECT_THAT(messages(check_include_cycles(tree)),
              ElementsAre(HasSubstr("core/one -> core/two -> core/one")));
}

TEST(ForeignHeadersTest, keeps_each_library_to_its_owners) {
  const struct {
    const char* path;
    const char* header;
    bool allowed;
  } cases[] = {
      {"core/store/a.cc", "sqlite3.h", false},
      {"core/sqlite/a.cc", "sqlite3.h", true},
      {"core/vault/a.cc", "sqlite3.h", true},
      {"core/chain/a.cc", "sodium.h", false},
      {"core/base/codec.cc", "sodium/utils.h", false},
      {"core/base/random.cc", "sodium.h", true},
      {"core/session/a.cc", "boost/asio.hpp", false},
      {"core/net/a.cc", "boost/asio.hpp", true},
      {"sync-server/arbiter.cc", "boost/asio.hpp", false},
      {"sync-server/listener.cc", "boost/asio.hpp", true},
      {"client-cli/commands/note.cc", "boost/beast.hpp", false},
      {"client-cli/web/page.cc", "boost/beast.hpp", true},
      {"sync-server/storage/sqlite.cc", "libpq-fe.h", false},
      {"sync-server/storage/postgres.cc", "libpq-fe.h", true},
      {"tests/core/sqlite/a_test.cc", "sqlite3.h", true},
  };
  for (const auto& each : cases) {
    const auto tree = tree_of(each.path, "#include <" + std::string(each.header) + ">\n");
    EXPECT_EQ(check_foreign_headers(tree).empty(), each.allowed) << each.path << " " << each.header;
  }
}

TEST(IncludeFormTest, wants_pragma_once_in_a_header) {
  EXPECT_THAT(messages(check_include_form(tree_of("core/base/a.h", "// #pragma once\n"))),
              ElementsAre(HasSubstr("#pragma once")));
  EXPECT_THAT(messages(check_include_form(tree_of("core/base/a.h", "// a\n#pragma once\n"))), IsEmpty());
}

TEST(IncludeFormTest, wants_the_own_header_first) {
  SourceTree tree;
  tree.add("core/base/a.h", "// a\n#pragma once\n");
  tree.add("core/base/a.cc", "#include <vector>\n\n#include \"core/base/a.h\"\n");
  EXPECT_THAT(messages(check_include_form(tree)), ElementsAre(HasSubstr("\"core/base/a.h\" first")));
}

TEST(IncludeFormTest, wants_paths_from_the_root) {
  SourceTree tree;
  tree.add("core/base/b.h", "// b\n#pragma once\n");
  tree.add("core/base/a.cc", "#include \"b.h\"\n");
  EXPECT_THAT(messages(check_include_form(tree)), ElementsAre(HasSubstr("from the root")));
}

std::string lines(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "int x;\n";
  return text;
}

TEST(FileLengthTest, refuses_long_files_and_gives_tests_more_room) {
  SourceTree tree;
  for (const char* name : {"a", "b", "c"}) tree.add("core/base/" + std::string(name) + ".h", lines(10));
  tree.add("core/base/long.cc", lines(800));
  tree.add("tests/core/base/long_test.cc", lines(1'000));
  EXPECT_THAT(messages(check_file_length(tree)), IsEmpty());
  tree.add("core/base/longer.cc", lines(801));
  tree.add("tests/core/base/longer_test.cc", lines(1'001));
  EXPECT_EQ(check_file_length(tree).size(), 2u);
}

TEST(FileLengthTest, refuses_a_long_median) {
  SourceTree tree;
  tree.add("core/base/a.cc", lines(149));
  EXPECT_THAT(messages(check_file_length(tree)), IsEmpty());
  tree.add("core/base/b.cc", lines(200));
  tree.add("core/base/c.cc", lines(200));
  EXPECT_THAT(messages(check_file_length(tree)), ElementsAre(HasSubstr("median file has 200 lines")));
}

/// A function definition of `count` lines in all.
std::string function_of(std::size_t count) {
  return "Result<void> Store::f(int a = 1) const {\n" + lines(count - 2) + "}\n";
}

TEST(FunctionLengthTest, allows_three_long_functions_of_a_hundred) {
  SourceTree tree;
  std::string text = "namespace samla {\nclass A {\n  A() : b_{1}, c_(2) {}\n};\n";
  for (int i = 0; i < 96; ++i) text += function_of(70);
  for (int i = 0; i < 3; ++i) text += function_of(71);
  tree.add("core/base/a.cc", text + "}\n");
  EXPECT_THAT(messages(check_function_length(tree)), IsEmpty());
  tree.add("core/base/b.cc", function_of(71));
  const auto findings = check_function_length(tree);
  EXPECT_EQ(findings.size(), 4u);
  EXPECT_THAT(findings.front().message, HasSubstr("71 lines"));
}

TEST(FunctionLengthTest, types_namespaces_and_tables_are_no_functions) {
  const std::string body = lines(100);
  EXPECT_THAT(messages(check_function_length(tree_of("core/base/a.h", "namespace a {\n" + body + "}\n"))),
              IsEmpty());
  EXPECT_THAT(
      messages(check_function_length(tree_of("core/base/a.h", "struct alignas(8) A {\n" + body + "};\n"))),
      IsEmpty());
  EXPECT_THAT(
      messages(check_function_length(tree_of("core/base/a.h", "const int a[f()] = {\n" + body + "};\n"))),
      IsEmpty());
}

TEST(BannedTokensTest, refuses_each) {
  const struct {
    const char* path;
    const char* text;
    std::size_t findings;
  } cases[] = {
      {"core/base/a.h", "using namespace std;\n", 1},
      {"core/base/a.cc", "using namespace std::literals;\n", 0},
      {"core/base/a.cc", "#if 0\n#endif\n", 1},
      {"core/base/a.cc", "// TODO: finish\n", 1},
      {"core/base/a.cc", "// FIXME finish\n", 1},
      {"core/base/a.cc", "// TODO(#12): finish\n", 0},
      {"core/base/a.cc", "auto s = \"TODO\";\n", 0},
      {"core/base/a.cc", "try { f(); } catch (...) { }\n", 1},
      {"core/capi/a.cc", "try { f(); } catch (...) { }\n", 0},
      {"client-cli/main.cc", "try { f(); } catch (...) { }\n", 0},
      {"core/base/a.cc", "auto p = (char*)q;\n", 1},
      {"core/base/a.cc", "return (const unsigned char *)&q;\n", 1},
      {"core/base/a.cc", "f(a, (struct sockaddr*)address);\n", 1},
      {"core/base/a.cc", "void f(char*) const;\nauto n = sizeof(char*) * 2;\n[](int*) { };\n", 0},
      {"core/base/a.cc", "void (*g)(void*) noexcept;\n", 0},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(check_banned_tokens(tree_of(each.path, each.text)).size(), each.findings) << each.text;
  }
}

TEST(BannedTokensTest, counts_friends_over_the_whole_tree) {
  SourceTree tree;
  tree.add("core/base/a.h", "friend class A;\nfriend class B;\nfriend class C;\n");
  EXPECT_THAT(messages(check_banned_tokens(tree)), IsEmpty());
  tree.add("core/sign/a.h", "friend class D;\n");
  EXPECT_EQ(check_banned_tokens(tree).size(), 4u);
}

TEST(FileNamesTest, refuses_names_that_say_nothing) {
  for (const char* path : {"core/base/string_utils.h", "core/common/a.h", "core/base/key_manager.cc",
                           "core/base/misc.cc", "core/base/Result.h", "client-cli/web/helpers/a.cc"}) {
    EXPECT_EQ(check_file_names(tree_of(path, "")).size(), 1u) << path;
  }
  EXPECT_THAT(messages(check_file_names(tree_of("core/base/commonplace.h", ""))), IsEmpty());
}

TEST(OpeningCommentsTest, wants_one_in_headers_and_in_sources_without_a_header) {
  SourceTree tree;
  tree.add("core/base/a.h", "#pragma once\n");
  tree.add("core/base/a.cc", "#include \"core/base/a.h\"\n");
  tree.add("core/base/b.cc", "#include <vector>\n");
  tree.add("core/base/c.cc", "// c\n#include <vector>\n");
  EXPECT_EQ(check_opening_comments(tree).size(), 2u);
}

TEST(DocsPathsTest, refuses_a_path_that_is_not_there) {
  SourceTree tree;
  tree.add("core/base/a.h", "// a\n");
  tree.add("docs/HACKING.md",
           "`core/base/a.h` `core/base/` `core/base/*.h` `core/base/{a,b}.h` `core` `ctest -L core/x`\n");
  const auto findings = check_docs_paths(tree);
  EXPECT_THAT(messages(findings), ElementsAre(HasSubstr("`core/base/b.h` is not in the tree")));
}

TEST(DocsIdentifiersTest, refuses_an_identifier_that_is_not_there) {
  SourceTree tree;
  tree.add("core/base/a.h", "namespace samla { class Reader; constexpr int kSizeMax = 1; }  // kGone\n");
  tree.add("README.md", "`samla::Reader` `kSizeMax` `samla::Writer` `kGone` `key`\n");
  EXPECT_THAT(messages(check_docs_identifiers(tree)),
              ElementsAre(HasSubstr("samla::Writer"), HasSubstr("kGone")));
}

TEST(FormatVersionsTest, wants_the_version_of_the_code) {
  SourceTree tree;
  tree.add("core/wire/frame.h", "inline constexpr std::uint8_t kFrameVersion = 0x02;\n");
  const std::string named = "The code's constant is `kFrameVersion` in `core/wire/frame.h`.\n";
  tree.add("docs/formats/frame.md", "# Frame\n\nVersion: 2\n\n" + named);
  EXPECT_THAT(messages(check_format_versions(tree)), IsEmpty());
  tree.add("docs/formats/old.md", "# Frame\n\nVersion: 1\n\n" + named);
  tree.add("docs/formats/none.md", "# Frame\n");
  tree.add("docs/formats/lost.md", "Version: 1\n`kLostVersion` in `core/wire/frame.h`\n");
  EXPECT_THAT(messages(check_format_versions(tree)),
              ElementsAre(HasSubstr("describes version 1 and kFrameVersion is 0x02"), HasSubstr("Version: N"),
                          HasSubstr("`kLostVersion` is not defined")));
}

}  // namespace
}  // namespace samla::tidy
