// A text that is a secret (a passphrase, recovery words): its memory is overwritten before it is given back,
// also where it is moved, copied over or left by an error. Threads: as a string.
#pragma once

#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/secret.h"

namespace samla {

class SecretText {
 public:
  SecretText() = default;
  SecretText(std::string_view text) : bytes_(to_bytes(as_bytes(text))) {}
  SecretText(const std::string& text) : SecretText(std::string_view(text)) {}
  SecretText(const char* text) : SecretText(std::string_view(text)) {}
  SecretText(const SecretText&) = default;
  SecretText(SecretText&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}
  SecretText& operator=(SecretText other) noexcept {
    bytes_.swap(other.bytes_);
    return *this;
  }
  ~SecretText() { wipe(bytes_); }

  std::string_view view() const { return as_text(bytes_); }
  operator std::string_view() const { return view(); }
  bool empty() const { return bytes_.empty(); }
  /// Not in constant time: for what both sides know.
  bool operator==(const SecretText&) const = default;

 private:
  Bytes bytes_;
};

}  // namespace samla
