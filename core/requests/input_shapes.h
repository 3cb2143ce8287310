// What the domain returns about inputs and clusters, as the JSON of replies.
#pragma once

#include "core/domain/clusters.h"
#include "core/domain/inputs.h"
#include "core/domain/names.h"
#include "core/requests/gathering_shapes.h"
#include "core/requests/json.h"

namespace samla::requests {

/// Whoever wrote an anonymous input is not in it.
Json shape_of(const domain::Input& input, domain::Names& names);
Json shape_of(const domain::Cluster& cluster, domain::Names& names);

}  // namespace samla::requests
