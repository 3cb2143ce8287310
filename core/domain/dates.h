// Dates: days as people write them, "2016-09-01". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace samla::domain {

/// invalid_argument for what is no day of the calendar; `what` stands in the hint.
Result<void> check_date(std::string_view date, std::string_view what, std::string_view operation);
bool is_date(std::string_view date);
/// The day, in UTC, of a time in milliseconds since 1970. Dates compare as texts.
std::string date_of(std::uint64_t ms);
/// The start of the day, in UTC, as milliseconds since 1970. `date` must be one (check_date); before 1970: 0.
std::uint64_t ms_of(std::string_view date);
/// "2016-W05": the ISO week of a time.
std::string week_of(std::uint64_t ms);

}  // namespace samla::domain
