#include "core/domain/clusters.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "core/base/encoding.h"
#include "core/domain/cluster_records.h"
#include "core/domain/immutable.h"
#include "core/domain/names.h"
#include "core/domain/record_ids.h"
#include "core/domain/sessions.h"

namespace samla::domain {
namespace {

using replica::Edit;

/// One change of clusters: what goes into which space, committed at once.
class Change {
 public:
  explicit Change(Workspace& workspace)
      : workspace_(workspace), steps_(workspace), forum_(workspace.replica().space_id(purpose::kForum, {})) {}

  const SpaceId& forum() const { return forum_; }
  Edit& edit() { return edit_; }

  Result<void> check_rights(std::string_view operation) const {
    if (!may_make(kind::kCluster, workspace_.role())) {
      return fail(ErrorCode::not_permitted, std::string(operation), "HR and facilitators make clusters");
    }
    const auto writable = workspace_.check_writable(forum_, operation);
    if (writable) return {};
    return fail(writable.error().code, std::string(operation),
                "clusters are in the forum space; HR lets a facilitator in with space grant forum");
  }

  /// The inputs, each of which can be put into a cluster.
  Result<std::vector<Input>> take(const std::vector<std::string>& ids, std::string_view operation) {
    if (ids.empty()) return fail(ErrorCode::invalid_argument, std::string(operation), "name the inputs");
    std::vector<Input> out;
    std::set<RecordId> seen;
    for (const std::string& id : ids) {
      SAMLA_ASSIGN(Input input, find_input(workspace_, id, operation));
      if (!seen.insert(input.id).second) continue;
      SAMLA_TRY(workspace_.check_writable(input.space, operation));
      const auto step = check_input_step(input.status, kInputClustered, operation);
      if (!step)
        return fail(step.error().code, std::string(operation), to_hex(input.id) + ": " + step.error().hint);
      out.push_back(std::move(input));
    }
    return out;
  }

  /// Puts an input, and the copy that the forum reads, into the cluster.
  Result<void> put(const Input& input, const RecordId& cluster) {
    SAMLA_TRY(steps_.add(edit_, input, kInputClustered, to_hex(cluster)));
    spaces_.insert(input.space);
    std::vector<Edit::Field> fields = {field("source", to_hex(input.id)), field("gathering", input.gathering),
                                       field("theme", input.theme), field("text", input.text)};
    SAMLA_ASSIGN(const RecordId id, content_id(workspace_.replica(), forum_, kind::kClusteredInput, fields));
    SAMLA_ASSIGN(const auto present, workspace_.read(id));
    if (!present) edit_.create(id, forum_, std::string(kind::kClusteredInput), std::move(fields));
    return {};
  }

  /// Moderated as it was. An input that this device can't reach any more stays as it is.
  Result<void> let_go(const std::string& id) {
    const auto input = find_input(workspace_, id, "input.split");
    if (!input || input->status != kInputClustered) return {};
    if (!workspace_.check_writable(input->space, "input.split")) return {};
    SAMLA_TRY(steps_.add(edit_, *input, kInputModerated, {}));
    spaces_.insert(input->space);
    return {};
  }

  RecordId create(const std::string& text, const std::string& theme, const std::set<std::string>& inputs,
                  const std::vector<std::string>& merged_from, const std::string& split_from) {
    std::vector<Edit::Field> fields = {field("text", text)};
    if (!theme.empty()) fields.push_back(field("theme", theme));
    for (const std::string& each : inputs) fields.push_back(element("inputs", each));
    for (const std::string& each : merged_from) fields.push_back(element("merged_from", each));
    if (!split_from.empty()) fields.push_back(field("split_from", split_from));
    const RecordId id = workspace_.replica().new_record_id(forum_);
    edit_.create(id, forum_, std::string(kind::kCluster), std::move(fields));
    return id;
  }

  Result<void> commit() {
    spaces_.insert(forum_);
    return workspace_.commit(std::move(edit_), spaces_);
  }

 private:
  Workspace& workspace_;
  InputSteps steps_;
  SpaceId forum_;
  Edit edit_;
  std::set<SpaceId> spaces_;
};

Result<void> check_canonical(const std::string& text, std::string_view operation) {
  SAMLA_TRY(check_text(text, "the text", operation));
  constexpr std::size_t kBytesMax = 2000;
  if (text.size() > kBytesMax) {
    return fail(ErrorCode::invalid_argument, std::string(operation),
                "a cluster's text has at most 2000 bytes");
  }
  return {};
}

std::set<std::string> inputs_of(const Cluster& cluster) {
  std::set<std::string> out;
  for (const ClusterMember& each : cluster.inputs) out.insert(each.input);
  return out;
}

Result<Cluster> read_cluster(Workspace& workspace, const RecordId& id) {
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  const auto found = records.all().find(to_hex(id));
  if (found == records.all().end()) return fail(ErrorCode::internal, "cluster.read");
  return found->second;
}

/// Approved it was as it stood: changed, it is a proposal again.
Result<void> propose_again(Workspace& workspace, Change& change, const ClusterRecords& records,
                           const Cluster& cluster) {
  if (cluster.status != kClusterApproved) return {};
  return records.log().add(workspace, change.edit(), change.forum(), to_hex(cluster.id), kClusterProposed,
                           {});
}

/// The inputs that are named, which must be in the cluster.
Result<std::set<std::string>> named_inputs(const Cluster& cluster, const std::vector<std::string>& ids,
                                           std::string_view operation) {
  std::set<std::string> out;
  for (const std::string& id : ids) {
    std::vector<std::string> found;
    for (const ClusterMember& each : cluster.inputs) {
      if (each.input.starts_with(id)) found.push_back(each.input);
    }
    if (found.size() != 1 || id.empty()) {
      return fail(found.empty() ? ErrorCode::not_found : ErrorCode::ambiguous, std::string(operation),
                  found.empty() ? "the cluster has no input '" + id + "'" : "give more digits of the id");
    }
    out.insert(found.front());
  }
  return out;
}

/// A cluster's parts stand again, less what has been taken out since; what came since is a part of its own.
/// A part that nothing is left of stands no more.
Result<std::vector<RecordId>> fall_apart(Workspace& workspace, Change& change, const ClusterRecords& records,
                                         const Cluster& merged) {
  std::set<std::string> left = inputs_of(merged);
  std::vector<RecordId> out;
  for (const std::string& part : merged.merged_from) {
    const auto found = records.all().find(part);
    if (found == records.all().end()) continue;
    std::size_t kept = 0;
    for (const std::string& input : inputs_of(found->second)) {
      if (left.erase(input) != 0) {
        ++kept;
      } else {
        change.edit().remove_element(found->second.id, "inputs", input);
      }
    }
    if (kept > 0) {
      out.push_back(found->second.id);
      continue;
    }
    SAMLA_TRY(records.log().add(workspace, change.edit(), change.forum(), part, kClusterDissolved, {}));
  }
  if (!left.empty()) out.push_back(change.create(merged.text, merged.theme, left, {}, to_hex(merged.id)));
  return out;
}

}  // namespace

Result<Cluster> make_cluster(Workspace& workspace, const std::vector<std::string>& inputs,
                             const std::string& text, const std::optional<std::string>& theme) {
  constexpr std::string_view kOperation = "input.cluster";
  Change change(workspace);
  SAMLA_TRY(change.check_rights(kOperation));
  SAMLA_TRY(check_canonical(text, kOperation));
  if (theme) SAMLA_TRY(check_theme(workspace, *theme, kOperation));
  SAMLA_ASSIGN(const auto taken, change.take(inputs, kOperation));
  std::set<std::string> ids;
  for (const Input& each : taken) ids.insert(to_hex(each.id));
  const Input& first = taken.front();
  const RecordId id =
      change.create(text.empty() ? first.text : text, theme.value_or(first.theme), ids, {}, {});
  for (const Input& each : taken) SAMLA_TRY(change.put(each, id));
  SAMLA_TRY(change.commit());
  return read_cluster(workspace, id);
}

Result<Cluster> add_to_cluster(Workspace& workspace, std::string_view id,
                               const std::vector<std::string>& inputs) {
  constexpr std::string_view kOperation = "input.cluster";
  Change change(workspace);
  SAMLA_TRY(change.check_rights(kOperation));
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  SAMLA_ASSIGN(const Cluster* cluster, records.find_standing(workspace, id, kOperation));
  SAMLA_ASSIGN(const auto taken, change.take(inputs, kOperation));
  for (const Input& each : taken) {
    change.edit().add_element(cluster->id, "inputs", to_hex(each.id));
    SAMLA_TRY(change.put(each, cluster->id));
  }
  SAMLA_TRY(propose_again(workspace, change, records, *cluster));
  SAMLA_TRY(change.commit());
  return read_cluster(workspace, cluster->id);
}

Result<Cluster> merge_clusters(Workspace& workspace, const std::vector<std::string>& ids,
                               const std::string& text) {
  constexpr std::string_view kOperation = "input.merge";
  Change change(workspace);
  SAMLA_TRY(change.check_rights(kOperation));
  SAMLA_TRY(check_canonical(text, kOperation));
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  std::vector<const Cluster*> parts;
  for (const std::string& id : ids) {
    SAMLA_ASSIGN(const Cluster* part, records.find_standing(workspace, id, kOperation));
    if (std::ranges::find(parts, part) == parts.end()) parts.push_back(part);
  }
  if (parts.size() < 2) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "name two clusters or more");
  }
  std::set<std::string> inputs;
  std::vector<std::string> merged_from;
  for (const Cluster* each : parts) {
    inputs.merge(inputs_of(*each));
    merged_from.push_back(to_hex(each->id));
  }
  const RecordId id =
      change.create(text.empty() ? parts.front()->text : text, parts.front()->theme, inputs, merged_from, {});
  SAMLA_TRY(change.commit());
  return read_cluster(workspace, id);
}

Result<std::vector<Cluster>> split_cluster(Workspace& workspace, std::string_view id,
                                           const std::vector<std::string>& inputs) {
  constexpr std::string_view kOperation = "input.split";
  Change change(workspace);
  SAMLA_TRY(change.check_rights(kOperation));
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  SAMLA_ASSIGN(const Cluster* cluster, records.find_standing(workspace, id, kOperation));
  std::vector<RecordId> standing;
  if (!inputs.empty()) {
    SAMLA_ASSIGN(const auto named, named_inputs(*cluster, inputs, kOperation));
    if (named.size() == cluster->inputs.size()) {
      return fail(ErrorCode::invalid_argument, std::string(kOperation),
                  "these are all of its inputs; split it without naming any");
    }
    for (const std::string& each : named) change.edit().remove_element(cluster->id, "inputs", each);
    const auto first = std::ranges::find(cluster->inputs, *named.begin(), &ClusterMember::input);
    standing = {cluster->id, change.create(first->text.empty() ? cluster->text : first->text, cluster->theme,
                                           named, {}, to_hex(cluster->id))};
    SAMLA_TRY(propose_again(workspace, change, records, *cluster));
  } else {
    SAMLA_TRY(records.log().add(workspace, change.edit(), change.forum(), to_hex(cluster->id),
                                kClusterDissolved, {}));
    if (cluster->merged_from.empty()) {
      for (const ClusterMember& each : cluster->inputs) SAMLA_TRY(change.let_go(each.input));
    } else {
      SAMLA_ASSIGN(standing, fall_apart(workspace, change, records, *cluster));
    }
  }
  SAMLA_TRY(change.commit());
  std::vector<Cluster> out;
  for (const RecordId& each : standing) {
    SAMLA_ASSIGN(Cluster now, read_cluster(workspace, each));
    out.push_back(std::move(now));
  }
  return out;
}

Result<Cluster> edit_cluster(Workspace& workspace, std::string_view id,
                             const std::optional<std::string>& text,
                             const std::optional<std::string>& theme) {
  constexpr std::string_view kOperation = "cluster.edit";
  Change change(workspace);
  SAMLA_TRY(change.check_rights(kOperation));
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  SAMLA_ASSIGN(const Cluster* cluster, records.find_standing(workspace, id, kOperation));
  if (text) SAMLA_TRY(check_canonical(*text, kOperation));
  if (text && text->empty()) {
    return fail(ErrorCode::invalid_argument, std::string(kOperation), "a cluster needs a text");
  }
  if (theme) SAMLA_TRY(check_theme(workspace, *theme, kOperation));
  if (text && *text != cluster->text) change.edit().assign(cluster->id, "text", *text);
  if (theme && *theme != cluster->theme) change.edit().assign(cluster->id, "theme", *theme);
  if (change.edit().empty()) return *cluster;
  SAMLA_TRY(propose_again(workspace, change, records, *cluster));
  SAMLA_TRY(change.commit());
  return read_cluster(workspace, cluster->id);
}

Result<Cluster> approve_cluster(Workspace& workspace, std::string_view id, bool approve) {
  constexpr std::string_view kOperation = "cluster.approve";
  Change change(workspace);
  if (workspace.role() != Role::kHr) {
    return fail(ErrorCode::not_permitted, std::string(kOperation), "HR approves clusters");
  }
  SAMLA_TRY(change.check_rights(kOperation));
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  SAMLA_ASSIGN(const Cluster* cluster, records.find_standing(workspace, id, kOperation));
  const std::string_view to = approve ? kClusterApproved : kClusterProposed;
  if (cluster->status == to) return *cluster;
  SAMLA_TRY(records.log().add(workspace, change.edit(), change.forum(), to_hex(cluster->id), to, {}));
  SAMLA_TRY(change.commit());
  return read_cluster(workspace, cluster->id);
}

Result<std::vector<Cluster>> list_clusters(Workspace& workspace, const ClusterFilter& filter) {
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  std::vector<Cluster> out;
  for (const auto& [id, each] : records.all()) {
    if ((!filter.all && !each.stands) || (filter.theme && each.theme != *filter.theme) ||
        (filter.status && each.status != *filter.status))
      continue;
    out.push_back(each);
  }
  std::ranges::sort(out, [](const Cluster& a, const Cluster& b) {
    if (a.inputs.size() != b.inputs.size()) return a.inputs.size() > b.inputs.size();
    return std::tie(a.text, a.id) < std::tie(b.text, b.id);
  });
  return out;
}

Result<Cluster> find_cluster(Workspace& workspace, std::string_view id, std::string_view operation) {
  SAMLA_ASSIGN(const auto record, find_record(workspace, id, {kind::kCluster}, operation));
  SAMLA_ASSIGN(const auto records, ClusterRecords::load(workspace));
  const auto found = records.all().find(to_hex(record.id));
  if (found != records.all().end()) return found->second;
  return fail(ErrorCode::not_found, std::string(operation), "there is no such cluster any more");
}

}  // namespace samla::domain
