#include "core/domain/dates.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace samla::domain {
namespace {

using namespace std::chrono;

std::optional<int> number_of(std::string_view digits) {
  int out = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size() || out < 0) return std::nullopt;
  return out;
}

sys_days day_of(std::uint64_t ms) {
  return floor<days>(sys_time<milliseconds>(milliseconds(static_cast<std::int64_t>(ms))));
}

}  // namespace

bool is_date(std::string_view date) {
  if (date.size() != 10 || date[4] != '-' || date[7] != '-') return false;
  const auto y = number_of(date.substr(0, 4));
  const auto m = number_of(date.substr(5, 2));
  const auto d = number_of(date.substr(8, 2));
  if (!y || !m || !d) return false;
  return year_month_day(year(*y), month(static_cast<unsigned>(*m)), day(static_cast<unsigned>(*d))).ok();
}

Result<void> check_date(std::string_view date, std::string_view what, std::string_view operation) {
  if (is_date(date)) return {};
  return fail(ErrorCode::invalid_argument, std::string(operation),
              std::string(what) + " must be a day written as 2016-09-01");
}

std::string date_of(std::uint64_t ms) {
  const year_month_day date(day_of(ms));
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return out.data();
}

std::uint64_t ms_of(std::string_view date) {
  const auto part = [&](std::size_t begin, std::size_t size) {
    return number_of(date.substr(begin, size)).value_or(0);
  };
  const sys_days day(year_month_day(year(part(0, 4)), month(static_cast<unsigned>(part(5, 2))),
                                    std::chrono::day(static_cast<unsigned>(part(8, 2)))));
  const std::int64_t ms = duration_cast<milliseconds>(day.time_since_epoch()).count();
  return ms < 0 ? 0 : static_cast<std::uint64_t>(ms);
}

std::string week_of(std::uint64_t ms) {
  // A week belongs to the year that has its Thursday.
  const sys_days today = day_of(ms);
  const sys_days thursday = today - (weekday(today) - Monday) + days(3);
  const year_month_day date(thursday);
  const auto first = sys_days(date.year() / January / 1);
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-W%02d", static_cast<int>(date.year()),
                static_cast<int>((thursday - first).count()) / 7 + 1);
  return out.data();
}

}  // namespace samla::domain
