#include "client-cli/access.h"

#include <cstdlib>
#include <cstring>
#include <fstream>

#include "client-cli/commands/command.h"
#include "client-cli/terminal.h"

namespace samla::cli {
namespace {

Failure refused(std::string message) { return {"invalid_argument", std::move(message), 1}; }

/// Empty: not set.
std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string checked(std::string passphrase, const std::string& from) {
  if (passphrase.empty()) throw refused("the passphrase in " + from + " is empty");
  if (!is_text(passphrase)) throw refused("the passphrase in " + from + " is not UTF-8");
  return passphrase;
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || (!std::getline(in, line) && !in.eof())) throw refused("the file " + file + " cannot be read");
  if (line.ends_with('\r')) line.pop_back();
  return checked(std::move(line), file);
}

std::string ask_for(const std::string& what, bool twice, const std::string& otherwise) {
  auto first = ask_secret(what + ": ");
  if (!first) throw refused("there is no terminal to ask for a passphrase: " + otherwise);
  std::string passphrase = checked(std::move(*first), "your answer");
  if (twice) {
    auto again = ask_secret(what + " once more: ");
    const bool same = again == passphrase;
    if (again) wipe(*again);
    if (!same) throw refused("these were two different ones");
  }
  return passphrase;
}

}  // namespace

void wipe(std::string& secret) {
  ::explicit_bzero(secret.data(), secret.size());
  secret.clear();
}

std::filesystem::path profile_of(const Access& access) {
  if (!access.profile.empty()) return access.profile;
  const std::string named = environment("SAMLA_PROFILE");
  if (!named.empty()) return named;
  const std::filesystem::path data = environment("XDG_DATA_HOME");
  if (data.is_absolute()) return data / "samla";
  const std::filesystem::path home = environment("HOME");
  if (!home.is_absolute())
    throw refused("name the profile with --profile: neither $SAMLA_PROFILE nor $HOME is set");
  return home / ".local/share/samla";
}

std::string passphrase_of(const Access& access, bool fresh) {
  if (!access.passphrase_file.empty()) return first_line(access.passphrase_file);
  const std::string given = environment("SAMLA_PASSPHRASE");
  if (!given.empty()) return checked(given, "$SAMLA_PASSPHRASE");
  return ask_for(fresh ? "A passphrase for the new profile" : "Passphrase", fresh,
                 "use --passphrase-file or $SAMLA_PASSPHRASE");
}

std::string new_passphrase(const std::string& file) {
  if (!file.empty()) return first_line(file);
  const std::string given = environment("SAMLA_NEW_PASSPHRASE");
  if (!given.empty()) return checked(given, "$SAMLA_NEW_PASSPHRASE");
  return ask_for("The new passphrase", true, "use --new-passphrase-file or $SAMLA_NEW_PASSPHRASE");
}

}  // namespace samla::cli
