// Assessment print: one assessment for reading on paper, as Markdown or as a page of HTML that needs
// nothing else. What people wrote is escaped for the form that it goes into.
#pragma once

#include <optional>
#include <string>

#include "core/domain/assessments.h"
#include "core/domain/forms.h"
#include "core/domain/organisation.h"

namespace samla::domain {

enum class Language { kBokmal, kNynorsk };

struct PrintLabels {
  std::vector<Theme> themes;
  std::vector<Theme> drivers;
  Language language = Language::kBokmal;
  std::optional<Form> form =
      {};  ///< that it answers; absent: not on this device, and ids stand for its words
};

std::string print_markdown(const Assessment& assessment, const PrintLabels& labels);
std::string print_html(const Assessment& assessment, const PrintLabels& labels);

}  // namespace samla::domain
