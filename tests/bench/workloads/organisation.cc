#include "tests/bench/workloads/organisation.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>

#include "core/domain/demo.h"
#include "core/domain/kinds.h"
#include "core/domain/organisation.h"
#include "tests/bench/workloads/measure.h"

namespace samla::bench {
namespace {

constexpr std::size_t kUnitsSmall = 10;
constexpr const char* kPortFile = "port";

std::string setting(const char* name, const char* otherwise) {
  const char* const given = std::getenv(name);
  return given == nullptr ? otherwise : given;
}

domain::DemoPlan plan_of(std::size_t units) {
  domain::DemoPlan plan =
      domain::plan_demo(units <= kUnitsSmall ? domain::DemoSize::kSmall : domain::DemoSize::kFull);
  plan.units.resize(std::min(units, plan.units.size()));
  return plan;
}

Numbers load(const Organisation& into, const std::string& url, std::size_t units) {
  const replica::OpenOptions options = hr_options(into.hr());
  auto founded = domain::found(options, {"NAV PULS (oppdiktet)", url, "hr", "HR", "HR"});
  if (!founded.ok()) give_up("organisation: " + founded.error().message());
  domain::Workspace hr(**founded);
  domain::DemoPlace place;
  place.people = into.folder / "people";
  std::filesystem::create_directories(place.people);
  place.passphrase = options.passphrase;
  place.progress = [](std::string_view step, std::size_t done, std::size_t all) {
    std::fprintf(stderr, "\rthe demonstration: %.*s, %zu of %zu      ", static_cast<int>(step.size()),
                 step.data(), done, all);
  };
  const auto loaded = domain::load_demo(hr, plan_of(units), place);
  std::fprintf(stderr, "\n");
  if (!loaded.ok()) give_up("organisation: " + loaded.error().message());
  return {};
}

/// Under another name until it is whole.
void make(const std::filesystem::path& kept, std::size_t units) {
  Organisation partial;
  partial.folder = kept;
  partial.folder += ".partial";
  std::filesystem::remove_all(partial.folder);
  std::filesystem::create_directories(partial.folder);
  std::random_device random;
  partial.port = static_cast<std::uint16_t>(20'000 + random() % 20'000);
  {
    ServerProcess server(partial.server(), partial.port);
    in_process([&] { return load(partial, server.url(), units); });
  }
  std::filesystem::remove_all(partial.folder / "people");
  std::ofstream(partial.folder / kPortFile) << partial.port;
  std::filesystem::rename(partial.folder, kept);
}

}  // namespace

replica::OpenOptions hr_options(const std::filesystem::path& folder) {
  replica::OpenOptions out;
  out.directory = folder;
  out.passphrase = "en passfrase for målingen";
  out.search_fields = domain::search_fields();
  return out;
}

Organisation organisation_in(const std::filesystem::path& folder) {
  Organisation out;
  out.folder = folder;
  out.units = std::strtoull(setting("SAMLA_BENCH_UNITS", "565").c_str(), nullptr, 10);
  const std::filesystem::path kept =
      std::filesystem::path(setting("SAMLA_BENCH_KEPT", "build/release/bench")) /
      ("organisation-" + std::to_string(out.units));
  if (!std::filesystem::exists(kept)) make(kept, out.units);
  for (const char* part : {"server", "hr"}) {
    std::filesystem::copy(kept / part, folder / part, std::filesystem::copy_options::recursive);
  }
  std::ifstream(kept / kPortFile) >> out.port;
  return out;
}

}  // namespace samla::bench
