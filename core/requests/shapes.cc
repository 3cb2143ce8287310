#include "core/requests/shapes.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "core/base/encoding.h"
#include "core/domain/history.h"

namespace samla::requests {
namespace {

void put_author(Json& out, const WriterId& writer, domain::Names& names) {
  const domain::Person person = names.author(writer);
  out["author"] = person.handle;
  out["author_name"] = person.name;
}

void put_space(Json& out, const SpaceId& space, domain::Names& names) {
  out["space"] = names.space(space);
  out["space_id"] = to_hex(space);
}

}  // namespace

Json value_of(const view::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* truth = std::get_if<bool>(&value)) return *truth;
  return nullptr;
}

std::string iso_time(std::uint64_t ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> time{milliseconds(static_cast<std::int64_t>(ms))};
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return out.data();
}

Json shape_of(const domain::Note& note, domain::Names& names) {
  Json out = {{"id", to_hex(note.id)}, {"title", note.title}, {"body", note.body}, {"tags", note.tags}};
  out["attachments"] = Json::array();
  for (const domain::Attachment& each : note.attachments) {
    out["attachments"].push_back({{"id", to_hex(each.id)},
                                  {"name", each.name},
                                  {"media_type", each.media_type},
                                  {"size", each.size},
                                  {"complete", each.complete}});
  }
  put_space(out, note.space, names);
  out["created"] = iso_time(note.created_ms);
  out["updated"] = iso_time(note.updated_ms);
  put_author(out, note.author, names);
  out["status"] = note.status;
  if (!note.source.empty()) out["source"] = note.source;
  if (const auto gathering = fixed_from_hex<RecordId>(note.gathering))
    out["gathering"] = names.gathering(*gathering);
  if (!note.session.empty()) out["session"] = note.session;
  out["conflict"] = note.contested;
  out["merged"] = note.merged;
  return out;
}

Json shape_of(const domain::ReviewComment& comment, domain::Names& names) {
  Json out = {{"id", to_hex(comment.id)}, {"revision", comment.revision},
              {"target", comment.target}, {"text", comment.text},
              {"status", comment.status}, {"created", iso_time(comment.created_ms)}};
  put_author(out, comment.author, names);
  return out;
}

Json shape_of(const domain::Assessment& assessment, domain::Names& names) {
  Json items = Json::array();
  for (const domain::AssessmentItem& item : assessment.items) {
    Json row = {{"id", item.id}, {"type", item.type}, {"text", item.text}};
    row["theme"] = item.theme.empty() ? Json() : Json(item.theme);
    row["driver"] = item.driver.empty() ? Json() : Json(item.driver);
    row["evidence"] = item.evidence;
    items.push_back(std::move(row));
  }
  Json answers = Json::object();
  Json tray = Json::object();
  for (const auto& [name, answer] : assessment.answers) {
    const bool has_place = std::ranges::find(assessment.tray, name) == assessment.tray.end();
    (has_place ? answers : tray)[name] = answer;
  }
  Json out = {{"id", to_hex(assessment.id)}, {"unit", assessment.unit},
              {"form", assessment.form},     {"form_version", assessment.form_version},
              {"status", assessment.status}, {"answers", std::move(answers)},
              {"items", std::move(items)}};
  if (!tray.empty()) out["tray"] = std::move(tray);
  out["process"] = assessment.process;
  out["participants"] = assessment.participants;
  out["comments"] = Json::array();
  for (const domain::ReviewComment& each : assessment.comments) {
    out["comments"].push_back(shape_of(each, names));
  }
  put_space(out, assessment.space, names);
  out["created"] = iso_time(assessment.created_ms);
  out["updated"] = iso_time(assessment.updated_ms);
  put_author(out, assessment.author, names);
  out["revision"] = assessment.is_revision;
  if (!assessment.is_revision) {
    out["conflict"] = assessment.contested;
    return out;
  }
  out["source"] = assessment.source;
  out["previous"] = assessment.previous;
  out["altered"] = assessment.altered;
  return out;
}

Json shape_of(const domain::Conflict& conflict, domain::Names& names) {
  Json heads = Json::array();
  for (const domain::ConflictHead& head : conflict.heads) {
    const domain::Person person = names.author(head.writer);
    heads.push_back({{"n", heads.size() + 1},
                     {"value", value_of(head.value)},
                     {"user", person.handle},
                     {"user_name", person.name},
                     {"device", names.device_of(head.writer)},
                     {"time", iso_time(head.time_ms)},
                     {"readable", head.readable}});
  }
  Json out = {{"id", conflict.id},
              {"kind", domain::word_of(conflict.kind)},
              {"record", to_hex(conflict.record)},
              {"record_kind", conflict.record_kind},
              {"field", conflict.field},
              {"heads", std::move(heads)}};
  put_space(out, conflict.space, names);
  if (conflict.merged) out["merged"] = value_of(*conflict.merged);
  if (!conflict.base) return out;
  out["base"] = value_of(*conflict.base);
  const auto* base = std::get_if<std::string>(&*conflict.base);
  for (std::size_t i = 0; base != nullptr && i < conflict.heads.size(); ++i) {
    const auto* text = std::get_if<std::string>(&conflict.heads[i].value);
    if (text == nullptr) continue;
    Json parts = Json::array();
    for (const domain::Difference& part : domain::difference(*base, *text)) {
      parts.push_back({{"change", part.change}, {"text", part.text}});
    }
    out["heads"][i]["diff"] = std::move(parts);
  }
  return out;
}

std::string in_words(const replica::RecoveryReport& report, domain::Names& names) {
  std::string out = "the server had lost changes: " + std::to_string(report.recovered) + " recovered";
  if (report.waiting > 0) out += ", " + std::to_string(report.waiting) + " wait for others that are not back";
  for (const auto& [device, count] : report.missing) {
    out += ", " + std::to_string(count) + " known missing from " + names.device(device);
  }
  return out;
}

void put_warnings(Json& reply, const std::vector<domain::Warning>& warnings) {
  if (warnings.empty()) return;
  Json out = Json::array();
  for (const domain::Warning& warning : warnings) {
    out.push_back({{"code", warning.code}, {"message", warning.message}});
  }
  reply["warnings"] = std::move(out);
}

}  // namespace samla::requests
