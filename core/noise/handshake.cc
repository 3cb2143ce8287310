#include "core/noise/handshake.h"

namespace samla::noise {

Handshake::Handshake(const Pattern& pattern, Role role, HandshakeKeys keys, Random& random)
    : pattern_(&pattern),
      role_(role),
      random_(&random),
      symmetric_(pattern.protocol),
      static_(std::move(keys.own)),
      remote_static_(keys.remote),
      preshared_(std::move(keys.preshared)) {}

Result<Handshake> Handshake::start(const Pattern& pattern, Role role, HandshakeKeys keys, ByteView prologue,
                                   Random& random) {
  const bool initiator = role == Role::initiator;
  const bool needs_own =
      initiator ? pattern.sends_static(0) : pattern.responder_known || pattern.sends_static(1);
  const bool needs_remote = initiator && pattern.responder_known;
  if (needs_own != keys.own.has_value() || needs_remote != keys.remote.has_value() ||
      pattern.has(Token::psk) != keys.preshared.has_value()) {
    return fail(ErrorCode::invalid_argument, "noise.start");
  }
  Handshake handshake(pattern, role, std::move(keys), random);
  handshake.symmetric_.mix_hash(prologue);
  if (pattern.responder_known) {
    const PublicKey& responder = initiator ? *handshake.remote_static_ : handshake.static_->public_key();
    handshake.symmetric_.mix_hash(responder.view());
  }
  return handshake;
}

bool Handshake::my_turn() const {
  return !failed_ && next_message_ < pattern_->message_count() &&
         (next_message_ % 2 == 0) == (role_ == Role::initiator);
}

Result<Bytes> Handshake::write(ByteView payload) {
  if (!my_turn()) return fail(ErrorCode::wrong_state, "noise.write");
  Result<Bytes> message = write_tokens(payload);
  if (message.ok() && message->size() > kNoiseMessageBytesMax)
    message = fail(ErrorCode::too_large, "noise.write");
  failed_ = !message.ok();
  ++next_message_;
  return message;
}

Result<Bytes> Handshake::read(ByteView message) {
  if (failed_ || my_turn() || complete()) return fail(ErrorCode::wrong_state, "noise.read");
  Result<Bytes> payload = message.size() > kNoiseMessageBytesMax
                              ? Result<Bytes>(fail(ErrorCode::too_large, "noise.read"))
                              : read_tokens(message);
  failed_ = !payload.ok();
  ++next_message_;
  return payload;
}

Result<Bytes> Handshake::write_tokens(ByteView payload) {
  Bytes out;
  for (const Token token : pattern_->messages[next_message_]) {
    if (token == Token::e) {
      ephemeral_ = NoiseKeyPair::generate(*random_);
      append(out, ephemeral_->public_key().view());
      mix_ephemeral(ephemeral_->public_key());
    } else if (token == Token::s) {
      SAMLA_TRY(symmetric_.encrypt_and_hash(static_->public_key().view(), out));
    } else {
      SAMLA_TRY(mix(token));
    }
  }
  SAMLA_TRY(symmetric_.encrypt_and_hash(payload, out));
  return out;
}

Result<Bytes> Handshake::read_tokens(ByteView message) {
  const auto take = [&message](std::size_t size) {
    const ByteView taken = message.first(size);
    message = message.subspan(size);
    return taken;
  };
  for (const Token token : pattern_->messages[next_message_]) {
    if (token == Token::e) {
      if (message.size() < PublicKey::kSize) return fail(ErrorCode::truncated, "noise.read");
      remote_ephemeral_ = PublicKey::from(take(PublicKey::kSize));
      mix_ephemeral(*remote_ephemeral_);
    } else if (token == Token::s) {
      const std::size_t size = PublicKey::kSize + (symmetric_.has_key() ? kTagBytes : 0);
      if (message.size() < size) return fail(ErrorCode::truncated, "noise.read");
      SAMLA_ASSIGN(const Bytes key, symmetric_.decrypt_and_hash(take(size)));
      remote_static_ = PublicKey::from(key);
    } else {
      SAMLA_TRY(mix(token));
    }
  }
  return symmetric_.decrypt_and_hash(message);
}

void Handshake::mix_ephemeral(const PublicKey& key) {
  symmetric_.mix_hash(key.view());
  // With a pre-shared key, ephemerals salt every derived key too (revision 34, 9.2).
  if (preshared_) symmetric_.mix_key(key.view());
}

Result<void> Handshake::mix(Token token) {
  // "es" is the initiator's ephemeral with the responder's static key, "se" the other way round.
  const bool own_ephemeral = (token == Token::es) == (role_ == Role::initiator);
  switch (token) {
    case Token::none:
    case Token::e:
    case Token::s:
      return {};
    case Token::psk:
      symmetric_.mix_key_and_hash(preshared_->view());
      return {};
    case Token::ee:
      return mix_agreement(ephemeral_, remote_ephemeral_);
    case Token::ss:
      return mix_agreement(static_, remote_static_);
    case Token::es:
    case Token::se:
      return own_ephemeral ? mix_agreement(ephemeral_, remote_static_)
                           : mix_agreement(static_, remote_ephemeral_);
  }
  return fail(ErrorCode::internal, "noise.mix");
}

Result<void> Handshake::mix_agreement(const std::optional<NoiseKeyPair>& own,
                                      const std::optional<PublicKey>& remote) {
  SAMLA_ASSERT(own.has_value() && remote.has_value());  // the table's order of tokens, not input
  SAMLA_ASSIGN(const Secret<32> shared, own->agree(*remote));
  symmetric_.mix_key(shared.view());
  return {};
}

Transport Handshake::split() && {
  SAMLA_ASSERT(complete());
  failed_ = true;
  auto [first, second] = symmetric_.split();
  const bool initiator = role_ == Role::initiator;
  return Transport(initiator ? std::move(first) : std::move(second),
                   initiator ? std::move(second) : std::move(first), symmetric_.hash(),
                   remote_static_.value_or(PublicKey{}));
}

}  // namespace samla::noise
