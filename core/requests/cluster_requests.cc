// Requests about clusters: what many inputs say together. How they come about is input's: cluster, merge,
// split.
#include "core/base/encoding.h"
#include "core/requests/catalogue.h"
#include "core/requests/input_shapes.h"

namespace samla::requests::cluster_requests {
namespace {

using domain::Names;
using domain::Workspace;

Result<Json> reply_with(Profile& profile, Workspace& workspace, const domain::Cluster& cluster) {
  Names names(workspace);
  profile.tell_changed(cluster.id);
  return Json{{"cluster", shape_of(cluster, names)}};
}

Result<Json> make(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.cluster"));
  if (const auto into = arguments.find_text("into")) {
    if (arguments.find_text("text") || arguments.find_text("theme")) {
      return fail(ErrorCode::invalid_argument, "input.cluster",
                  "a cluster that is there keeps its text and theme; cluster edit changes them");
    }
    SAMLA_ASSIGN(const auto cluster, domain::add_to_cluster(*workspace, *into, arguments.texts("inputs")));
    return reply_with(profile, *workspace, cluster);
  }
  SAMLA_ASSIGN(const auto cluster,
               domain::make_cluster(*workspace, arguments.texts("inputs"), arguments.text("text"),
                                    arguments.find_text("theme")));
  return reply_with(profile, *workspace, cluster);
}

Result<Json> merge(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.merge"));
  SAMLA_ASSIGN(const auto cluster,
               domain::merge_clusters(*workspace, arguments.texts("clusters"), arguments.text("text")));
  return reply_with(profile, *workspace, cluster);
}

Json shapes_of(const std::vector<domain::Cluster>& clusters, Names& names) {
  Json out = Json::array();
  for (const domain::Cluster& each : clusters) out.push_back(shape_of(each, names));
  return out;
}

Result<Json> split(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("input.split"));
  SAMLA_ASSIGN(const auto clusters,
               domain::split_cluster(*workspace, arguments.text("cluster"), arguments.texts("inputs")));
  for (const domain::Cluster& each : clusters) profile.tell_changed(each.id);
  Names names(*workspace);
  return Json{{"clusters", shapes_of(clusters, names)}};
}

Result<Json> edit(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("cluster.edit"));
  SAMLA_ASSIGN(const auto cluster,
               domain::edit_cluster(*workspace, arguments.text("id"), arguments.find_text("text"),
                                    arguments.find_text("theme")));
  return reply_with(profile, *workspace, cluster);
}

Result<Json> approve(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("cluster.approve"));
  SAMLA_ASSIGN(const auto cluster,
               domain::approve_cluster(*workspace, arguments.text("id"), !arguments.truth("withdraw")));
  return reply_with(profile, *workspace, cluster);
}

Result<Json> show(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("cluster.show"));
  SAMLA_ASSIGN(const auto cluster, domain::find_cluster(*workspace, arguments.text("id"), "cluster.show"));
  Names names(*workspace);
  return Json{{"cluster", shape_of(cluster, names)}};
}

Result<Json> list(Profile& profile, const Arguments& arguments) {
  SAMLA_ASSIGN(Workspace * workspace, profile.workspace("cluster.list"));
  const domain::ClusterFilter filter{arguments.find_text("theme"), arguments.find_text("status"),
                                     arguments.truth("all")};
  SAMLA_ASSIGN(const auto clusters, domain::list_clusters(*workspace, filter));
  Names names(*workspace);
  return Json{{"clusters", shapes_of(clusters, names)}};
}

const Parameter kId = {"id", Type::kText, true,
                       "the cluster's id, or a unique beginning of at least 4 digits"};
constexpr std::string_view kCluster =
    "id, text, theme, inputs (id, gathering, theme, text), size (how many), status (foreslått, godkjent, "
    "oppløst), stands (neither dissolved nor part of another), merged_from, merged_into, split_from, log, "
    "created, author, conflict";

std::vector<Request> lineage_requests() {
  return {
      {"input.cluster",
       "Puts moderated inputs into a cluster, a new one or one that stands; copies of them go to the forum "
       "space. For HR, and facilitators whom HR lets into the forum space.",
       {{"inputs", Type::kTexts, true, "the inputs' ids"},
        {"text", Type::kText, false, "what they say together; without it the first input's text"},
        {"theme", Type::kText, false, "a theme's id; without it the first input's"},
        {"into", Type::kText, false, "the id of a cluster that stands; without it a new one"}},
       {{"cluster", kCluster}},
       make},
      {"input.merge",
       "Makes one cluster of several. They stand no more, and input.split has them stand again.",
       {{"clusters", Type::kTexts, true, "the clusters' ids, two or more"},
        {"text", Type::kText, false, "what they say together; without it the first one's text"}},
       {{"cluster", kCluster}},
       merge},
      {"input.split",
       "Takes a cluster apart. With inputs: those become a cluster of their own. Without: a merged cluster "
       "falls into what it was made of, another one into single inputs.",
       {{"cluster", Type::kText, true, "the cluster's id"},
        {"inputs", Type::kTexts, false, "the ids of inputs that are in it"}},
       {{"clusters", "those that stand instead, as cluster.show gives them"}},
       split},
  };
}

}  // namespace

std::vector<Request> all() {
  std::vector<Request> out = lineage_requests();
  for (Request& each : std::vector<Request>{
           {"cluster.edit",
            "Changes a cluster's text or theme; it is foreslått again. For HR and facilitators in the forum "
            "space.",
            {kId,
             {"text", Type::kText, false, "what its inputs say together"},
             {"theme", Type::kText, false, "a theme's id; empty: none"}},
            {{"cluster", kCluster}},
            edit},
           {"cluster.approve",
            "Approves a cluster, so that it can be a candidate in a round. For HR.",
            {kId, {"withdraw", Type::kBoolean, false, "takes the approval back"}},
            {{"cluster", kCluster}},
            approve},
           {"cluster.show", "Shows a cluster with its lineage.", {kId}, {{"cluster", kCluster}}, show},
           {"cluster.list",
            "Lists clusters, those with the most inputs first.",
            {{"theme", Type::kText, false, "only of this theme"},
             {"status",
              Type::kText,
              false,
              "only with this status",
              {},
              {"foreslått", "godkjent", "oppløst"}},
             {"all", Type::kBoolean, false, "also those that stand no more"}},
            {{"clusters", "a list of clusters as cluster.show gives them"}},
            list}})
    out.push_back(std::move(each));
  return out;
}

}  // namespace samla::requests::cluster_requests
