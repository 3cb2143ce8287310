// The server's own keys: transport and receipts. A file of mode 0600 beside the database, never in it,
// so that a copy of the database opens nothing. docs/formats/server_keys.md.
#pragma once

#include <filesystem>

#include "core/noise/keys.h"
#include "core/sign/signature.h"

namespace samla::server {

inline constexpr std::uint8_t kServerKeysVersion = 1;

struct ServerKeys {
  noise::NoiseKeyPair noise;
  sign::SigningKey receipts;

  const NoisePublicKey& noise_public() const { return noise.public_key(); }

  static ServerKeys generate(Random& random);
  /// Durable before it returns; already_exists where there is such a file.
  Result<void> write(const std::filesystem::path& file) const;
  /// store_missing, store_corrupt, io; not_permitted where others could read the file.
  static Result<ServerKeys> read(const std::filesystem::path& file);
};

}  // namespace samla::server
