// The server's configuration: flags over environment (SAMLA_SERVER_*) over file (TOML). The keys are one
// table; docs/operating/server.md explains them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"

namespace samla::server {

struct Config {
  std::string dir;
  std::string storage;
  std::string listen = "127.0.0.1:7420";
  std::string log_level = "info";
  bool metrics_public = false;
  std::uint64_t threads = 2;
  std::uint64_t verifiers = 1;
  std::uint64_t connections_max = 20'000;
  std::uint64_t handshakes_max = 256;
  std::uint64_t address_budget = 512;
  std::uint64_t address_budget_per_second = 20;
  std::uint64_t handshake_deadline_ms = 5'000;
  std::uint64_t hello_deadline_ms = 15'000;
  std::uint64_t stalled_write_deadline_ms = 30'000;
  std::uint64_t idle_deadline_ms = 1'200'000;
  std::uint64_t drain_deadline_ms = 5'000;
};

struct ConfigKey {
  std::string_view name;
  std::variant<std::string Config::*, bool Config::*, std::uint64_t Config::*> field;
  std::string_view help;
  std::uint64_t least = 0;  ///< of numbers
  std::uint64_t most = 0;
};

/// Every key, in the order of the documentation.
std::span<const ConfigKey> config_keys();

/// Sets one key from text, as it stands in a flag or the environment. invalid_argument, with the reason.
Result<void> set_key(Config& config, const ConfigKey& key, std::string_view text);

/// invalid_argument: the hint is "FILE:LINE: what is wrong"; not_found, io where it can't be read.
Result<void> read_config_file(Config& config, const std::filesystem::path& file);

/// `look_up`: a variable's value, null where it is not set.
Result<void> read_environment(Config& config, const std::function<const char*(const char*)>& look_up);

struct ListenAddress {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;
};
/// "HOST:PORT", an IPv6 address in brackets.
Result<ListenAddress> parse_listen(std::string_view text);

}  // namespace samla::server
