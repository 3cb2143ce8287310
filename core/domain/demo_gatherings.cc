#include "core/domain/demo_gatherings.h"

#include <array>
#include <map>

#include "core/base/encoding.h"
#include "core/domain/clusters.h"
#include "core/domain/csv.h"
#include "core/domain/gatherings.h"
#include "core/domain/import.h"
#include "core/domain/inputs.h"

namespace samla::domain {
namespace {

constexpr std::string_view kDemoGatherings = "demo.load";
constexpr bool kDryRun = true;

struct Guests {
  std::string_view role;
  std::size_t full;
  std::size_t small;
};

/// The unions', the safety representatives' and the municipalities', two, two and one a gathering.
constexpr std::array<Guests, 3> kGuests = {{{"TV", 14, 2}, {"VO", 14, 2}, {"KS", 7, 1}}};

std::string participants_csv(const DemoPlan& plan) {
  const auto& gatherings = demo_gatherings(plan.size);
  std::string out = csv_line({"gathering", "user", "name", "role", "status", "table"}, ';');
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& each : unit.leaders) {
      out += csv_line({gatherings[each.gathering].name, each.handle, each.name, "deltaker",
                       each.has_attended ? "møtt" : "ikke møtt", std::to_string(each.table)},
                      ';');
    }
  }
  for (const Guests& each : kGuests) {
    const std::size_t count = plan.size == DemoSize::kSmall ? each.small : each.full;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = std::string(each.role) + " " + std::to_string(i + 1);
      out += csv_line(
          {gatherings[i % gatherings.size()].name, "gjest" + std::string(each.role) + std::to_string(i + 1),
           name, std::string(each.role), "møtt", ""},
          ';');
    }
  }
  return out;
}

}  // namespace

Result<void> hold_gatherings(Workspace& hr, const DemoPlan& plan, const replica::SyncOptions& options) {
  const auto& gatherings = demo_gatherings(plan.size);
  std::string csv = csv_line({"name", "place", "from", "to"}, ';');
  for (const DemoGathering& each : gatherings)
    csv += csv_line({each.name, each.name, each.from, each.to}, ';');
  SAMLA_ASSIGN(const ImportResult made, import_gatherings(hr, csv, !kDryRun));
  SAMLA_TRY(hr.replica().sync(options));
  SAMLA_ASSIGN(const ImportResult seated, import_participants(hr, participants_csv(plan), !kDryRun));
  if (!made.applied || !seated.applied) return fail(ErrorCode::internal, std::string(kDemoGatherings));
  for (const DemoGathering& each : gatherings) {
    SAMLA_TRY(set_gathering_status(hr, each.name, "publisert", {}));
    SAMLA_TRY(set_gathering_status(hr, each.name, "pågår", {}));
  }
  return {};
}

Result<std::vector<std::string>> gather_inputs(Workspace& hr, const DemoPlan& plan, const DemoPlace& place,
                                               DemoCounts& counts) {
  std::map<std::string, std::size_t> cluster_of;
  for (const DemoUnit& unit : plan.units) {
    for (const DemoLeader& leader : unit.leaders) {
      for (const DemoInput& each : leader.inputs) cluster_of[each.text] = each.cluster;
    }
  }
  std::map<std::size_t, std::vector<std::string>> clusters;
  SAMLA_ASSIGN(const auto inputs, list_inputs(hr, {}));
  for (const Input& each : inputs) {
    SAMLA_TRY(moderate_input(hr, to_hex(each.id), std::string(kInputModerated), {}, std::nullopt));
    clusters[cluster_of[each.text]].push_back(to_hex(each.id));
    place.tell("inputs", ++counts.inputs, inputs.size());
  }
  std::vector<std::string> candidates;
  for (const auto& [number, ids] : clusters) {
    SAMLA_ASSIGN(const Cluster cluster, make_cluster(hr, ids, {}, std::nullopt));
    place.tell("clusters", ++counts.clusters, clusters.size());
    if (candidates.size() == demo_figures(plan.size).candidates) continue;
    SAMLA_TRY(approve_cluster(hr, to_hex(cluster.id), true));
    candidates.push_back(to_hex(cluster.id));
  }
  for (const DemoGathering& each : demo_gatherings(plan.size))
    SAMLA_TRY(set_gathering_status(hr, each.name, "avsluttet", {}));
  return candidates;
}

}  // namespace samla::domain
