// The records of all workloads, made from fixed seeds: what docs/performance.md calls a note. The digests
// that `check_generator` compares make runs comparable with those of other systems on the same records.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace samla::bench {

struct BenchRecord {
  std::string id;  ///< 32 hexadecimal digits
  std::string title;
  std::string body;
  std::string tags;
  std::string theme;
  std::string gathering;
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::string kind;
};

std::vector<BenchRecord> make_records(std::size_t count, std::uint32_t seed);
/// W1 and W2.
std::vector<BenchRecord> notes(std::size_t count);
/// W3: device d's.
std::vector<BenchRecord> herd_records(std::uint32_t device);
/// W4: what device d makes of record i's body.
std::string storm_body(std::uint32_t device, std::uint32_t record);
/// SHA-256, in hexadecimal, of the records in the order of their ids, one JSON object a line.
std::string digest(std::vector<BenchRecord> records);
/// Whether the generator makes what its definition says.
bool check_generator();

}  // namespace samla::bench
