// Forms: what an assessment asks. A form's field ids are stable: answers are stored under them, do not
// rename. Built in so far: egenvurdering.
#pragma once

#include <span>
#include <string_view>

namespace samla::domain {

struct FormField {
  std::string_view id;
  std::string_view nb;
  std::string_view nn;
};

struct Form {
  std::string_view id;
  int version = 1;
  std::string_view nb;
  std::string_view nn;
  std::span<const FormField> fields;
};

std::span<const Form> built_in_forms();
/// Null: no such form.
const Form* find_form(std::string_view id);
/// Null: the form has no such field.
const FormField* find_field(const Form& form, std::string_view id);

}  // namespace samla::domain
