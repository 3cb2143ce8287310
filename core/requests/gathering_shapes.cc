#include "core/requests/gathering_shapes.h"

#include "core/base/encoding.h"
#include "core/requests/shapes.h"

namespace samla::requests {

Json or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json shape_of(const std::vector<domain::StatusEntry>& log, domain::Names& names) {
  Json out = Json::array();
  for (const domain::StatusEntry& each : log) {
    out.push_back({{"status", each.status},
                   {"note", each.note},
                   {"time", iso_time(each.time_ms)},
                   {"author", names.author(each.author).handle}});
  }
  return out;
}

Json shape_of(const domain::Gathering& gathering, domain::Names& names) {
  return {{"id", to_hex(gathering.id)},
          {"name", gathering.name},
          {"place", gathering.place},
          {"from", or_null(gathering.from)},
          {"to", or_null(gathering.to)},
          {"type", gathering.type},
          {"capacity", gathering.capacity},
          {"status", gathering.status},
          {"log", shape_of(gathering.log, names)},
          {"space", "gathering " + gathering.name},
          {"space_id", to_hex(gathering.space)},
          {"member", gathering.is_member},
          {"created", iso_time(gathering.created_ms)},
          {"author", names.author(gathering.author).handle},
          {"conflict", gathering.contested}};
}

Json shape_of(const domain::Participant& participant) {
  return {{"id", to_hex(participant.id)},     {"user", participant.user},     {"name", participant.name},
          {"role", participant.role},         {"status", participant.status}, {"table", participant.table},
          {"conflict", participant.contested}};
}

Json shape_of(const domain::Session& session) {
  return {{"id", to_hex(session.id)},        {"title", session.title},     {"from", session.from},
          {"to", or_null(session.to)},       {"speaker", session.speaker}, {"method", session.method},
          {"theme", or_null(session.theme)}, {"prompt", session.prompt},   {"status", session.status},
          {"conflict", session.contested}};
}

Json shape_of(const domain::GatheringReport& report, domain::Names& names) {
  const auto counts = [](const domain::Attendance& each) {
    return Json{{"asked", each.asked},
                {"signed_up", each.signed_up},
                {"attended", each.attended},
                {"absent", each.absent}};
  };
  Json by_role = Json::array();
  for (const domain::Attendance& each : report.by_role) {
    Json row = {{"role", each.role}};
    row.update(counts(each));
    by_role.push_back(std::move(row));
  }
  Json tables = Json::object();
  for (const auto& [table, people] : report.tables) tables[std::to_string(table)] = people;
  Json inputs = Json::array();
  for (const domain::InputCounts& each : report.inputs)
    inputs.push_back({{"theme", or_null(each.theme)}, {"inputs", each.total}});
  return {{"gathering", shape_of(report.gathering, names)},
          {"attendance", counts(report.whole)},
          {"by_role", std::move(by_role)},
          {"tables", std::move(tables)},
          {"sessions", report.sessions},
          {"inputs", std::move(inputs)},
          {"notes", report.notes}};
}

}  // namespace samla::requests
