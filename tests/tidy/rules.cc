#include "tests/tidy/rules.h"

namespace samla::tidy {

const std::vector<Rule>& all_rules() {
  static const std::vector<Rule> rules = {
      {"include_direction", check_include_direction},
      {"include_cycles", check_include_cycles},
      {"foreign_headers", check_foreign_headers},
      {"include_form", check_include_form},
      {"file_length", check_file_length},
      {"function_length", check_function_length},
      {"banned_tokens", check_banned_tokens},
      {"file_names", check_file_names},
      {"opening_comments", check_opening_comments},
      {"docs_paths", check_docs_paths},
      {"docs_identifiers", check_docs_identifiers},
      {"format_versions", check_format_versions},
  };
  return rules;
}

}  // namespace samla::tidy
