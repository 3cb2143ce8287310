// Forms come from HR's files and from the directory: whatever is usable is written and read as itself.
#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/domain/form_check.h"
#include "core/domain/form_diff.h"
#include "core/domain/form_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samla::domain::ReadForm read = samla::domain::read_form(samla::as_text({data, size}));
  if (!read.usable()) return 0;
  const samla::domain::ReadForm again = samla::domain::read_form(samla::domain::json_of(read.form));
  SAMLA_ASSERT(again.usable() && again.form == read.form);
  SAMLA_ASSERT(samla::domain::diff_forms(read.form, again.form).empty());
  static_cast<void>(samla::domain::doubts_about(read.form, {}));
  return 0;
}
