// samla_report_times PROFILE LEADER [--size small]: how long HR's reports take on a loaded demonstration: as
// the first request after the store was opened, again, and after one more submission has come. PROFILE is
// HR's, LEADER the profile of a leader who has submitted; both open with $SAMLA_PASSPHRASE, and their server
// runs.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/requests/client.h"
#include "core/requests/json.h"

namespace {

using samla::requests::Client;
using samla::requests::Json;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "samla_report_times: %s\n", why.c_str());
  std::exit(1);
}

std::unique_ptr<Client> open(const char* profile) {
  const char* passphrase = std::getenv("SAMLA_PASSPHRASE");
  auto opened = Client::open({profile, passphrase == nullptr ? "" : passphrase});
  if (!opened) give_up(opened.error().message());
  return std::move(*opened);
}

Json must(Client& client, Json request) {
  Json reply = Json::parse(client.request(request.dump()), nullptr, false);
  if (!reply.is_object() || reply.value("ok", Json(false)) != true)
    give_up(request.dump() + ": " + reply.dump());
  return reply;
}

double ms_of(Client& client, const Json& request) {
  const auto begun = std::chrono::steady_clock::now();
  must(client, request);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
}

const std::vector<Json> kReports = {
    {{"request", "report.response"}, {"by", "fylke"}},
    {{"request", "report.response"}, {"by", "fylke"}, {"for", "others"}},
    {{"request", "report.themes"}},
    {{"request", "report.themes"}, {"by", "driver"}, {"for", "others"}},
    {{"request", "report.text"}},
    {{"request", "report.text"}, {"part", "styrke"}, {"for", "others"}},
    {{"request", "report.measures"}},
    {{"request", "report.cascade"}},
    {{"request", "report.inputs"}},
    {{"request", "report.conflicts"}},
    {{"request", "export.json"}, {"what", "items"}},
};

/// Another answer, and the assessment is sent again.
void submit_once_more(Client& leader, Client& hr) {
  const Json drafts = must(leader, {{"request", "assessment.list"}})["assessments"];
  if (drafts.empty()) give_up("the leader has no assessment");
  const std::string id = drafts[0]["id"];
  static int times = 0;
  must(leader, {{"request", "assessment.fill"},
                {"id", id},
                {"answers", {{"summary", "Oppsummert igjen, " + std::to_string(++times)}}}});
  must(leader, {{"request", "assessment.submit"}, {"id", id}});
  must(leader, {{"request", "sync.now"}});
  must(hr, {{"request", "sync.now"}});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) give_up("usage: samla_report_times PROFILE LEADER");
  std::vector<double> cold;
  for (const Json& report : kReports) cold.push_back(ms_of(*open(argv[1]), report));
  const auto hr = open(argv[1]);
  const auto leader = open(argv[2]);
  for (const Json& report : kReports) ms_of(*hr, report);
  std::printf("%-64s %10s %10s %10s\n", "ms", "first", "again", "after one");
  for (std::size_t i = 0; i < kReports.size(); ++i) {
    const double again = ms_of(*hr, kReports[i]);
    submit_once_more(*leader, *hr);
    const double after = ms_of(*hr, kReports[i]);
    std::printf("%-64s %10.1f %10.1f %10.1f\n", kReports[i].dump().c_str(), cold[i], again, after);
  }
  return 0;
}
