// An assessment's text comes from a person's editor: what is read of it is written and read as itself.
#include <algorithm>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/domain/form_json.h"
#include "core/domain/form_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samla::domain;
  static const std::vector<Form> forms = [] {
    std::vector<Form> out;
    for (const std::string_view text : built_in_form_texts()) out.push_back(read_form(text).form);
    return out;
  }();
  for (const Form& form : forms) {
    const auto read = read_form_text(form, {}, samla::as_text({data, size}), "fuzz");
    if (!read) continue;
    std::vector<AssessmentItem> items;
    for (const TextItem& each : read->items) {
      items.emplace_back();
      items.back().type = each.type;
      items.back().text = each.text;
    }
    const auto again = read_form_text(form, {}, text_of_form(form, read->answers, items, "nn"), "fuzz");
    SAMLA_ASSERT(again.ok() && again->items.size() == read->items.size());
    for (const auto& [id, answer] : read->answers) SAMLA_ASSERT(again->answers.at(id) == answer);
    for (std::size_t i = 0; i < items.size(); ++i) SAMLA_ASSERT(again->items[i].text == items[i].text);
  }
  return 0;
}
