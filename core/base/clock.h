// Wall time, behind an interface so that simulation and tests set it.
#pragma once

#include <cstdint>

namespace samla {

/// Milliseconds since 1970-01-01 UTC. May jump either way: nothing may rest on it but display,
/// expiry and back-off.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual std::uint64_t now_ms() const = 0;
};

/// The machine's clock. Any thread.
class SystemClock final : public Clock {
 public:
  std::uint64_t now_ms() const override;
};

}  // namespace samla
