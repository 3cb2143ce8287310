// Result<T>: every byte from disk, wire, argv or JSON yields one. Error = code + operation + hint.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "core/base/assert.h"

namespace samla {

/// See errors.def, which is the list. The values are stable.
enum class ErrorCode : int {
#define SAMLA_ERROR(name, number, text) name = number,
#include "core/base/errors.def"
#undef SAMLA_ERROR
};

/// The code's name as it stands in JSON replies ("not_found").
std::string_view error_name(ErrorCode code);
/// The code's text for a person ("not found").
std::string_view error_text(ErrorCode code);

struct Error {
  ErrorCode code = ErrorCode::internal;
  /// What was being done, in the domain's words or as a dotted path ("note.edit", "vault.open").
  std::string operation;
  /// What the person can do about it; empty where nothing useful can be said.
  std::string hint;

  /// "operation: text", then the hint in parentheses: one line.
  std::string message() const;
};

/// Either a T or an Error. Reading the value of a failed one ends the process.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : inner_(std::move(value)) {}
  Result(Error error) : inner_(tl::unexpect, std::move(error)) {}

  bool ok() const { return inner_.has_value(); }
  explicit operator bool() const { return ok(); }
  T& operator*() & {
    SAMLA_ASSERT(ok());
    return *inner_;
  }
  const T& operator*() const& {
    SAMLA_ASSERT(ok());
    return *inner_;
  }
  T&& operator*() && {
    SAMLA_ASSERT(ok());
    return std::move(*inner_);
  }
  T* operator->() { return &**this; }
  const T* operator->() const { return &**this; }
  const Error& error() const {
    SAMLA_ASSERT(!ok());
    return inner_.error();
  }

 private:
  tl::expected<T, Error> inner_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : inner_(tl::unexpect, std::move(error)) {}

  bool ok() const { return inner_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    SAMLA_ASSERT(!ok());
    return inner_.error();
  }

 private:
  tl::expected<void, Error> inner_;
};

inline Error fail(ErrorCode code, std::string operation, std::string hint = {}) {
  return {code, std::move(operation), std::move(hint)};
}

}  // namespace samla

#define SAMLA_CONCAT_INNER(a, b) a##b
#define SAMLA_CONCAT(a, b) SAMLA_CONCAT_INNER(a, b)

/// Returns the error of `expression` from the calling function, if it has one.
#define SAMLA_TRY(expression) \
  if (auto samla_try_result = (expression); !samla_try_result.ok()) return samla_try_result.error()

/// `SAMLA_ASSIGN(auto x, f());` declares x from f's value, or returns f's error.
#define SAMLA_ASSIGN(declaration, expression) \
  SAMLA_ASSIGN_INNER(SAMLA_CONCAT(samla_result_, __LINE__), declaration, expression)
#define SAMLA_ASSIGN_INNER(temporary, declaration, expression) \
  auto temporary = (expression);                               \
  if (!temporary.ok()) return temporary.error();               \
  declaration = std::move(*temporary)
