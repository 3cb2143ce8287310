// What the domain returns about gatherings, as the JSON of replies.
#pragma once

#include "core/domain/gathering_report.h"
#include "core/domain/names.h"
#include "core/domain/participants.h"
#include "core/domain/sessions.h"
#include "core/requests/json.h"

namespace samla::requests {

Json shape_of(const domain::Gathering& gathering, domain::Names& names);
Json shape_of(const domain::Participant& participant);
Json shape_of(const domain::Session& session);
Json shape_of(const domain::GatheringReport& report, domain::Names& names);
/// A log's entries, oldest first: status, note, time, author.
Json shape_of(const std::vector<domain::StatusEntry>& log, domain::Names& names);
/// Null for an empty text.
Json or_null(const std::string& text);

}  // namespace samla::requests
