// Demo plan: an invented organisation from a fixed seed: units, their leaders, and what each comes to. The
// same on every machine. Pure; demo.cc carries it out.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/assessment_items.h"

namespace samla::domain {

struct DemoNote {
  std::string title;
  std::string body;
  std::string tag;
};

struct DemoMeasure {
  std::string title;
  std::string theme;
  std::string deadline;
  std::string status;
};

struct DemoUnit {
  std::string number;
  std::string name;
  std::string fylke;
  std::string type;
  std::string language;  ///< nb or nn
  int headcount = 0;
  std::string leader;  ///< handle
  std::string leader_name;
  std::string status;  ///< what its assessment comes to
  std::vector<std::pair<std::string, std::string>> answers;
  std::vector<NewItem> items;
  std::vector<std::string> participants;
  std::vector<DemoNote> notes;
  std::vector<DemoMeasure> measures;
  bool has_passed_on = false;  ///< the leader has told the staff
  int reached = 0;
};

/// small: 10 units, for tests and the demonstration. full: 565.
enum class DemoSize { kSmall, kFull };

std::vector<DemoUnit> plan_demo(DemoSize size);

}  // namespace samla::domain
