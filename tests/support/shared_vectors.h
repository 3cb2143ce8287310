// Published test data that is not part of the project: in $SAMLA_VECTORS, else beside it in
// ../shared/vectors. Absent on other machines.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>

namespace samla::test {

inline std::optional<std::filesystem::path> shared_vector(const char* name) {
  const char* folder = std::getenv("SAMLA_VECTORS");
  const std::filesystem::path base =
      folder != nullptr ? std::filesystem::path(folder)
                        : std::filesystem::path(SAMLA_SOURCE_DIR).parent_path() / "shared" / "vectors";
  std::error_code ignored;
  const auto path = base / name;
  return std::filesystem::exists(path, ignored) ? std::optional(path) : std::nullopt;
}

}  // namespace samla::test
