// The handshake patterns as a table. Samla speaks XK; the others are there because they exercise the
// same code against published vectors.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace samla::noise {

enum class Token : std::uint8_t { none, e, s, ee, es, se, ss, psk };

/// A message's tokens, in order, padded with `none`.
using MessageTokens = std::array<Token, 4>;

struct Pattern {
  std::string_view protocol;
  /// Whether the initiator knows the responder's static key beforehand ("<- s" above the dots).
  bool responder_known;
  /// Messages in turn, the initiator's first; an empty one ends the handshake.
  std::array<MessageTokens, 3> messages;

  constexpr std::size_t message_count() const { return messages[2][0] == Token::none ? 2 : 3; }
  constexpr bool has(Token wanted) const {
    for (const MessageTokens& tokens : messages) {
      for (const Token token : tokens) {
        if (token == wanted) return true;
      }
    }
    return false;
  }
  /// Whether the party that writes messages of this parity (0: initiator) sends a static key.
  constexpr bool sends_static(std::size_t parity) const {
    for (std::size_t i = parity; i < messages.size(); i += 2) {
      for (const Token token : messages[i]) {
        if (token == Token::s) return true;
      }
    }
    return false;
  }
};

inline constexpr Pattern kXK{"Noise_XK_25519_ChaChaPoly_BLAKE2b",
                             true,
                             {{{Token::e, Token::es}, {Token::e, Token::ee}, {Token::s, Token::se}}}};
inline constexpr Pattern kNK{
    "Noise_NK_25519_ChaChaPoly_BLAKE2b", true, {{{Token::e, Token::es}, {Token::e, Token::ee}, {}}}};
inline constexpr Pattern kIK{
    "Noise_IK_25519_ChaChaPoly_BLAKE2b",
    true,
    {{{Token::e, Token::es, Token::s, Token::ss}, {Token::e, Token::ee, Token::se}, {}}}};
inline constexpr Pattern kXX{
    "Noise_XX_25519_ChaChaPoly_BLAKE2b",
    false,
    {{{Token::e}, {Token::e, Token::ee, Token::s, Token::es}, {Token::s, Token::se}}}};
inline constexpr Pattern kXKpsk3{
    "Noise_XKpsk3_25519_ChaChaPoly_BLAKE2b",
    true,
    {{{Token::e, Token::es}, {Token::e, Token::ee}, {Token::s, Token::se, Token::psk}}}};

}  // namespace samla::noise
