// ClusterRecords: the clusters of the forum space with their lineage, as their records say. Within the domain
// alone; made anew for each request.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/clusters.h"

namespace samla::domain {

class ClusterRecords {
 public:
  static Result<ClusterRecords> load(Workspace& workspace);

  const std::map<std::string, Cluster>& all() const { return clusters_; }
  const StatusLog& log() const { return log_; }
  /// not_found, or wrong_state where it stands no more: with what became of it.
  Result<const Cluster*> find_standing(Workspace& workspace, std::string_view id,
                                       std::string_view operation) const;
  /// The standing cluster that the input is in; null: none.
  const Cluster* cluster_of(const std::string& input) const;

 private:
  void trace();

  std::map<std::string, Cluster> clusters_;  ///< by id
  StatusLog log_;
};

}  // namespace samla::domain
