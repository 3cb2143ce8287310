// The public editing traces, as events: their JSON in both forms, sequential and concurrent.
#pragma once

#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/text/event_id.h"
#include "core/text/payload.h"

namespace samla::test {

struct EditingTrace {
  struct Transaction {
    text::EventId id;
    std::vector<text::EventId> parents;
    Bytes payload;
  };
  std::string end_content;
  std::vector<Transaction> transactions;
};

/// From $SAMLA_VECTORS or beside the project; none where the traces are not on this machine.
inline std::optional<std::filesystem::path> trace_path(const std::string& name) {
  const char* const folder = std::getenv("SAMLA_VECTORS");
  const std::filesystem::path path =
      std::filesystem::path(folder != nullptr ? folder : SAMLA_SOURCE_DIR "/../shared/vectors") / "traces" /
      (name + ".json.gz");
  if (!std::filesystem::exists(path)) return std::nullopt;
  return path;
}

inline std::string unzipped(const std::filesystem::path& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  std::string out;
  std::string part(1 << 16, '\0');
  for (int got = 1; file != nullptr && got > 0;) {
    got = gzread(file, part.data(), static_cast<unsigned>(part.size()));
    if (got > 0) out.append(part, 0, static_cast<std::size_t>(got));
  }
  gzclose(file);
  return out;
}

/// Each transaction one event. The patches of one are edits one after the other, so they need no change.
inline EditingTrace parse_trace(const std::string& json) {
  const auto all = nlohmann::json::parse(json);
  EditingTrace trace;
  trace.end_content = all.at("endContent").get<std::string>();
  const bool concurrent = all.contains("kind") && all.at("kind") == "concurrent";
  std::vector<std::uint64_t> seqs(concurrent ? all.at("numAgents").get<std::size_t>() : 1, 0);
  std::vector<text::EventId> ids;
  const std::string start = all.value("startContent", "");
  for (const auto& entry : all.at("txns")) {
    EditingTrace::Transaction transaction;
    const std::size_t agent = concurrent ? entry.at("agent").get<std::size_t>() : 0;
    transaction.id.writer.bytes[0] = static_cast<std::uint8_t>(agent);
    transaction.id.seq = ++seqs.at(agent);
    if (concurrent) {
      for (const auto& parent : entry.at("parents"))
        transaction.parents.push_back(ids.at(parent.get<std::size_t>()));
    } else if (!ids.empty()) {
      transaction.parents.push_back(ids.back());
    }
    std::vector<text::Edit> edits;
    if (ids.empty() && !start.empty()) edits.push_back(text::make_edit(0, 0, start));
    for (const auto& patch : entry.at("patches")) {
      edits.push_back(text::make_edit(patch.at(0).get<std::uint32_t>(), patch.at(1).get<std::uint32_t>(),
                                      patch.at(2).get_ref<const std::string&>()));
    }
    ids.push_back(transaction.id);
    transaction.payload = text::encode_edits(edits);
    trace.transactions.push_back(std::move(transaction));
  }
  return trace;
}

inline std::optional<EditingTrace> load_trace(const std::string& name) {
  const auto path = trace_path(name);
  if (!path) return std::nullopt;
  return parse_trace(unzipped(*path));
}

}  // namespace samla::test
