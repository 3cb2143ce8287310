#include "sync-server/metrics.h"

#include <cstdio>
#include <string_view>

namespace samla::server {
namespace {

void head(std::string& out, std::string_view name, std::string_view kind, std::string_view help) {
  out.append("# HELP ").append(name).append(" ").append(help);
  out.append("\n# TYPE ").append(name).append(" ").append(kind).append("\n");
}

void sample(std::string& out, std::string_view name, std::uint64_t value) {
  out.append(name).append(" ").append(std::to_string(value)).append("\n");
}

void one(std::string& out, std::string_view name, std::string_view kind, std::string_view help,
         std::uint64_t value) {
  head(out, name, kind, help);
  sample(out, name, value);
}

std::string seconds(std::uint64_t microseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(microseconds) / 1e6);
  return text;
}

}  // namespace

void Metrics::count(const GroupResult& group) {
  if (!group.committed) {
    ++failed_commits_;
    return;
  }
  placed_ += group.placed;
  conflicts_ += group.conflicts;
  refused_ += group.refusals.size();
  for (const auto& [asker, result] : group.chain_results) chain_appends_ += result.refused ? 0 : 1;
  ++commits_;
  commit_us_ += group.commit_us;
  // Cumulative, as Prometheus wants them.
  for (std::size_t i = 0; i < kCommitBounds.size(); ++i) {
    if (group.commit_us <= kCommitBounds[i]) ++commit_buckets_[i];
  }
}

std::string Metrics::text(const net::ListenCounts& listener, bool storage_works) const {
  std::string out;
  one(out, "samla_connections", "gauge", "Devices connected now.", connections_);
  head(out, "samla_handshakes_total", "counter", "Handshakes, by how they ended.");
  sample(out, "samla_handshakes_total{result=\"completed\"}", listener.handshakes_completed);
  sample(out, "samla_handshakes_total{result=\"failed\"}", listener.handshakes_failed);
  sample(out, "samla_handshakes_total{result=\"turned_away\"}", listener.turned_away);
  one(out, "samla_http_total", "counter", "Plain HTTP requests answered.", listener.http_answered);
  one(out, "samla_changesets_placed_total", "counter", "Changesets that were given their place.", placed_);
  one(out, "samla_changesets_refused_total", "counter", "Changesets that were refused.", refused_);
  one(out, "samla_chain_appends_total", "counter", "Appends to chains that were placed.", chain_appends_);
  one(out, "samla_conflicts_total", "counter", "Fields that came to have several heads.", conflicts_);
  head(out, "samla_queue_bytes", "gauge", "Bytes that wait: for the arbiter, and for devices to read them.");
  sample(out, "samla_queue_bytes{queue=\"arbiter\"}", queued_bytes_);
  sample(out, "samla_queue_bytes{queue=\"send\"}", listener.queued_bytes);
  one(out, "samla_storage_ready", "gauge", "1 unless storage refused the last commit.",
      storage_works ? 1 : 0);
  one(out, "samla_failed_commits_total", "counter", "Groups that storage refused.", failed_commits_);
  const std::string_view latency = "samla_commit_seconds";
  head(out, latency, "histogram", "How long storage took to commit a group.");
  for (std::size_t i = 0; i < kCommitBounds.size(); ++i) {
    sample(out, std::string(latency) + "_bucket{le=\"" + seconds(kCommitBounds[i]) + "\"}",
           commit_buckets_[i]);
  }
  sample(out, std::string(latency) + "_bucket{le=\"+Inf\"}", commits_);
  out.append(latency).append("_sum ").append(seconds(commit_us_)).append("\n");
  sample(out, std::string(latency) + "_count", commits_);
  return out;
}

}  // namespace samla::server
