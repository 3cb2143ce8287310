// Real replicas as the workloads use them: an organisation at a server, its devices, and notes in and out.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/replica/replica.h"
#include "tests/bench/workloads/records.h"

namespace samla::bench {

using Device = std::unique_ptr<replica::Replica>;

replica::OpenOptions device_options(const std::filesystem::path& folder, bool survives_power_loss = true);
/// Founds an organisation with one space that everyone writes, and its first device.
Device found(const std::filesystem::path& folder, const std::string& server_url);
/// Another user's device, which reads and writes that space.
Device join(replica::Replica& admin, const std::filesystem::path& folder, std::uint8_t user);
Device open_device(const replica::OpenOptions& options);

/// The space that everyone writes.
SpaceId common_space(const replica::Replica& device);
/// The record as a note of eight fields, a transaction of its own; in the space that everyone writes, or
/// in another.
void create_note(replica::Replica& device, const BenchRecord& record);
void create_note(replica::Replica& device, const BenchRecord& record, const SpaceId& space);
void sync(replica::Replica& device);
/// Everything that the device shows.
std::vector<BenchRecord> read_notes(replica::Replica& device);

}  // namespace samla::bench
