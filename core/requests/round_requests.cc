// Requests about rounds: the forum weighs clusters against each other, and decides.
#include <charconv>

#include "core/base/encoding.h"
#include "core/domain/round_publishing.h"
#include "core/requests/catalogue.h"
#include "core/requests/gathering_shapes.h"
#include "core/requests/shapes.h"

namespace samla::requests::round_requests {
namespace {

using domain::Names;
using domain::Workspace;

Json shape_of(const domain::Candidate& candidate) {
  Json out = {{"id", candidate.id},
              {"text", candidate.text},
              {"theme", or_null(candidate.theme)},
              {"inputs", candidate.inputs},
              {"place", nullptr},
              {"tied", nullptr},
              {"points", nullptr},
              {"voters", nullptr},
              {"chosen", candidate.chosen == 0 ? Json() : Json(candidate.chosen)}};
  if (!candidate.place) return out;
  out["place"] = candidate.place->place;
  out["tied"] = candidate.place->tied;
  out["points"] = candidate.place->points;
  out["voters"] = candidate.place->voters;
  return out;
}

Json shape_of(const domain::Round& round, Names& names) {
  Json candidates = Json::array();
  for (const domain::Candidate& each : round.candidates) candidates.push_back(shape_of(each));
  Json out = {{"id", to_hex(round.id)},
              {"title", round.title},
              {"method", round.method},
              {"dots", round.method == "dots" ? Json(round.dots) : Json()},
              {"status", round.status},
              {"candidates", std::move(candidates)},
              {"electorate", round.electorate},
              {"voters", round.voters},
              {"late", round.late},
              {"void", round.voided},
              {"own", nullptr},
              {"rationale", or_null(round.rationale)},
              {"log", Json::array()}};
  if (round.own) out["own"] = *round.own;
  for (const domain::StatusEntry& each : round.log) {
    out["log"].push_back({{"status", each.status},
                          {"note", each.note},
                          {"time", iso_time(each.time_ms)},
                          {"author", names.author(each.author).handle}});
  }
  out["created"] = iso_time(round.created_ms);
  out["author"] = names.author(round.author).handle;
  out["conflict"] = round.contested;
  return out;
}

Result<Json> reply_with(Profile& profile, Workspace& workspace, const domain::Round& round) {
  Names names(workspace);
  profile.tell_changed(round.id);
  return Json{{"round", shape_of(round, names)}};
}

Result<Json> open(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.open"));
  domain::NewRound round{
      arguments.text("title"), arguments.text("method"), {}, arguments.texts("candidates")};
  if (const auto dots = arguments.find_number("dots")) round.dots = static_cast<std::int64_t>(*dots);
  SAMLA_ASSIGN(const auto made, domain::open_round(*workspace, round));
  return reply_with(profile, *workspace, made);
}

/// What the person gave each candidate, as numbers.
Result<domain::Ballot> ballot_of(const Arguments& arguments) {
  domain::Ballot out;
  for (const auto& [candidate, text] : arguments.text_map("ballot")) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) {
      return fail(ErrorCode::invalid_argument, "round.vote",
                  "what '" + candidate + "' gets is a whole number, not '" + text + "'");
    }
    out.emplace(candidate, number);
  }
  return out;
}

Result<Json> vote(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.vote"));
  SAMLA_ASSIGN(const auto ballot, ballot_of(arguments));
  SAMLA_ASSIGN(const auto round, domain::cast_vote(*workspace, arguments.text("id"), ballot));
  return reply_with(profile, *workspace, round);
}

Result<Json> close(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.close"));
  SAMLA_ASSIGN(const auto round, domain::close_round(*workspace, arguments.text("id")));
  return reply_with(profile, *workspace, round);
}

Result<Json> reopen(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.reopen"));
  SAMLA_ASSIGN(const auto round,
               domain::reopen_round(*workspace, arguments.text("id"), arguments.text("note")));
  return reply_with(profile, *workspace, round);
}

Result<Json> decide(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.decide"));
  SAMLA_ASSIGN(const auto round,
               domain::decide_round(*workspace, arguments.text("id"), arguments.texts("chosen"),
                                    arguments.text("rationale")));
  return reply_with(profile, *workspace, round);
}

Result<Json> publish(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.publish"));
  SAMLA_ASSIGN(const auto done,
               domain::publish_round(*workspace, arguments.text("id"), arguments.text("due")));
  SAMLA_ASSIGN(Json reply, reply_with(profile, *workspace, done.round));
  reply["decision"] = done.decision;
  reply["measures"] = done.measures;
  reply["assessed"] = done.assessed;
  reply["tasks"] = done.cascade.tasks.size();
  reply["skipped"] = done.cascade.skipped;
  return reply;
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.show"));
  SAMLA_ASSIGN(const auto round, domain::find_round(*workspace, arguments.text("id"), "round.show"));
  Names names(*workspace);
  return Json{{"round", shape_of(round, names)}};
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.list"));
  SAMLA_ASSIGN(const auto rounds, domain::list_rounds(*workspace, arguments.find_text("status")));
  Names names(*workspace);
  Json out = Json::array();
  for (const domain::Round& each : rounds) out.push_back(shape_of(each, names));
  return Json{{"rounds", std::move(out)}};
}

Result<Json> decisions(Profile& profile, const Arguments&) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("round.decisions"));
  SAMLA_ASSIGN(const auto all, domain::list_decisions(*workspace));
  Names names(*workspace);
  Json out = Json::array();
  for (const domain::Decision& each : all) {
    Json candidates = Json::array();
    for (const domain::DecisionCandidate& candidate : each.candidates) {
      candidates.push_back({{"text", candidate.text},
                            {"place", candidate.place},
                            {"points", candidate.points},
                            {"chosen", candidate.chosen == 0 ? Json() : Json(candidate.chosen)}});
    }
    out.push_back({{"id", to_hex(each.id)},
                   {"round", each.round},
                   {"title", each.title},
                   {"method", each.method},
                   {"rationale", each.rationale},
                   {"voters", each.voters},
                   {"candidates", std::move(candidates)},
                   {"created", iso_time(each.created_ms)},
                   {"author", names.author(each.author).handle}});
  }
  return Json{{"decisions", std::move(out)}};
}

const Parameter kId = {"id", Type::kText, true, "the round's id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kRound =
    "id, title, method, dots, status (åpen, lukket, vedtatt, publisert), candidates (id, text, theme, "
    "inputs, "
    "and once it is closed place, tied, points, voters; chosen: 1 for the first of the decision, null for "
    "none), electorate (people of the forum), voters, late (ballots after it was closed, which don't count), "
    "void (ballots that others have written over), own (this user's ballot), rationale, log, created, "
    "author, "
    "conflict";

std::vector<Request> deciding_requests() {
  return {
      {"round.close",
       "Closes a round: the ballots that this device has count, and no later ones. For the forum and HR.",
       {kId},
       {{"round", kRound}},
       close},
      {"round.reopen",
       "Opens a closed round again, before it is decided. For the forum and HR.",
       {kId, {"note", Type::kText, false, "why"}},
       {{"round", kRound}},
       reopen},
      {"round.decide",
       "Says what the forum has decided, which the votes advise; until it is published it can be decided "
       "anew. "
       "For the forum and HR.",
       {kId,
        {"chosen", Type::kTexts, true, "the ids of the candidates that are chosen, in order"},
        {"rationale", Type::kText, true, "why; everybody will read it"}},
       {{"round", kRound}},
       decide},
      {"round.publish",
       "Publishes a decision to everybody: main measures are made of what is chosen, the inputs behind the "
       "candidates are vurdert, and every leader who was at a gathering is asked to pass it on. For HR.",
       {kId, {"due", Type::kText, false, "the day by which to pass it on, 2016-09-01"}},
       {{"round", kRound},
        {"decision", "the published decision's id"},
        {"measures", "ids of the main measures, in order"},
        {"assessed", "how many inputs are vurdert now"},
        {"tasks", "how many cascade tasks there are"},
        {"skipped", "handles of participants who lead no unit yet"}},
       publish},
      {"round.decisions",
       "Lists the decisions that are published, newest first. Everybody reads them.",
       {},
       {{"decisions",
         "a list of id, round, title, method, rationale, voters, candidates (text, place, points, chosen), "
         "created, author"}},
       decisions},
  };
}

}  // namespace

std::vector<Request> all() {
  std::vector<Request> out = {
      {"round.open",
       "Opens a round: which of these clusters are to be main measures? For the forum and HR.",
       {{"title", Type::kText, true, "one line"},
        {"candidates", Type::kTexts, true, "the ids of approved clusters, two at least"},
        {"method",
         Type::kText,
         false,
         "dots: each spreads some; score: each gives 0 to 5; rank: each says who is first, second, …",
         "dots",
         {"dots", "score", "rank"}},
        {"dots", Type::kInteger, false, "of the method dots: how many each has, 1 to 100; without it 5"}},
       {{"round", kRound}},
       open},
      {"round.vote",
       "Gives this user's one ballot, in place of an earlier one, while the round is open. For the forum.",
       {kId,
        {"ballot", Type::kTextMap, true,
         "by candidate's id, or a beginning of it: how many dots, which score, which place"}},
       {{"round", kRound}},
       vote},
      {"round.show",
       "Shows a round: while it is open who has voted, afterwards the places. Equals share a place.",
       {kId},
       {{"round", kRound}},
       show},
      {"round.list",
       "Lists rounds, newest first.",
       {{"status",
         Type::kText,
         false,
         "only with this status",
         {},
         {"åpen", "lukket", "vedtatt", "publisert"}}},
       {{"rounds", "a list of rounds as round.show gives them"}},
       list},
  };
  for (Request& each : deciding_requests()) out.push_back(std::move(each));
  return out;
}

}  // namespace samla::requests::round_requests
