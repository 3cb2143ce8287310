// SAMLA_ASSERT: a programmer's error, checked in release as well. No input may reach one.
#pragma once

namespace samla {

/// Prints the broken condition with its place and ends the process.
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace samla

#define SAMLA_ASSERT(condition) \
  ((condition) ? static_cast<void>(0) : ::samla::assertion_failed(#condition, __FILE__, __LINE__))
