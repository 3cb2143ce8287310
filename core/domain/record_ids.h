// Finding a record by what a person types: its id, or a beginning of it that is unique among its kinds.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/domain/workspace.h"

namespace samla::domain {

/// `kinds` empty: of any kind. not_found, ambiguous, or invalid_argument for what cannot be an id. Erased
/// records are found too.
Result<view::RecordView> find_record(Workspace& workspace, std::string_view id,
                                     std::initializer_list<std::string_view> kinds,
                                     std::string_view operation);

}  // namespace samla::domain
