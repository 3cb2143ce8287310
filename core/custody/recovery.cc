#include "core/custody/recovery.h"

#include <sodium.h>

#include <algorithm>
#include <optional>

#include "core/base/codec.h"
#include "core/base/wipe_text.h"
#include "core/custody/word_list.h"

namespace samla::custody {

namespace {

constexpr std::size_t kBitsPerWord = 11;
constexpr std::size_t kEntropyBytes = 32;
constexpr std::size_t kLettersEnough = 4;
constexpr std::size_t kHostBytesMax = 255;
constexpr std::string_view kBlobDomain = "samla/recovery/blob/1";
static_assert(kRecoveryWords * kBitsPerWord == 8 * (kEntropyBytes + 1));

Error wrong(std::string hint) { return fail(ErrorCode::invalid_argument, "recovery.words", std::move(hint)); }

/// BIP-39: the first bits of SHA-256, here eight of them.
std::uint8_t checksum(ByteView entropy) {
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash;
  crypto_hash_sha256(hash.data(), entropy.data(), entropy.size());
  return hash[0];
}

Secret<32> derived(const Secret<32>& secret, std::string_view domain) {
  Secret<32> out;
  sign::keyed_hash(out.writable(), secret.view(), domain, {});
  return out;
}

std::vector<std::string> letters_only(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  for (const char c : text) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower < 'a' || lower > 'z') {
      within = false;
      continue;
    }
    if (!within) words.emplace_back();
    within = true;
    words.back() += lower;
  }
  return words;
}

/// Its number in the list; absent: not there, or too few letters to say.
std::optional<std::size_t> number_of(const std::string& word) {
  const auto& list = word_list();
  const auto found = std::ranges::lower_bound(list, word);
  if (found == list.end()) return std::nullopt;
  const bool exact = *found == word;
  const bool enough = word.size() >= kLettersEnough && found->starts_with(word);
  if (!exact && !enough) return std::nullopt;
  return static_cast<std::size_t>(found - list.begin());
}

}  // namespace

RecoveryWords RecoveryWords::generate(Random& random) {
  Secret<32> entropy;
  random.fill(entropy.writable());
  return RecoveryWords(std::move(entropy));
}

std::string RecoveryWords::text() const {
  Secret<kEntropyBytes + 1> bits;
  std::ranges::copy(entropy_.view(), bits.writable().begin());
  bits.writable()[kEntropyBytes] = checksum(entropy_.view());
  std::string out;
  for (std::size_t word = 0; word < kRecoveryWords; ++word) {
    std::size_t number = 0;
    for (std::size_t bit = word * kBitsPerWord; bit < (word + 1) * kBitsPerWord; ++bit) {
      number = number << 1 | (bits.view()[bit / 8] >> (7 - bit % 8) & 1u);
    }
    if (!out.empty()) out += ' ';
    out += word_list()[number];
  }
  return out;
}

namespace {

/// Also where the words are not words.
struct WordsWiped {
  std::vector<std::string>& words;
  ~WordsWiped() {
    for (std::string& word : words) wipe_text(word);
  }
};

}  // namespace

Result<RecoveryWords> RecoveryWords::parse(std::string_view text) {
  std::vector<std::string> words = letters_only(text);
  const WordsWiped wiped{words};
  if (words.size() != kRecoveryWords) {
    return wrong("there are " + std::to_string(kRecoveryWords) + " words; these are " +
                 std::to_string(words.size()));
  }
  Secret<kEntropyBytes + 1> bits;
  for (std::size_t word = 0; word < kRecoveryWords; ++word) {
    const auto number = number_of(words[word]);
    if (!number) {
      return wrong("word " + std::to_string(word + 1) + ", \"" + words[word] + "\", is not one of the list");
    }
    for (std::size_t i = 0; i < kBitsPerWord; ++i) {
      const std::size_t bit = word * kBitsPerWord + i;
      const auto set = static_cast<std::uint8_t>(*number >> (kBitsPerWord - 1 - i) & 1u);
      bits.writable()[bit / 8] = static_cast<std::uint8_t>(bits.view()[bit / 8] | set << (7 - bit % 8));
    }
  }
  const ByteView entropy = bits.view().first(kEntropyBytes);
  if (bits.view()[kEntropyBytes] != checksum(entropy)) {
    return wrong("each word is of the list, but one is another than it was, or they are out of order");
  }
  return RecoveryWords(Secret<32>::from(entropy));
}

PaperKeys keys_of_words(const RecoveryWords& words) {
  return {sign::SigningKey::from_seed(derived(words.entropy(), "samla/recovery/sign/1")),
          seal::KeyPair::from_secret(derived(words.entropy(), "samla/recovery/seal/1")),
          derived(words.entropy(), "samla/recovery/blob_key/1")};
}

chain::Paper paper_of(const PaperKeys& keys, const OrganisationId& organisation, const UserId& user) {
  chain::Paper paper{user, keys.sign.verify_key(), keys.seal.public_key(), {}};
  paper.possession =
      keys.sign.sign(chain::kPaperPossessionDomain, chain::paper_possession_bytes(organisation, paper));
  return paper;
}

Bytes RecoveryBlob::seal(const PaperKeys& keys, Random& random) const {
  Writer out;
  out.u8(kRecoveryBlobVersion);
  out.text(host);
  out.varint(port);
  out.fixed(server);
  out.fixed(receipts);
  out.fixed(organisation);
  out.fixed(user);
  out.fixed(root);
  out.varint(identity.seq);
  out.fixed(identity.hash);
  return seal::seal_under(keys.blob, random, as_bytes(kBlobDomain), out.bytes());
}

Result<RecoveryBlob> RecoveryBlob::open(const PaperKeys& keys, ByteView sealed) {
  SAMLA_ASSIGN(const Bytes plaintext, seal::open_under(keys.blob, as_bytes(kBlobDomain), sealed));
  Reader in(plaintext);
  if (in.u8() != kRecoveryBlobVersion) return fail(ErrorCode::version_unknown, "recovery.blob");
  RecoveryBlob blob;
  blob.host = in.text(kHostBytesMax);
  blob.port = static_cast<std::uint16_t>(in.varint(0xffff));
  blob.server = in.fixed<NoisePublicKey>();
  blob.receipts = in.fixed<VerifyKey>();
  blob.organisation = in.fixed<OrganisationId>();
  blob.user = in.fixed<UserId>();
  blob.root = in.fixed<VerifyKey>();
  blob.identity.seq = in.varint();
  blob.identity.hash = in.fixed<Hash>();
  SAMLA_TRY(in.finish("recovery.blob"));
  return blob;
}

}  // namespace samla::custody
