// The catalogue in words: JSON Schema for programs (catalogue_json in client.h), Markdown for docs.
#pragma once

#include <string>

#include "core/requests/json.h"

namespace samla::requests {

/// A list of requests; what `requests` replies with.
Json describe_catalogue();
/// docs/requests.md, whole.
std::string catalogue_markdown();

}  // namespace samla::requests
