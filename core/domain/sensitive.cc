#include "core/domain/sensitive.h"

#include <algorithm>
#include <array>
#include <span>

namespace samla::domain {
namespace {

constexpr std::array<int, 9> kFirstWeights = {3, 7, 6, 1, 8, 9, 4, 5, 2};
constexpr std::array<int, 10> kSecondWeights = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The check digit for what comes before it; 10 where there is none.
int check_digit(std::string_view digits, std::span<const int> weights) {
  int sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sum += weights[i] * (digits[i] - '0');
  return (11 - sum % 11) % 11;
}

/// A run of digits with single spaces between its groups.
struct Run {
  std::string digits;
  std::vector<std::size_t> groups;
  bool international = false;
};

std::vector<Run> runs_of(std::string_view text) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    Run run;
    run.international = i > 0 && text[i - 1] == '+';
    while (i < text.size() && is_digit(text[i])) {
      const std::size_t begin = i;
      while (i < text.size() && is_digit(text[i])) ++i;
      run.digits += text.substr(begin, i - begin);
      run.groups.push_back(i - begin);
      if (i + 1 < text.size() && text[i] == ' ' && is_digit(text[i + 1])) ++i;
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

bool is_day_of_birth(std::string_view digits) {
  const auto number = [&](std::size_t at) { return (digits[at] - '0') * 10 + digits[at + 1] - '0'; };
  const bool day_last = (number(0) == 19 || number(0) == 20) && number(4) <= 12 && number(6) <= 31;
  const bool year_last = number(0) <= 31 && number(2) <= 12 && (number(4) == 19 || number(4) == 20);
  return day_last || year_last;
}

bool is_phone_number(const Run& run) {
  std::string_view digits = run.digits;
  std::vector<std::size_t> groups = run.groups;
  if ((run.international && digits.starts_with("47")) || digits.starts_with("0047")) {
    digits.remove_prefix(run.international ? 2 : 4);
    return digits.size() == 8;
  }
  if (digits.size() != 8 || digits[0] < '2' || digits[0] == '8') return false;
  if (groups.size() == 1) return !is_day_of_birth(digits);
  return groups == std::vector<std::size_t>{3, 2, 3} || groups == std::vector<std::size_t>{2, 2, 2, 2};
}

bool is_national(const Run& run) {
  const bool shape = run.groups.size() == 1 || run.groups == std::vector<std::size_t>{6, 5};
  return shape && is_national_identity_number(run.digits);
}

}  // namespace

bool is_national_identity_number(std::string_view digits) {
  if (digits.size() != 11 || !std::ranges::all_of(digits, is_digit)) return false;
  return check_digit(digits, kFirstWeights) == digits[9] - '0' &&
         check_digit(digits, kSecondWeights) == digits[10] - '0';
}

std::vector<Warning> warnings_of(std::string_view text, std::string_view where) {
  const std::vector<Run> runs = runs_of(text);
  std::vector<Warning> out;
  if (std::ranges::any_of(runs, is_national)) {
    out.push_back({"national_identity_number",
                   std::string(where) + " seems to hold a national identity number; others will read it"});
  }
  if (std::ranges::any_of(runs, is_phone_number)) {
    out.push_back(
        {"phone_number", std::string(where) + " seems to hold a telephone number; others will read it"});
  }
  return out;
}

}  // namespace samla::domain
