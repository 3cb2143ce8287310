#include "core/domain/cluster_records.h"

#include <algorithm>

#include "core/base/encoding.h"
#include "core/domain/immutable.h"
#include "core/domain/names.h"
#include "core/domain/record_ids.h"

namespace samla::domain {
namespace {

Result<std::map<std::string, ClusterMember>> copies(Workspace& workspace, const SpaceId& forum) {
  SAMLA_ASSIGN(const auto records, workspace.list_with_erased(kind::kClusteredInput, forum));
  std::map<std::string, ClusterMember> out;
  for (const auto& record : records) {
    if (!record->unaltered || !made_rightly(workspace, *record)) continue;
    out[record->text("source")] = {record->text("source"), record->text("gathering"), record->text("theme"),
                                   record->text("text")};
  }
  return out;
}

Cluster cluster_of_record(const view::RecordView& record, const std::map<std::string, ClusterMember>& copies,
                          const StatusLog& log) {
  Cluster out;
  out.id = record.id;
  out.text = record.text("text");
  out.theme = record.text("theme");
  for (const std::string& input : record.elements("inputs")) {
    const auto copy = copies.find(input);
    out.inputs.push_back(copy == copies.end() ? ClusterMember{input, {}, {}, {}} : copy->second);
  }
  out.merged_from = record.elements("merged_from");
  out.split_from = record.text("split_from");
  const std::string id = to_hex(record.id);
  out.log = log.entries(id);
  out.status = log.status(id, kClusterProposed);
  out.space = record.space;
  out.created_ms = record.created_ms;
  out.author = record.author;
  out.contested = record.contested();
  return out;
}

}  // namespace

Result<ClusterRecords> ClusterRecords::load(Workspace& workspace) {
  const SpaceId forum = workspace.replica().space_id(purpose::kForum, {});
  ClusterRecords out;
  SAMLA_ASSIGN(out.log_, StatusLog::load(workspace, kind::kClusterStatus, forum));
  SAMLA_ASSIGN(const auto known, copies(workspace, forum));
  SAMLA_ASSIGN(const auto records, workspace.list(kind::kCluster, forum));
  for (const auto& record : records) {
    if (!made_rightly(workspace, *record)) continue;
    out.clusters_.emplace(to_hex(record->id), cluster_of_record(*record, known, out.log_));
  }
  out.trace();
  return out;
}

/// A cluster stands unless it is dissolved, or part of one that is not. Two may have merged it at once
/// without knowing of each other: then it is in both, and the one with the lower id is named.
void ClusterRecords::trace() {
  for (const auto& [id, merged] : clusters_) {
    if (merged.status == kClusterDissolved) continue;
    for (const std::string& part : merged.merged_from) {
      const auto found = clusters_.find(part);
      if (found != clusters_.end() && found->second.merged_into.empty()) found->second.merged_into = id;
    }
  }
  for (auto& [id, each] : clusters_) {
    each.stands = each.status != kClusterDissolved && each.merged_into.empty();
  }
}

Result<const Cluster*> ClusterRecords::find_standing(Workspace& workspace, std::string_view id,
                                                     std::string_view operation) const {
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kCluster}, operation));
  const auto found = clusters_.find(to_hex(record.id));
  if (found == clusters_.end()) {
    return fail(ErrorCode::not_found, std::string(operation), "there is no such cluster any more");
  }
  const Cluster& cluster = found->second;
  if (cluster.stands) return &cluster;
  if (!cluster.merged_into.empty()) {
    return fail(ErrorCode::wrong_state, std::string(operation),
                "the cluster is part of " + cluster.merged_into + "; split that first");
  }
  return fail(ErrorCode::wrong_state, std::string(operation), "the cluster has been dissolved");
}

const Cluster* ClusterRecords::cluster_of(const std::string& input) const {
  for (const auto& [id, each] : clusters_) {
    if (each.stands && std::ranges::find(each.inputs, input, &ClusterMember::input) != each.inputs.end())
      return &each;
  }
  return nullptr;
}

}  // namespace samla::domain
