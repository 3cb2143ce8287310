#include "core/custody/device_keys.h"

namespace samla::custody {

namespace {
constexpr std::uint8_t kDeviceKeysVersion = 1;
}

DeviceKeys DeviceKeys::generate(Random& random) {
  sign::SigningKey sign = sign::SigningKey::generate(random);
  seal::KeyPair seal = seal::KeyPair::generate(random);
  return {std::move(sign), std::move(seal), seal::KeyPair::generate(random)};
}

Result<DeviceKeys> DeviceKeys::decode(ByteView bytes) {
  Reader in(bytes);
  if (in.u8() != kDeviceKeysVersion) in.refuse(ErrorCode::version_unknown);
  const ByteView sign = in.raw(32), seal = in.raw(32), noise = in.raw(32);
  SAMLA_TRY(in.finish("device_keys"));
  return DeviceKeys(sign::SigningKey::from_seed(Secret<32>::from(sign)),
                    seal::KeyPair::from_secret(Secret<32>::from(seal)),
                    seal::KeyPair::from_secret(Secret<32>::from(noise)));
}

Bytes DeviceKeys::encode() const {
  Writer out;
  out.u8(kDeviceKeysVersion);
  out.raw(sign_.seed());
  out.raw(seal_.secret());
  out.raw(noise_.secret());
  return out.take();
}

chain::DeviceKeysPublic DeviceKeys::public_keys() const {
  return {sign_.verify_key(), seal_.public_key(), noise_public()};
}

}  // namespace samla::custody
