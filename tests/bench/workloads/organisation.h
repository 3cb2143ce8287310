// The demonstration as workloads use it: loaded once into a folder that is kept, since that takes minutes,
// and copied for each run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/replica/replica.h"

namespace samla::bench {

/// A loaded demonstration: "server" and "hr" in its folder.
struct Organisation {
  std::filesystem::path folder;
  std::uint16_t port = 0;  ///< where HR's device looks for the server
  std::size_t units = 0;

  std::filesystem::path server() const { return folder / "server"; }
  std::filesystem::path hr() const { return folder / "hr"; }
};

replica::OpenOptions hr_options(const std::filesystem::path& folder);

/// A copy, in `folder`, of the demonstration with SAMLA_BENCH_UNITS units (565 are all of it). The first time
/// it is loaded, into SAMLA_BENCH_KEPT (build/release/bench from where ./run is).
Organisation organisation_in(const std::filesystem::path& folder);

}  // namespace samla::bench
