// One connection from its start to its end: the transport, the session machine and the store in a loop.
#pragma once

#include "core/replica/sync_host.h"

namespace samla::replica {

/// How a run ends by itself.
enum class RunUntil { kLevel, kStopped };

struct RunOutcome {
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  bool level = false;
  /// Why it ended before; absent where it did not.
  std::optional<Error> error;
  std::set<std::string> notices;
  std::optional<std::int64_t> clock_skew_ms;
  std::optional<std::size_t> head_differences;
  std::optional<RecoveryReport> recovery;
};

/// What the holder of recovery words shows to that server through this device.
Bytes paper_proof(const custody::PaperKeys& paper, const NoisePublicKey& server,
                  const custody::DeviceKeys& device);

/// How this device enters: as a device; by invite, code or words until it is certified; by a claim token.
wire::Hello hello_for(const LocalStore& local, const Bytes& claim_token);

/// Connects and syncs. Never fails itself: what went wrong is in the outcome, beside what was done.
RunOutcome run_sync(LocalStore& local, ChainWork& work, const wire::Hello& hello, const SyncOptions& options,
                    RunUntil until);

}  // namespace samla::replica
