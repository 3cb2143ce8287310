// Clusters: what many inputs say together, in the forum space, where those who decide read it: a canonical
// text and copies of the inputs. Merging makes a further cluster that names its parts, which then stand no
// more; splitting it lets them stand again. Nothing is lost on the way: every record stays.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/domain/inputs.h"
#include "core/domain/status_log.h"
#include "core/domain/workspace.h"

namespace samla::domain {

inline constexpr std::string_view kClusterProposed = "foreslått";
inline constexpr std::string_view kClusterApproved = "godkjent";
inline constexpr std::string_view kClusterDissolved = "oppløst";

/// An input as the cluster's readers see it: they hold no key of the gathering.
struct ClusterMember {
  std::string input;  ///< its id
  std::string gathering;
  std::string theme;
  std::string text;
};

struct Cluster {
  RecordId id;
  std::string text;
  std::string theme;  ///< empty: none
  std::vector<ClusterMember> inputs;
  std::string status;                    ///< foreslått, godkjent, oppløst
  bool stands = true;                    ///< neither dissolved nor part of another
  std::vector<std::string> merged_from;  ///< ids of the clusters that it was made of
  std::string merged_into;  ///< the standing or later merged cluster that it is part of; empty: none
  std::string split_from;   ///< the cluster that its inputs were taken out of; empty: none
  std::vector<StatusEntry> log;
  SpaceId space;
  std::uint64_t created_ms = 0;
  WriterId author;
  bool contested = false;
};

/// A cluster of moderated inputs. `text` empty: the first input's. `theme` absent: the first input's. For
/// those who may write to the forum space and make clusters: HR, and facilitators whom HR lets in.
Result<Cluster> make_cluster(Workspace& workspace, const std::vector<std::string>& inputs,
                             const std::string& text, const std::optional<std::string>& theme);
/// Further moderated inputs into one that stands; it is foreslått again.
Result<Cluster> add_to_cluster(Workspace& workspace, std::string_view id,
                               const std::vector<std::string>& inputs);
/// Two or more that stand become one; without a text that of the first.
Result<Cluster> merge_clusters(Workspace& workspace, const std::vector<std::string>& ids,
                               const std::string& text);
/// With inputs: takes them out into a cluster of their own. Without: a merged one falls into its parts again,
/// as their inputs are now, and any other into single inputs, moderated as they were. What stands instead.
Result<std::vector<Cluster>> split_cluster(Workspace& workspace, std::string_view id,
                                           const std::vector<std::string>& inputs);
Result<Cluster> edit_cluster(Workspace& workspace, std::string_view id,
                             const std::optional<std::string>& text, const std::optional<std::string>& theme);
/// godkjent, or foreslått again. For HR.
Result<Cluster> approve_cluster(Workspace& workspace, std::string_view id, bool approve);

struct ClusterFilter {
  std::optional<std::string> theme;
  std::optional<std::string> status;
  bool all = false;  ///< also those that stand no more
};

/// Those with the most inputs first, then by text.
Result<std::vector<Cluster>> list_clusters(Workspace& workspace, const ClusterFilter& filter);
Result<Cluster> find_cluster(Workspace& workspace, std::string_view id, std::string_view operation);

}  // namespace samla::domain
