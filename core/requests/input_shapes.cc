#include "core/requests/input_shapes.h"

#include "core/base/encoding.h"
#include "core/requests/shapes.h"

namespace samla::requests {

Json shape_of(const domain::Input& input, domain::Names& names) {
  Json out = {{"id", to_hex(input.id)},
              {"gathering", input.gathering},
              {"text", input.text},
              {"theme", or_null(input.theme)},
              {"table", input.table},
              {"anonymous", input.anonymous},
              {"author", nullptr},
              {"author_name", nullptr},
              {"source", or_null(input.source)},
              {"status", input.status},
              {"reason", nullptr}};
  if (!input.anonymous) {
    const domain::Person person = names.author(input.author);
    out["author"] = person.handle;
    out["author_name"] = person.name;
  }
  const bool is_moderation =
      input.status == domain::kInputModerated || input.status == domain::kInputRejected;
  if (is_moderation && !input.log.empty()) out["reason"] = or_null(input.log.back().note);
  out["log"] = shape_of(input.log, names);
  out["created"] = iso_time(input.created_ms);
  out["conflict"] = input.contested;
  return out;
}

Json shape_of(const domain::Cluster& cluster, domain::Names& names) {
  Json inputs = Json::array();
  for (const domain::ClusterMember& each : cluster.inputs) {
    inputs.push_back({{"id", each.input},
                      {"gathering", each.gathering},
                      {"theme", or_null(each.theme)},
                      {"text", each.text}});
  }
  return {{"id", to_hex(cluster.id)},
          {"text", cluster.text},
          {"theme", or_null(cluster.theme)},
          {"inputs", std::move(inputs)},
          {"size", cluster.inputs.size()},
          {"status", cluster.status},
          {"stands", cluster.stands},
          {"merged_from", cluster.merged_from},
          {"merged_into", or_null(cluster.merged_into)},
          {"split_from", or_null(cluster.split_from)},
          {"log", shape_of(cluster.log, names)},
          {"created", iso_time(cluster.created_ms)},
          {"author", names.author(cluster.author).handle},
          {"conflict", cluster.contested}};
}

}  // namespace samla::requests
