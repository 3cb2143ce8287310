// The messages of sync, version 1: one type each, in a canonical codec. docs/formats/messages.md.
// Pure bytes: what a changeset, an entry or a grant says is for others to judge. Every list and byte
// string is bounded here. A logical message has at most kMessageBytesMax bytes (net fragments it).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/id.h"
#include "core/base/position.h"
#include "core/base/result.h"

namespace samla::wire {

inline constexpr std::uint8_t kProtocolVersion = 2;
inline constexpr std::size_t kMessageBytesMax = 1024 * 1024;

/// Numbers on the wire: do not renumber. 36-39 are reserved for heads packs, 47 for re-offers, 48-55 for
/// blobs, 56-59 for state attestations, 60-63 for hubs.
enum class MessageType : std::uint8_t {
  kHello = 1,
  kWelcome = 2,
  kChainPull = 3,
  kChainEntries = 4,
  kGrants = 5,
  kChainAppend = 6,
  kChainResult = 7,
  kPush = 8,
  kReceipts = 9,
  kRefusal = 10,
  kSubscribe = 11,
  kTail = 12,
  kTailEnd = 13,
  kCredit = 14,
  kChainNotice = 15,
  kConflictFields = 16,
  kPing = 17,
  kPong = 18,
  kGoodbye = 19,
  kBackupHorizon = 20,
  kPlacesAsk = 21,
  kPlaces = 22,
  kPackAsk = 32,
  kPackPage = 33,
  kRecordsAsk = 34,
  kRecordsPage = 35,
  kChainOffer = 40,
  kChainOfferResult = 41,
  kFrontierAsk = 42,
  kFrontier = 43,
  kReoffer = 44,
  kReofferRefusal = 45,
  kShownReceipts = 46,
  kCheckpointAsk = 64,
  kCheckpointPart = 65,
};

/// What a peer learns of a failure: a coarse class only. Do not renumber.
enum class Refused : std::uint8_t {
  kLater = 1,  ///< quota, disk, rate: keep it and retry
  kVoid = 2,   ///< malformed or without right; keeps its place, is no head
  kQuarantined = 3,
  kGap = 4,            ///< an earlier changeset of this writer is missing
  kForked = 5,         ///< another changeset has this sequence number
  kChainBehind = 6,    ///< it names a chain head that the server lacks
  kChainConflict = 7,  ///< the chain has moved on
  kNotPermitted = 8,
  kInviteUsed = 9,
  kInviteExpired = 10,
  kInviteRevoked = 11,
  kInviteUnknown = 12,
  kClaimUsed = 13,
  kProtocol = 14,
  kDeviceRevoked = 15,
  kNamesMissing = 16,  ///< it names a change that the server does not hold: keep it, bring that one first
};

/// How the newcomer at the door is known. The device's Noise key is known from the handshake.
enum class Entrance : std::uint8_t {
  kDevice = 1,   ///< a certified device
  kInvite = 2,   ///< holds an invite's gate key, redeems it in this session
  kClaim = 3,    ///< holds the claim token of an unclaimed server
  kPairing = 4,  ///< holds a pairing code's gate key, redeems it in this session
  kPaper = 5,    ///< holds recovery words; certifies itself by them, or asks what is kept for them
};

struct Hello {
  std::uint8_t version = kProtocolVersion;
  Entrance entrance = Entrance::kDevice;
  OrganisationId organisation;  ///< kPaper: zero asks for the blob, since nothing else is known yet
  DeviceId device;
  /// kInvite, kPairing, kPaper: which; else zero.
  InviteId invite;
  /// kInvite, kPairing: gate key; kClaim: claim token; kPaper: signature over chain::paper_entrance_bytes;
  /// else empty.
  Bytes proof;
  std::string software;
};

struct SpaceHeads {
  SpaceId space;
  ChainHead chain;
  Position position;
};

struct Welcome {
  std::uint8_t version = kProtocolVersion;
  std::uint64_t server_ms = 0;
  Incarnation incarnation;
  VerifyKey receipt_key;
  OrganisationId organisation;  ///< zero: unclaimed
  ChainHead identity;
  std::vector<SpaceHeads> spaces;  ///< those that this device may sync
};

/// Asks for the entries after `from`. A zero space is the identity chain.
struct ChainPull {
  SpaceId space;
  ChainHead from;
};

struct ChainEntries {
  SpaceId space;
  std::uint64_t first_seq = 1;  ///< of the first entry here
  std::vector<Bytes> entries;
  bool last = true;  ///< false: ask again after these
};

/// Sealed grants of one space for the asking device (or the invite that it redeemed).
struct Grant {
  std::uint32_t epoch = 0;
  FixedBytes<16, struct RecipientIdTag> recipient;
  Bytes sealed;
};
struct Grants {
  SpaceId space;
  std::vector<Grant> grants;
};

/// Appends to one or more chains, atomically. `expected` is compared and swapped; for floating entries
/// it is not compared.
struct ChainAppend {
  struct Part {
    SpaceId space;  ///< zero: the identity chain
    ChainHead expected;
    std::vector<Bytes> entries;
    std::vector<Grant> grants;
  };
  std::uint64_t request = 0;
  std::vector<Part> parts;
};

struct ChainResult {
  std::uint64_t request = 0;
  std::optional<Refused> refused;  ///< absent: placed and durable
};

/// The changeset's bytes as its writer froze them (or a partial of them).
struct Push {
  SpaceId space;
  std::uint64_t writer_seq = 0;
  Bytes changeset;
};

struct Receipt {
  SpaceId space;
  std::uint64_t seq = 0;  ///< its place in the space
  Hash head;              ///< the space's running hash after it
  WriterId writer;
  std::uint64_t writer_seq = 0;
  Hash changeset;
  std::uint8_t validity = 1;  ///< change::Validity
};

/// One signature over all receipts of a group commit to one device.
struct Receipts {
  Incarnation incarnation;
  std::vector<Receipt> receipts;
  Signature signature;
};
inline constexpr std::string_view kReceiptsDomain = "samla/receipts/1";
/// The bytes that the signature covers.
Bytes signed_part(const Receipts& receipts);

struct Refusal {
  SpaceId space;
  std::uint64_t writer_seq = 0;
  Refused refused = Refused::kLater;
  std::uint64_t expected_seq = 0;  ///< kGap: the next that the server can take
};

/// Asks for a space's history after `from`, then live. A cursor of another incarnation or with a head
/// that the server does not have is answered from the start.
struct Subscribe {
  SpaceId space;
  Position from;
};

struct TailItem {
  std::uint64_t seq = 0;
  std::uint8_t validity = 1;
  Bytes changeset;  ///< empty: the reader's own, which it holds
  Hash own = {};    ///< then: which; a copy of its store may have written another under that number
};
struct Tail {
  SpaceId space;
  Position after;  ///< where these follow
  std::vector<TailItem> items;
};
/// Level with the server as of `position`; what comes later is live.
struct TailEnd {
  SpaceId space;
  Position position;
};

/// The receiver of a lane has dealt with that many bytes.
struct Credit {
  std::uint8_t lane = 0;  ///< 0: up (pushes), 1: down (tails)
  std::uint64_t bytes = 0;
};

struct ChainNotice {
  SpaceId space;
  ChainHead head;
};

struct ConflictField {
  RecordId record;
  FieldTag tag;
  std::uint32_t heads = 0;
};
struct ConflictFields {
  SpaceId space;
  std::vector<ConflictField> fields;
};

struct Ping {
  std::uint64_t nonce = 0;
};
struct Pong {
  std::uint64_t nonce = 0;
};
struct Goodbye {
  std::optional<Refused> reason;
};

/// What a verified backup of the server covers, for the spaces of this device. Until there is one, and
/// beyond it, devices drop nothing.
struct BackupHorizon {
  std::uint64_t taken_ms = 0;
  struct Place {
    SpaceId space;
    std::uint64_t seq = 0;
  };
  std::vector<Place> spaces;
};

/// Entries that the sender has pinned and the server lacks; without entries: where the sender's pin is, so
/// that a restored server learns how far the chain had come.
struct ChainOffer {
  SpaceId space;  ///< zero: the identity chain
  ChainHead pin;
  std::uint64_t first_seq = 1;
  std::vector<Bytes> entries;
};

struct ChainOfferResult {
  SpaceId space;
  std::optional<Refused> refused;  ///< absent: what was new in it is placed and durable
  ChainHead head;                  ///< the server's now
};

/// Asks how far each writer has come in a space; ends the subscription to it.
struct FrontierAsk {
  SpaceId space;
};
struct WriterTip {
  WriterId writer;
  std::uint64_t seq = 0;
  Hash hash;
};
struct Frontier {
  SpaceId space;
  Position position;
  std::vector<WriterTip> writers;
};

/// A changeset of another writer, or of an earlier life of the server, byte for byte.
struct Reoffer {
  SpaceId space;
  WriterId writer;
  std::uint64_t writer_seq = 0;
  Bytes changeset;
};
struct ReofferRefusal {
  SpaceId space;
  WriterId writer;
  std::uint64_t writer_seq = 0;
  Refused refused = Refused::kLater;
};

/// The server's own signature over a place that it does not have any more.
struct ShownReceipts {
  Receipts receipts;
};

/// Where do the changesets of a user's devices stand, in spaces that the asker may not be in? For
/// administrators and for the user. Answered by Places; `after` is the last of the answer before.
struct PlacesAsk {
  UserId user;
  bool every = false;  ///< false: each writer's last in each space
  struct After {
    SpaceId space;
    WriterId writer;
    std::uint64_t seq = 0;  ///< zero: from the beginning
  } after;
};
struct Place {
  SpaceId space;
  WriterId writer;
  std::uint64_t seq = 0;
  Hash changeset;
  std::uint32_t writes = 0;  ///< 0 where only the last was asked for
};
/// Ascending by space, writer, seq. Signed: what the server says here decides what stands.
struct Places {
  Incarnation incarnation;
  UserId user;
  bool last = true;  ///< false: ask again after these
  std::vector<Place> places;
  Signature signature;
};
inline constexpr std::string_view kPlacesDomain = "samla/places/1";
Bytes signed_part(const Places& places);

/// By one who has nothing of a chain: asks for the state of its newest checkpoint, from a byte on.
struct CheckpointAsk {
  SpaceId space;  ///< zero: the identity chain
  std::uint64_t offset = 0;
};
/// `size` 0: there is none, or not for the asker; its chain is pulled from the beginning.
struct CheckpointPart {
  SpaceId space;
  Bytes entry;  ///< the checkpoint
  std::vector<Bytes>
      witnesses;           ///< the genesis; of the identity chain also the author's certificate by the root
  std::uint64_t size = 0;  ///< of the whole state
  std::uint64_t offset = 0;
  Bytes part;
};
/// How far a heads pack has been sent: what makes it resumable. The server keeps nothing of it.
struct PackPlace {
  enum class Stage : std::uint8_t {
    kTips = 0,  ///< each writer's last changeset; `key`: the writer sent last
    kRecords =
        1,  ///< records touched before the pack began, the last touched first; `key`: the record sent last
    kTouched = 2,  ///< those touched since, in the order of that
  };
  Stage stage = Stage::kTips;
  std::uint64_t touched = 0;
  FixedBytes<16, struct PackKeyTag> key;
  std::uint32_t part = 0;  ///< writes of the record after `key` that have been sent

  bool operator==(const PackPlace&) const = default;
};

/// A write, its writer by its place in the body's table.
struct PackRef {
  std::uint32_t writer = 0;
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
};
/// The server's word for what can't be proven without history.
struct PackField {
  FieldTag tag;
  bool text = false;
  std::vector<PackRef> roots;     ///< of a text: whole values with which it begins
  std::vector<PackRef> replaced;  ///< of each writer the last write that has been dominated
};
struct PackRecord {
  RecordId record;
  std::uint64_t missing = 0;  ///< writes of it that are history and not here; 0: nothing has to be believed
  std::vector<PackField> fields;
};
/// A changeset with those of its writes that are needed, or its header alone.
struct PackItem {
  std::uint64_t seq = 0;  ///< its place in the space
  Bytes changeset;
};
struct PackBody {
  std::vector<WriterId> writers;
  std::vector<PackItem> items;
  /// Those of which everything that is needed has now been sent.
  std::vector<PackRecord> records;
};

/// Asks for what stands in a space, and for its history from there on: the answer is PackPages and then as to
/// Subscribe; or at once as to Subscribe from the start, where that is less.
struct PackAsk {
  SpaceId space;
  Position at;  ///< of the pack that is under way; zero: from the beginning
  PackPlace from;
};
struct PackPage {
  SpaceId space;
  Position at;     ///< where the history goes on
  PackPlace from;  ///< as asked; the beginning where the server does not know that pack
  PackPlace to;
  bool last = false;
  PackBody body;
};
/// Asks for records of a space of which this device does not hold everything: what stands now, or all writes.
struct RecordsAsk {
  SpaceId space;
  bool whole = false;
  std::vector<RecordId> records;
};
struct RecordsPage {
  SpaceId space;
  bool last = true;
  PackBody body;
};
inline constexpr std::size_t kRecordsAskMax = 64;

using Message = std::variant<Hello, Welcome, ChainPull, ChainEntries, Grants, ChainAppend, ChainResult, Push,
                             Receipts, Refusal, Subscribe, Tail, TailEnd, Credit, ChainNotice, ConflictFields,
                             Ping, Pong, Goodbye, BackupHorizon, PlacesAsk, Places, ChainOffer,
                             ChainOfferResult, FrontierAsk, Frontier, Reoffer, ReofferRefusal, ShownReceipts,
                             CheckpointAsk, CheckpointPart, PackAsk, PackPage, RecordsAsk, RecordsPage>;

Bytes encode(const Message& message);
/// Refuses what `encode` would not have written; unsupported for a reserved or unknown type.
Result<Message> decode_message(ByteView bytes);

}  // namespace samla::wire
