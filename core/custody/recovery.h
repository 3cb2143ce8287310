// Recovery: 24 words on paper, and what follows from them. They are BIP-39's, so that a person may check
// them with any tool, but the keys are Samla's own: 256 random bits need no stretching.
//   sign key, seal pair   the "paper device": a recipient and signer of its user (chain::Paper)
//   blob key              opens the small blob with all that a person needs who has nothing else left
// docs/formats/recovery.md. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/random.h"
#include "core/chain/entry.h"
#include "core/seal/grant.h"
#include "core/sign/signature.h"

namespace samla::custody {

inline constexpr std::size_t kRecoveryWords = 24;
inline constexpr std::uint8_t kRecoveryBlobVersion = 1;

class RecoveryWords {
 public:
  static RecoveryWords generate(Random& random);
  /// Case, punctuation, numbering and white space are passed over; four letters of a word are enough.
  /// invalid_argument, with a hint that says which word is the matter, or that one is out of order.
  static Result<RecoveryWords> parse(std::string_view text);

  /// In lower case with single spaces. The caller wipes it.
  std::string text() const;
  const Secret<32>& entropy() const { return entropy_; }

 private:
  explicit RecoveryWords(Secret<32> entropy) : entropy_(std::move(entropy)) {}
  Secret<32> entropy_;
};

struct PaperKeys {
  sign::SigningKey sign;
  seal::KeyPair seal;
  Secret<32> blob;

  chain::PaperId id() const { return chain::paper_id(sign.verify_key()); }
};
PaperKeys keys_of_words(const RecoveryWords& words);
/// The body that announces them in the identity chain.
chain::Paper paper_of(const PaperKeys& keys, const OrganisationId& organisation, const UserId& user);

/// What recovery needs before it can believe a server: it refuses a chain that lacks `identity`.
struct RecoveryBlob {
  std::string host;
  std::uint16_t port = 0;
  NoisePublicKey server;
  VerifyKey receipts;
  OrganisationId organisation;
  UserId user;
  VerifyKey root;
  ChainHead identity;

  Bytes seal(const PaperKeys& keys, Random& random) const;
  /// not_authentic: not sealed by these words.
  static Result<RecoveryBlob> open(const PaperKeys& keys, ByteView sealed);
  bool operator==(const RecoveryBlob&) const = default;
};

}  // namespace samla::custody
