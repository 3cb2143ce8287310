// tidy ROOT RULE: applies one rule to the tree at ROOT. Findings go to standard output as
// path:line: message; the exit code is 1 if there are any.
#include <cstdio>
#include <string_view>

#include "tests/tidy/rules.h"

int main(int count, char** arguments) {
  if (count != 3) {
    std::fputs("usage: tidy ROOT RULE\n", stderr);
    return 2;
  }
  const std::string_view wanted = arguments[2];
  for (const auto& rule : samla::tidy::all_rules()) {
    if (wanted != rule.name) continue;
    const auto tree = samla::tidy::load_source_tree(arguments[1]);
    const auto findings = rule.check(tree);
    for (const auto& finding : findings) {
      std::printf("%s:%zu: %s\n", finding.path.c_str(), finding.line, finding.message.c_str());
    }
    std::printf("%s: %zu files, %zu findings\n", rule.name, tree.files.size(), findings.size());
    return findings.empty() ? 0 : 1;
  }
  std::fprintf(stderr, "tidy: no rule '%s'\n", arguments[2]);
  return 2;
}
