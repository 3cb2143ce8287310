// Assessment items: strengths, weaknesses and proposed measures, each a record of its own with an order
// key, so that people who add, move and delete at once lose nothing and see nothing twice.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/domain/assessments.h"

namespace samla::domain {

struct NewItem {
  std::string type;
  std::string text;
  std::string theme;   ///< a key; empty: none
  std::string driver;  ///< a key; empty: none
  std::string evidence;
};

/// Absent members stay as they are; an empty theme or driver is taken away.
struct ItemChange {
  std::optional<std::string> type;
  std::optional<std::string> text;
  std::optional<std::string> theme;
  std::optional<std::string> driver;
  std::optional<std::string> evidence;
};

/// At the end. `id` is the assessment's.
Result<AssessmentResult> add_item(Workspace& workspace, std::string_view id, const NewItem& item);
/// `id` is the item's here and below.
Result<AssessmentResult> edit_item(Workspace& workspace, std::string_view id, const ItemChange& change);
/// Before or after another item of the same assessment; exactly one is given.
Result<AssessmentResult> move_item(Workspace& workspace, std::string_view id,
                                   const std::optional<std::string>& before,
                                   const std::optional<std::string>& after);
Result<AssessmentResult> delete_item(Workspace& workspace, std::string_view id);

}  // namespace samla::domain
