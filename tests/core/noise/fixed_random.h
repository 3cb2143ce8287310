// A Random that gives out one prepared byte string, so that an ephemeral key can be a vector's.
#pragma once

#include "core/base/random.h"

namespace samla::noise {

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<std::uint8_t> out) override {
    SAMLA_ASSERT(out.size() == bytes_.size());
    std::ranges::copy(bytes_, out.begin());
  }

 private:
  Bytes bytes_;
};

}  // namespace samla::noise
