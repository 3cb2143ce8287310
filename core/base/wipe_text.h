// Texts that are secrets (passphrases, recovery words) are overwritten before their memory is given back.
#pragma once

#include <string>

#include "core/base/secret.h"

namespace samla {

inline void wipe_text(std::string& text) {
  wipe({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

}  // namespace samla
