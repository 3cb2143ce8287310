// Which profile, and what opens it.
#pragma once

#include <filesystem>
#include <string>

namespace samla::cli {

struct Access {
  std::string profile;          ///< --profile; empty: not given
  std::string passphrase_file;  ///< --passphrase-file; empty: not given
};

/// --profile, $SAMLA_PROFILE, $XDG_DATA_HOME/samla, ~/.local/share/samla: the first there is.
std::filesystem::path profile_of(const Access& access);
/// --passphrase-file, $SAMLA_PASSPHRASE, or asked for; twice if `fresh`. Failure where none can be had.
std::string passphrase_of(const Access& access, bool fresh);
/// The same for the one that replaces it: the file, $SAMLA_NEW_PASSPHRASE, or asked for twice.
std::string new_passphrase(const std::string& file);

/// Overwrites a secret that has been used: `samla sync --watch` lives for days.
void wipe(std::string& secret);

}  // namespace samla::cli
