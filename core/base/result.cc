#include "core/base/result.h"

namespace samla {

std::string_view error_name(ErrorCode code) {
  switch (code) {
#define SAMLA_ERROR(name, number, text) \
  case ErrorCode::name:                 \
    return #name;
#include "core/base/errors.def"
#undef SAMLA_ERROR
  }
  return "internal";
}

std::string_view error_text(ErrorCode code) {
  switch (code) {
#define SAMLA_ERROR(name, number, text) \
  case ErrorCode::name:                 \
    return text;
#include "core/base/errors.def"
#undef SAMLA_ERROR
  }
  return "an internal error";
}

std::string Error::message() const {
  std::string out = operation;
  if (!out.empty()) out += ": ";
  out += error_text(code);
  if (!hint.empty()) out += " (" + hint + ")";
  return out;
}

}  // namespace samla
