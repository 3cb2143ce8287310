// Shapes: what the domain returns, as the JSON of replies. Ids are words where people know one.
#pragma once

#include <string>
#include <vector>

#include "core/domain/assessments.h"
#include "core/domain/conflicts.h"
#include "core/domain/names.h"
#include "core/domain/notes.h"
#include "core/requests/json.h"

namespace samla::requests {

/// "2016-01-20T10:15:00.000Z".
std::string iso_time(std::uint64_t ms);
Json shape_of(const domain::Note& note, domain::Names& names);
Json shape_of(const domain::Assessment& assessment, domain::Names& names);
Json shape_of(const domain::ReviewComment& comment, domain::Names& names);
Json shape_of(const domain::Conflict& conflict, domain::Names& names);
/// As JSON; null for none.
Json value_of(const view::Value& value);
/// "412 recovered, 3 known missing from Kari's phone".
std::string in_words(const replica::RecoveryReport& report, domain::Names& names);
/// Puts the member "warnings" where there are any.
void put_warnings(Json& reply, const std::vector<domain::Warning>& warnings);

}  // namespace samla::requests
