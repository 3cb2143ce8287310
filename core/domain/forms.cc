#include "core/domain/forms.h"

#include <algorithm>
#include <array>

namespace samla::domain {
namespace {

constexpr std::array<FormField, 5> kSelfAssessment = {{
    {"situation", "Hva kjennetegner situasjonen i enheten nå?",
     "Kva kjenneteiknar situasjonen i eininga no?"},
    {"participation", "Hvem har medvirket, og hvordan?", "Kven har medverka, og korleis?"},
    {"learning", "Hva har vi prøvd ut, og hva lærte vi?", "Kva har vi prøvd ut, og kva lærte vi?"},
    {"support", "Hva trenger vi fra andre for å lykkes?", "Kva treng vi frå andre for å lykkast?"},
    {"summary", "Oppsummering", "Oppsummering"},
}};

constexpr std::array<Form, 1> kForms = {
    {{"egenvurdering", 1, "Egenvurdering", "Eigenvurdering", kSelfAssessment}}};

}  // namespace

std::span<const Form> built_in_forms() { return kForms; }

const Form* find_form(std::string_view id) {
  const auto found = std::ranges::find(kForms, id, &Form::id);
  return found == kForms.end() ? nullptr : &*found;
}

const FormField* find_field(const Form& form, std::string_view id) {
  const auto found = std::ranges::find(form.fields, id, &FormField::id);
  return found == form.fields.end() ? nullptr : &*found;
}

}  // namespace samla::domain
