// JSON as requests use it. Replies keep the order in which members were added.
#pragma once

#include <nlohmann/json.hpp>

namespace samla::requests {

using Json = nlohmann::ordered_json;

}  // namespace samla::requests
