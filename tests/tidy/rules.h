// The house style as rules over a source tree. Each finding names what to do instead.
// docs/HACKING.md tells the rules to people; a rule's unit test shows that it can fail.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/tidy/source_tree.h"

namespace samla::tidy {

struct Finding {
  std::string path;
  std::size_t line;  // 0 where the whole file, or the whole tree, is meant
  std::string message;
};
using Findings = std::vector<Finding>;

// include_rules.cc, by the table in include_table.h
Findings check_include_direction(const SourceTree& tree);
Findings check_include_cycles(const SourceTree& tree);
Findings check_foreign_headers(const SourceTree& tree);
Findings check_include_form(const SourceTree& tree);

// size_rules.cc
Findings check_file_length(const SourceTree& tree);
Findings check_function_length(const SourceTree& tree);

// token_rules.cc
Findings check_banned_tokens(const SourceTree& tree);
Findings check_file_names(const SourceTree& tree);
Findings check_opening_comments(const SourceTree& tree);

// docs_rules.cc
Findings check_docs_paths(const SourceTree& tree);
Findings check_docs_identifiers(const SourceTree& tree);
Findings check_format_versions(const SourceTree& tree);

struct Rule {
  const char* name;
  Findings (*check)(const SourceTree& tree);
};

/// Every rule above; tests/tidy/CMakeLists.txt runs each as a test of its own.
const std::vector<Rule>& all_rules();

}  // namespace samla::tidy
