#include "sync-server/config.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <fstream>
#include <sstream>

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

namespace samla::server {
namespace {

constexpr std::uint64_t kDayMs = 24ull * 3600 * 1000;

constexpr std::array kKeys = {
    ConfigKey{"dir", &Config::dir, "the server's folder"},
    ConfigKey{"storage", &Config::storage, "postgres://… instead of a file in the folder"},
    ConfigKey{"listen", &Config::listen, "HOST:PORT to listen on"},
    ConfigKey{"log_level", &Config::log_level, "debug, info, warn or error"},
    ConfigKey{"metrics_public", &Config::metrics_public, "answer /metrics to other machines too"},
    ConfigKey{"threads", &Config::threads, "threads for connections and their encryption", 1, 64},
    ConfigKey{"verifiers", &Config::verifiers, "threads that verify signatures", 1, 64},
    ConfigKey{"connections_max", &Config::connections_max, "connections at once", 1, 1'000'000},
    ConfigKey{"handshakes_max", &Config::handshakes_max, "handshakes at once", 1, 100'000},
    ConfigKey{"address_budget", &Config::address_budget, "failed handshakes an address may have at once", 1,
              1'000'000},
    ConfigKey{"address_budget_per_second", &Config::address_budget_per_second,
              "how many of them grow back a second", 1, 1'000'000},
    ConfigKey{"handshake_deadline_ms", &Config::handshake_deadline_ms, "for a handshake", 100, 60'000},
    ConfigKey{"hello_deadline_ms", &Config::hello_deadline_ms, "for a device to say who it is", 100, 600'000},
    ConfigKey{"stalled_write_deadline_ms", &Config::stalled_write_deadline_ms,
              "after which who does not read is cut", 100, 600'000},
    ConfigKey{"idle_deadline_ms", &Config::idle_deadline_ms, "after which who is silent is cut", 1000,
              kDayMs},
    ConfigKey{"drain_deadline_ms", &Config::drain_deadline_ms, "for what is queued when the server ends", 0,
              8'000},
};

Error mistake(std::string hint) {
  return fail(ErrorCode::invalid_argument, "server.config", std::move(hint));
}

Error wrong_value(const ConfigKey& key, std::string_view wanted) {
  return mistake(std::string(key.name) + " must be " + std::string(wanted));
}

std::string number_wanted(const ConfigKey& key) {
  return "a whole number from " + std::to_string(key.least) + " to " + std::to_string(key.most);
}

Result<void> set_number(Config& config, const ConfigKey& key, std::uint64_t value) {
  if (value < key.least || value > key.most) return wrong_value(key, number_wanted(key));
  config.*std::get<std::uint64_t Config::*>(key.field) = value;
  return {};
}

Result<void> set_text(Config& config, const ConfigKey& key, std::string value) {
  if (key.name == "listen") SAMLA_TRY(parse_listen(value));
  if (key.name == "storage" && !value.empty() && !value.starts_with("postgres://") &&
      !value.starts_with("postgresql://")) {
    return wrong_value(key, "postgres://… or empty");
  }
  if (key.name == "log_level") {
    constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warn", "error"};
    if (std::ranges::find(kLevels, value) == kLevels.end()) {
      return wrong_value(key, "debug, info, warn or error");
    }
  }
  config.*std::get<std::string Config::*>(key.field) = std::move(value);
  return {};
}

Result<void> set_node(Config& config, const ConfigKey& key, const toml::node& node) {
  if (std::holds_alternative<bool Config::*>(key.field)) {
    const auto value = node.value_exact<bool>();
    if (!value) return wrong_value(key, "true or false");
    config.*std::get<bool Config::*>(key.field) = *value;
    return {};
  }
  if (std::holds_alternative<std::uint64_t Config::*>(key.field)) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 0) return wrong_value(key, number_wanted(key));
    return set_number(config, key, static_cast<std::uint64_t>(*value));
  }
  const auto value = node.value_exact<std::string>();
  if (!value) return wrong_value(key, "text in quotes");
  return set_text(config, key, *value);
}

Error at_line(const std::filesystem::path& file, const toml::source_region& where, std::string_view what) {
  return mistake(file.string() + ":" + std::to_string(where.begin.line) + ": " + std::string(what));
}

}  // namespace

std::span<const ConfigKey> config_keys() { return kKeys; }

Result<void> set_key(Config& config, const ConfigKey& key, std::string_view text) {
  if (std::holds_alternative<bool Config::*>(key.field)) {
    if (text != "true" && text != "false") return wrong_value(key, "true or false");
    config.*std::get<bool Config::*>(key.field) = text == "true";
    return {};
  }
  if (std::holds_alternative<std::string Config::*>(key.field)) {
    return set_text(config, key, std::string(text));
  }
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return wrong_value(key, number_wanted(key));
  return set_number(config, key, value);
}

Result<void> read_config_file(Config& config, const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(ErrorCode::not_found, "server.config", "can't read " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  const toml::parse_result parsed = toml::parse(text.view());
  if (!parsed) return at_line(file, parsed.error().source(), parsed.error().description());
  for (const auto& [name, node] : parsed.table()) {
    const auto key = std::ranges::find(kKeys, name.str(), &ConfigKey::name);
    if (key == kKeys.end()) {
      return at_line(file, name.source(), "there is no key `" + std::string(name.str()) + "`");
    }
    const auto set = set_node(config, *key, node);
    if (!set.ok()) return at_line(file, node.source(), set.error().hint);
  }
  return {};
}

Result<void> read_environment(Config& config, const std::function<const char*(const char*)>& look_up) {
  for (const ConfigKey& key : kKeys) {
    std::string variable = "SAMLA_SERVER_";
    for (const char c : key.name) variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const char* value = look_up(variable.c_str());
    if (value == nullptr) continue;
    const auto set = set_key(config, key, value);
    if (!set.ok()) return mistake("in the environment, " + variable + ": " + set.error().hint);
  }
  return {};
}

Result<ListenAddress> parse_listen(std::string_view text) {
  const Error wrong = mistake("listen must be HOST:PORT, an IPv6 address in brackets");
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong;
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool brackets = host.front() == '[' && host.back() == ']' && host.size() > 2;
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!brackets && host.find_first_of(":[]") != std::string_view::npos) return wrong;
  ListenAddress out{std::string(host), 0};
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (port.empty() || error != std::errc() || end != port.data() + port.size()) return wrong;
  return out;
}

}  // namespace samla::server
