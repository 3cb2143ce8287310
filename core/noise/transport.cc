#include "core/noise/transport.h"

namespace samla::noise {
namespace {

void rekey_when_due(CipherState& cipher) {
  if (cipher.nonce() % kMessagesPerKey == 0) cipher.rekey();
}

}  // namespace

Result<Bytes> Transport::encrypt(ByteView plaintext) {
  if (plaintext.size() > kNoisePayloadBytesMax) return fail(ErrorCode::too_large, "noise.encrypt");
  Bytes out;
  out.reserve(plaintext.size() + kTagBytes);
  SAMLA_TRY(send_.encrypt({}, plaintext, out));
  rekey_when_due(send_);
  return out;
}

Result<Bytes> Transport::decrypt(ByteView message) {
  if (message.size() > kNoiseMessageBytesMax) return fail(ErrorCode::too_large, "noise.decrypt");
  SAMLA_ASSIGN(Bytes out, receive_.decrypt({}, message));
  rekey_when_due(receive_);
  return out;
}

}  // namespace samla::noise
