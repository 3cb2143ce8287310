// Sensitive: what people should think twice about before they share a text: Norwegian national identity
// numbers and telephone numbers. Looks only; nothing is blocked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace samla::domain {

struct Warning {
  std::string code;     ///< "national_identity_number", "phone_number", "open_conflict"
  std::string message;  ///< one sentence for the person
};

/// At most one warning of each kind. `where` names the field in the message.
std::vector<Warning> warnings_of(std::string_view text, std::string_view where);
/// 11 digits of which the last two are right by modulus 11.
bool is_national_identity_number(std::string_view digits);

}  // namespace samla::domain
