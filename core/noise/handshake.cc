#include "core/noise/handshake.h"

#include <sodium.h>

#include <utility>

#include "core/noise/symmetric_state.h"

namespace samla::noise {

namespace {

enum class Token { kE, kS, kEE, kES, kSE, kSS, kPsk };

// Section 7.5 and 9.4: whether the responder's key is known beforehand, then the messages in turn.
struct PatternRow {
  std::string_view name;
  bool responder_known;
  bool initiator_static;
  bool responder_static;
  bool psk;
  std::vector<std::vector<Token>> messages;
};

const PatternRow& row_of(Pattern pattern) {
  using enum Token;
  static const PatternRow kNK{"NK", true, false, true, false, {{kE, kES}, {kE, kEE}}};
  static const PatternRow kXK{"XK", true, true, true, false, {{kE, kES}, {kE, kEE}, {kS, kSE}}};
  static const PatternRow kIK{"IK", true, true, true, false, {{kE, kES, kS, kSS}, {kE, kEE, kSE}}};
  static const PatternRow kXX{"XX", false, true, true, false, {{kE}, {kE, kEE, kS, kES}, {kS, kSE}}};
  static const PatternRow kXKpsk3{"XKpsk3", true, true, true, true, {{kE, kES}, {kE, kEE}, {kS, kSE, kPsk}}};
  switch (pattern) {
    case Pattern::kNK:
      return kNK;
    case Pattern::kXK:
      return kXK;
    case Pattern::kIK:
      return kIK;
    case Pattern::kXX:
      return kXX;
    case Pattern::kXKpsk3:
      return kXKpsk3;
  }
  SAMLA_ASSERT(false);
}

}  // namespace

std::string protocol_name(Pattern pattern) {
  return "Noise_" + std::string(row_of(pattern).name) + "_25519_ChaChaPoly_BLAKE2b";
}

// ---- Transport

Transport::Transport(CipherState send, CipherState receive, Bytes handshake_hash,
                     std::optional<PublicKey> remote_static)
    : send_(std::move(send)),
      receive_(std::move(receive)),
      handshake_hash_(std::move(handshake_hash)),
      remote_static_(std::move(remote_static)) {}

Result<Bytes> Transport::encrypt(ByteView plaintext) {
  SAMLA_ASSIGN(Bytes out, send_.encrypt({}, plaintext));
  if (send_.nonce() % kRekeyEvery == 0) send_.rekey();
  return out;
}

Result<Bytes> Transport::decrypt(ByteView ciphertext) {
  SAMLA_ASSIGN(Bytes out, receive_.decrypt({}, ciphertext));
  if (receive_.nonce() % kRekeyEvery == 0) receive_.rekey();
  return out;
}

// ---- Handshake

struct Handshake::State {
  State(const PatternRow& pattern, HandshakeOptions given, Random& source, bool is_initiator)
      : row(pattern),
        initiator(is_initiator),
        symmetric(protocol_name(given.pattern)),
        options(std::move(given)),
        random(source),
        remote_static(options.remote_static) {}

  const PatternRow& row;
  bool initiator;
  SymmetricState symmetric;
  HandshakeOptions options;
  Random& random;
  std::optional<KeyPair> ephemeral;
  std::optional<PublicKey> remote_ephemeral;
  std::optional<PublicKey> remote_static;
  std::size_t next = 0;
  bool broken = false;

  bool my_turn() const { return (next % 2 == 0) == initiator; }

  Result<void> mix_dh(const KeyPair& mine, const PublicKey& theirs) {
    SAMLA_ASSIGN(const Secret<32> shared, mine.shared_with(theirs));
    symmetric.mix_key(shared.view());
    return {};
  }

  // In "es" and "se" the first letter is the initiator's key.
  Result<void> mix_token(Token token) {
    switch (token) {
      case Token::kEE:
        return mix_dh(*ephemeral, *remote_ephemeral);
      case Token::kES:
        return initiator ? mix_dh(*ephemeral, *remote_static)
                         : mix_dh(*options.local_static, *remote_ephemeral);
      case Token::kSE:
        return initiator ? mix_dh(*options.local_static, *remote_ephemeral)
                         : mix_dh(*ephemeral, *remote_static);
      case Token::kSS:
        return mix_dh(*options.local_static, *remote_static);
      case Token::kPsk:
        symmetric.mix_key_and_hash(options.psk->view());
        return {};
      case Token::kE:
      case Token::kS:
        break;
    }
    SAMLA_ASSERT(false);
  }

  void mix_ephemeral(const PublicKey& key) {
    symmetric.mix_hash(key.view());
    if (row.psk) symmetric.mix_key(key.view());
  }

  Result<Bytes> write(ByteView payload) {
    Bytes out;
    for (const Token token : row.messages[next]) {
      if (token == Token::kE) {
        ephemeral = KeyPair::generate(random);
        append(out, ephemeral->public_key().view());
        mix_ephemeral(ephemeral->public_key());
      } else if (token == Token::kS) {
        SAMLA_ASSIGN(const Bytes sealed,
                     symmetric.encrypt_and_hash(options.local_static->public_key().view()));
        append(out, sealed);
      } else {
        SAMLA_TRY(mix_token(token));
      }
    }
    SAMLA_ASSIGN(const Bytes sealed, symmetric.encrypt_and_hash(payload));
    append(out, sealed);
    if (out.size() > kMessageBytesMax) return fail(ErrorCode::too_large, "noise.handshake");
    ++next;
    return out;
  }

  Result<ByteView> take(ByteView& message, std::size_t size) {
    if (message.size() < size) return fail(ErrorCode::truncated, "noise.handshake");
    const ByteView out = message.first(size);
    message = message.subspan(size);
    return out;
  }

  Result<Bytes> read(ByteView message) {
    if (message.size() > kMessageBytesMax) return fail(ErrorCode::too_large, "noise.handshake");
    for (const Token token : row.messages[next]) {
      if (token == Token::kE) {
        SAMLA_ASSIGN(const ByteView key, take(message, PublicKey::kSize));
        remote_ephemeral = PublicKey::from(key);
        mix_ephemeral(*remote_ephemeral);
      } else if (token == Token::kS) {
        const std::size_t size = PublicKey::kSize + (symmetric.has_key() ? kTagBytes : 0);
        SAMLA_ASSIGN(const ByteView sealed, take(message, size));
        SAMLA_ASSIGN(const Bytes key, symmetric.decrypt_and_hash(sealed));
        remote_static = PublicKey::from(key);
      } else {
        SAMLA_TRY(mix_token(token));
      }
    }
    SAMLA_ASSIGN(Bytes payload, symmetric.decrypt_and_hash(message));
    ++next;
    return payload;
  }
};

Handshake::Handshake(std::unique_ptr<State> state) : state_(std::move(state)) {}
Handshake::~Handshake() = default;
Handshake::Handshake(Handshake&&) noexcept = default;
Handshake& Handshake::operator=(Handshake&&) noexcept = default;

Result<Handshake> Handshake::make(HandshakeOptions options, Random& random, bool initiator) {
  const PatternRow& row = row_of(options.pattern);
  const bool needs_static = initiator ? row.initiator_static : row.responder_static;
  if ((needs_static && !options.local_static) ||
      (initiator && row.responder_known && !options.remote_static) || (row.psk && !options.psk)) {
    return fail(ErrorCode::invalid_argument, "noise.handshake", "a key of the pattern is missing");
  }
  if (!initiator) options.remote_static.reset();
  auto state = std::make_unique<State>(row, std::move(options), random, initiator);
  state->symmetric.mix_hash(state->options.prologue);
  if (row.responder_known) {
    state->symmetric.mix_hash(initiator ? state->remote_static->view()
                                        : state->options.local_static->public_key().view());
  }
  return Handshake(std::move(state));
}

Result<Handshake> Handshake::initiator(HandshakeOptions options, Random& random) {
  return make(std::move(options), random, true);
}

Result<Handshake> Handshake::responder(HandshakeOptions options, Random& random) {
  return make(std::move(options), random, false);
}

bool Handshake::complete() const { return !state_->broken && state_->next == state_->row.messages.size(); }
bool Handshake::my_turn() const { return !state_->broken && !complete() && state_->my_turn(); }

Result<Bytes> Handshake::write_message(ByteView payload) {
  if (!my_turn()) return fail(ErrorCode::wrong_state, "noise.handshake");
  auto out = state_->write(payload);
  state_->broken = !out.ok();
  return out;
}

Result<Bytes> Handshake::read_message(ByteView message) {
  if (state_->broken || complete() || state_->my_turn())
    return fail(ErrorCode::wrong_state, "noise.handshake");
  auto out = state_->read(message);
  state_->broken = !out.ok();
  return out;
}

Result<Transport> Handshake::into_transport() && {
  if (!complete()) return fail(ErrorCode::wrong_state, "noise.handshake");
  const auto state = std::move(state_);
  auto [first, second] = state->symmetric.split();
  Bytes hash(state->symmetric.hash().begin(), state->symmetric.hash().end());
  if (state->initiator)
    return Transport(std::move(first), std::move(second), std::move(hash), state->remote_static);
  return Transport(std::move(second), std::move(first), std::move(hash), state->remote_static);
}

DoorMark door_mark(const PublicKey& server, ByteView first_message) {
  static constexpr std::string_view kDomain = "samla/door_mark/1";
  std::array<std::uint8_t, 32> key;
  crypto_generichash_blake2b(key.data(), key.size(), as_bytes(kDomain).data(), kDomain.size(),
                             server.bytes.data(), server.bytes.size());
  DoorMark out;
  crypto_generichash_blake2b(out.bytes.data(), out.bytes.size(), first_message.data(), first_message.size(),
                             key.data(), key.size());
  return out;
}

}  // namespace samla::noise
