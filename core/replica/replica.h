// Replica: one device's whole store, opened: vault, keys, chains, outbox, records, sync.
// The composition root of the core: what an app embeds below the domain's words. It knows spaces,
// records, fields and kinds by name only. The two pipelines are in outbound.cc and inbound.cc.
// Thread: one at a time (the requests layer serialises).
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/base/id.h"
#include "core/base/random.h"
#include "core/base/result.h"
#include "core/base/secret_text.h"
#include "core/base/waker.h"
#include "core/change/validity.h"
#include "core/change/write.h"
#include "core/view/records.h"

namespace samla::replica {

/// Opaque numbers that the domain gives meaning to.
using Purpose = std::uint16_t;
using Role = std::uint8_t;

enum class SpaceRight : std::uint8_t { kNone = 0, kReader = 1, kWriter = 2, kManager = 3 };
enum class SpaceClass : std::uint8_t { kPersonal = 1, kShared = 2 };

/// What a space is for. Its id follows from organisation, purpose and scope, so everyone names the
/// same space without asking.
struct SpaceSpec {
  Purpose purpose = 0;
  SpaceClass space_class = SpaceClass::kShared;
  RecordId scope;                   ///< a personal space: the user's id
  bool confirm_co_members = false;  ///< true: a member must confirm each later co-member
  bool approve_devices = false;     ///< true: a user's later devices must be approved by one with a key
};

struct SpaceInfo {
  SpaceId id;
  Purpose purpose = 0;
  RecordId scope;
  SpaceRight right = SpaceRight::kNone;  ///< this device's
  bool readable = false;                 ///< this device holds its key
  std::size_t members = 0;
};

struct DeviceInfo {
  DeviceId id;
  UserId user;
  std::uint64_t certified_ms = 0;
  std::string
      status;  ///< "active", "revoked", or "awaiting approval" (same user, no key to the personal space)
};

/// A space that an invite opens to its user.
struct InviteSpace {
  SpaceSpec spec;
  SpaceRight right = SpaceRight::kWriter;
  /// True: the key is granted in the invite (the inviter holds it; the space is founded now if it is
  /// not there). False: an entitlement only: the first user to join founds it, later ones are granted.
  bool grant_now = false;
  /// Let in too where the space is founded now.
  std::vector<std::pair<UserId, SpaceRight>> members = {};
};

struct InviteSpec {
  UserId user;
  Role role = 0;
  std::uint64_t expires_ms = 0;
  std::vector<InviteSpace> spaces;
};

struct InviteInfo {
  InviteId id;
  UserId user;
  Role role = 0;
  std::uint64_t expires_ms = 0;
  std::string status;  ///< "pending", "used", "expired", "revoked"
};

struct UserInfo {
  UserId id;
  Role role = 0;
};

/// Something that a device brought in. Words are not counted: a device must not take its user's better word.
struct CertifiedInfo {
  enum class Type : std::uint8_t { kDevice, kInvite, kPairing } type = Type::kDevice;
  FixedBytes<16, struct CertifiedIdTag> id;
  bool in_force = true;  ///< false: revoked, used or replaced
};

/// Recovery words, and where to go with them.
struct RecoveryInfo {
  SecretText words;
  std::string server_url;  ///< with the fragment that names the server's keys
};

/// What becomes of recovery words that the user has already.
struct Replacement {
  bool replace = false;
  SecretText old_words;  ///< which let themselves be replaced; an administrator needs none
};

/// What is to be erased for good, everywhere.
struct ErasureScope {
  /// Every write of these records that this device holds.
  std::set<RecordId> records;
  /// What this user's devices have written in `spaces`, as the server knows it (also where this device is
  /// not in them).
  std::optional<UserId> user;
  std::set<SpaceId> spaces;  ///< empty: all
};

struct ErasureReport {
  std::size_t changesets = 0;
  std::size_t writes = 0;
  std::size_t held = 0;  ///< of `changesets`, those that a hold keeps for now
};

using HoldId = FixedBytes<16, struct ArchiveHoldTag>;
struct HoldInfo {
  HoldId id;
  std::vector<SpaceId> spaces;  ///< empty: all
  bool in_force = true;
};

using EscrowId = FixedBytes<16, struct DeclaredEscrowTag>;
struct EscrowInfo {
  EscrowId id;
  std::vector<UserId> holders;  ///< two, or fewer where the words that hold it have been replaced since
  bool in_force = true;
  std::size_t uses = 0;
};

/// What a revoked device wrote and does not count, though it is here.
struct SetAsideInfo {
  DeviceId device;
  SpaceId space;
  std::size_t changesets = 0;
  std::vector<RecordId> records;  ///< ascending
};

/// How much a user has written in a space, this device's or not.
struct WrittenInfo {
  SpaceId space;
  std::size_t changesets = 0;
  std::size_t writes = 0;
};

/// Counts of local changes by how far they have come; the three levels of done.
struct Levels {
  std::uint64_t device = 0;  ///< writes on this device only
  std::uint64_t hub = 0;
  std::uint64_t centre = 0;  ///< own writes that the centre has receipted
};

/// What a device found and did for a server that had been restored, emptied or rolled back.
struct RecoveryReport {
  std::uint64_t at_ms = 0;
  std::uint64_t recovered = 0;  ///< changesets that the server had lost and has again, by this device
  std::uint64_t waiting = 0;    ///< that it did not take yet: they rest on others that somebody else holds
  /// Changesets that others name and that neither side holds: how many of each device. What that device
  /// still has comes back when it syncs.
  std::vector<std::pair<DeviceId, std::uint64_t>> missing;
};

/// What the server said of its newest verified backup.
struct BackupNews {
  std::uint64_t taken_ms = 0;
  std::uint64_t behind = 0;  ///< changesets that this device has seen at the server and that are not in it
};

struct SyncReport {
  std::uint64_t sent = 0;                  ///< changesets receipted in this sync
  std::uint64_t received = 0;              ///< changesets of others
  std::uint64_t conflicts = 0;             ///< contested fields now
  std::string reached = "none";            ///< "centre", "hub" or "none"
  std::vector<std::string> notices;        ///< one line each for the person (refusals, unreadable spaces)
  std::optional<RecoveryReport> recovery;  ///< absent: the server lacked nothing
  /// The server's clock less this device's; absent: it was not reached.
  std::optional<std::int64_t> clock_skew_ms;
  /// Fields of which server and device count other heads (SyncOptions::compare_heads); absent: not compared.
  std::optional<std::size_t> head_differences;
};

struct SyncOptions {
  /// Gives up when the server has been silent for this long.
  std::chrono::milliseconds silence_max{10'000};
  /// Called with (changesets sent, received) now and then; may be empty.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
  /// Called with the records that came anew or differently, after they are durable; may be empty.
  std::function<void(const std::set<RecordId>&)> changed;
  /// Compares the server's list of fields with several heads with this device's, where nothing was sent:
  /// reads all records.
  bool compare_heads = false;
  /// True ends the sync, with what it has done so far. Asked at every message, and when `waker` says; without
  /// one a few times a second. May be empty.
  std::function<bool()> stop;
  /// Outlives the sync; null: none.
  Waker* waker = nullptr;
};

/// One write of a record, as history shows it.
struct WriteInfo {
  change::WriteRef ref;
  change::WriteType type = change::WriteType::kInit;
  HybridTime time;
  std::vector<change::WriteRef> prev;
  std::vector<FieldTag> tags;
  std::optional<view::Content> content;  ///< absent: does not open here
  change::Validity validity = change::Validity::kValid;
  /// How far it has come: not frozen yet, on this device alone, or placed at the centre.
  enum class Reached : std::uint8_t { kOutbox, kDevice, kCentre } reached = Reached::kOutbox;
  /// Why the server did not take it, or why it does not count; absent: nothing to say.
  std::optional<ErrorCode> reason;
  std::vector<FieldTag> head_of;  ///< those of `tags` in which nothing has replaced it

  bool head() const { return !head_of.empty(); }
};

/// A transaction of edits: built first, then committed whole or not at all.
class Edit {
 public:
  struct Field {
    std::string name;
    std::string element;  ///< non-empty: a set's element, value true or false
    view::Value value;
  };
  struct Create {
    RecordId id;
    SpaceId space;
    std::string kind;
    std::vector<Field> fields;
  };
  struct Assign {
    RecordId record;
    Field field;
    /// True: names all heads, so that nothing stands against the new value. False: where the field is
    /// contested, names what this device shows and its own head; the other heads stay, and so does the
    /// conflict, since an edit is not a decision.
    bool resolves = false;
  };
  /// A text that many may edit at once becomes `text`: what changed goes out as edits, which merge with
  /// others'. `settles`: also where nothing changed, so that it is known to have been looked at.
  struct EditText {
    RecordId record;
    std::string field;
    std::string text;
    bool settles = false;
  };
  enum class Life { kErase, kRestore };
  struct SetLife {
    RecordId record;
    Life life;
  };

  /// A record with the id given (see Replica::new_record_id, Replica::derived_id).
  void create(RecordId id, SpaceId space, std::string kind, std::vector<Field> fields);
  void assign(RecordId record, std::string field, view::Value value);
  /// As assign, and settles the field (or a set's element) for good.
  void resolve(RecordId record, std::string field, view::Value value);
  void edit_text(RecordId record, std::string field, std::string text);
  /// As edit_text, and settles what was merged or contested.
  void settle_text(RecordId record, std::string field, std::string text);
  void add_element(RecordId record, std::string field, std::string element);
  void remove_element(RecordId record, std::string field, std::string element);
  void erase(RecordId record);
  void restore(RecordId record);

  using Step = std::variant<Create, Assign, EditText, SetLife>;
  const std::vector<Step>& steps() const { return steps_; }
  bool empty() const { return steps_.empty(); }

 private:
  std::vector<Step> steps_;
};

struct OpenOptions {
  std::filesystem::path directory;
  SecretText passphrase;
  view::SearchFields search_fields;
  /// False: an edit survives the death of the process, and the last ones may go with a loss of power. What
  /// has left the device, and everything but edits, survives both.
  bool edits_survive_power_loss = true;
  const Clock* clock = nullptr;  ///< null: the system's
  Random* random = nullptr;      ///< null: the system's
};

class Replica {
 public:
  virtual ~Replica() = default;

  /// Opens an existing store; store_missing, store_busy, wrong_passphrase, store_corrupt tell apart.
  static Result<std::unique_ptr<Replica>> open(const OpenOptions& options);

  struct Founding {
    std::string server_url;         ///< ws://HOST:PORT/#<fragment>
    Role role = 0;                  ///< of this device's user
    std::vector<SpaceSpec> spaces;  ///< founded with the organisation; a personal one's scope is filled in
    /// Called once the organisation and `spaces` stand, with their keys here: first records. What it
    /// commits is durable at the server before create_organisation returns.
    std::function<Result<void>(Replica&)> prepare;
  };
  /// A new organisation on an unclaimed server; this device becomes its admin, for a user with a random
  /// id. All of it is durable at the server before this returns; a failure leaves no profile. A claim works
  /// once: after a failure that may have come behind it, the same call goes on where it was, and `prepare`
  /// is called again.
  static Result<std::unique_ptr<Replica>> create_organisation(const OpenOptions& options, Founding founding);
  /// Joins by an invite link, or by a code of another device of the same user. A failure leaves no profile;
  /// after one that cut the connection the same link or code goes on where it was. Founds the personal space
  /// if the user has none, and spaces that the invite entitles it to and nobody has founded. `prepare` is
  /// called once the spaces' keys are here, then all is synced. already_exists where there is a store.
  static Result<std::unique_ptr<Replica>> join(const OpenOptions& options, std::string_view invite_link,
                                               SpaceSpec personal,
                                               std::function<Result<void>(Replica&)> prepare);

  /// Joins a user's new device by the user's recovery words; the server's URL as RecoveryInfo has it. Every
  /// space of the user comes back. not_found: the server keeps nothing for them. A failure leaves no profile;
  /// after one that cut the connection the same words go on with the device that was begun.
  static Result<std::unique_ptr<Replica>> recover(const OpenOptions& options, std::string_view server_url,
                                                  std::string_view words,
                                                  std::function<Result<void>(Replica&)> prepare);

  // Who and where.
  virtual OrganisationId organisation() const = 0;
  virtual UserId user() const = 0;
  virtual DeviceId device() const = 0;
  virtual WriterId writer() const = 0;
  virtual bool is_admin() const = 0;
  virtual Role role() const = 0;
  /// The invite's entitlements of this user: shared spaces that exist or will.
  virtual std::vector<SpaceId> entitled_spaces() const = 0;
  virtual std::vector<UserInfo> users() const = 0;
  /// Zero: no such user is known here.
  virtual Role role_of(const UserId& user) const = 0;
  virtual std::vector<DeviceInfo> devices() const = 0;
  virtual std::vector<InviteInfo> invites() const = 0;
  virtual std::vector<SpaceInfo> spaces() const = 0;
  /// Absent: no such space is known here.
  virtual std::optional<SpaceInfo> space(const SpaceId& id) const = 0;
  /// Empty: no such space is known here.
  virtual std::vector<std::pair<UserId, SpaceRight>> members(const SpaceId& space) const = 0;
  virtual std::optional<DeviceId> device_of_writer(const WriterId& writer) const = 0;
  virtual std::optional<UserId> user_of_device(const DeviceId& device) const = 0;
  virtual std::string server_url() const = 0;

  /// This device's wall clock.
  virtual std::uint64_t now_ms() const = 0;

  // Ids.
  /// For a record of that space; an id names no record of another (change::is_of_space).
  virtual RecordId new_record_id(const SpaceId& space) = 0;
  virtual SpaceId space_id(Purpose purpose, const RecordId& scope) const = 0;
  /// An id that follows from `name` under the space's tag key: the same for every member, meaningless
  /// to the server. key_missing where this device holds no key of the space.
  virtual Result<RecordId> derived_id(const SpaceId& space, std::string_view label,
                                      std::string_view name) const = 0;

  // Spaces and membership; queued locally, placed at the next sync (create_invite syncs itself).
  /// Founds a space at the next sync, where this user may and nobody has founded it by then; its key is
  /// here after that. `members`: beside this user. No-op where its chain is known.
  virtual Result<void> found_space(const SpaceSpec& spec,
                                   const std::vector<std::pair<UserId, SpaceRight>>& members) = 0;
  /// Certifies an invite, grants its spaces, syncs; durable at the server before it returns.
  virtual Result<std::string> create_invite(const InviteSpec& spec, const SyncOptions& options) = 0;
  /// As create_invite for each, in batches: the links in the same order. After a failure none is known to
  /// anybody; those that came to stand all the same are revoked by the next call.
  virtual Result<std::vector<std::string>> create_invites(const std::vector<InviteSpec>& specs,
                                                          const SyncOptions& options) = 0;
  virtual Result<void> revoke_invite(const InviteId& invite, const SyncOptions& options) = 0;
  /// Grants this user's personal space to another device of theirs; placed at the next sync. not_found;
  /// not_permitted where it is another user's.
  virtual Result<void> approve_device(const DeviceId& device) = 0;

  // Keys. docs of what they mean: security.md.
  /// What the device brought in, without this device itself. None of it falls with it.
  virtual std::vector<CertifiedInfo> certified_by(const DeviceId& device) const = 0;
  /// Revokes a device, and with it what of the above is named; placed at the next sync. What this store
  /// holds of its changes stands, later ones are set aside. not_found, not_permitted; invalid_argument for
  /// this device itself; already_exists where it is revoked.
  virtual Result<void> revoke_device(const DeviceId& device, const std::vector<CertifiedInfo>& with) = 0;
  /// A code by which this user's next device joins, once; all spaces that this device reads are open to it,
  /// and this device may be off by then. Durable at the server before it returns.
  virtual Result<std::string> create_pairing(std::uint64_t expires_ms, const SyncOptions& options) = 0;
  /// New recovery words of this user, with every space that this device reads; at the server before it
  /// returns. already_exists: there are words, and they are not to be replaced. not_permitted: neither the
  /// old words nor an administrator lets them be replaced.
  virtual Result<RecoveryInfo> make_recovery_words(const Replacement& replacing,
                                                   const SyncOptions& options) = 0;
  /// By an administrator. not_found: the user has none.
  virtual Result<void> revoke_recovery_words(const UserId& user, const SyncOptions& options) = 0;
  /// A new key for the space (absent: for all that this device reads). How many were given one.
  virtual Result<std::size_t> rotate_keys(const std::optional<SpaceId>& space,
                                          const SyncOptions& options) = 0;
  /// Lets a user into a shared space, changes the right, or puts the user out (kNone), after which the
  /// space's key is rotated; placed at the next sync. not_found, not_permitted.
  virtual Result<void> set_member(const SpaceId& space, const UserId& user, SpaceRight right) = 0;
  /// Announces, as an administrator, the keys that the server is to have, named by the URL's fragment.
  /// Devices that sync before the server changes them follow by themselves.
  virtual Result<void> announce_server_keys(std::string_view server_url, const SyncOptions& options) = 0;
  /// After a chain has forked, since the server had lost entries and others were added before those who had
  /// seen the lost ones came: lets the server's branch stand everywhere. What the others had added is added
  /// again by each at its next sync. By an administrator; of a space's chain also by a manager. How many
  /// chains were repaired here; everybody knows once the server has taken the entry that says so. Syncs.
  virtual Result<std::size_t> repair_forks(const SyncOptions& options) = 0;
  /// 60 bits of the identity chain's head, to be compared by two people who have both synced.
  virtual std::string comparison_code() const = 0;
  /// What this device holds of the chains. Reads all of it.
  struct ChainsHeld {
    std::uint64_t entries = 0;
    std::uint64_t bytes = 0;
    std::size_t begun_later = 0;  ///< chains that began here at a checkpoint
  };
  virtual Result<ChainsHeld> chains_held() const = 0;

  /// For review: what revoked devices wrote after their cut-offs.
  virtual Result<std::vector<SetAsideInfo>> set_aside() = 0;
  /// Lets what is here of a revoked device's changes stand; placed at the next sync. not_found: it is not
  /// revoked. not_permitted: whoever revoked it ranks higher.
  virtual Result<void> accept_set_aside(const DeviceId& device) = 0;

  // Erasing, by an administrator (else not_permitted). At the server before they return.
  /// Signs what `scope` comes to, which then goes everywhere: what out-of-reach devices hold goes when they
  /// sync. `dry_run`: only counts. not_found: nothing is left to erase.
  virtual Result<ErasureReport> erase_writes(const ErasureScope& scope, bool dry_run,
                                             const SyncOptions& options) = 0;
  /// Defers erasures in these spaces (none: in all) until the hold is released.
  virtual Result<HoldId> place_hold(const std::vector<SpaceId>& spaces, const SyncOptions& options) = 0;
  virtual Result<void> release_hold(const HoldId& hold, const SyncOptions& options) = 0;
  virtual std::vector<HoldInfo> holds() const = 0;
  /// For an administrator or the user.
  virtual Result<std::vector<WrittenInfo>> written_by(const UserId& user, const SyncOptions& options) = 0;

  // Escrow: a recipient of the keys of all shared spaces that two people's recovery words open together. At
  // the server before they return.
  /// By an administrator. Members seal keys to it at their next syncs. not_found: one of the two has no
  /// words; invalid_argument: they are one and the same.
  virtual Result<EscrowId> declare_escrow(const UserId& first, const UserId& second,
                                          const SyncOptions& options) = 0;
  /// By an administrator. not_found.
  virtual Result<void> revoke_escrow(const EscrowId& escrow, const SyncOptions& options) = 0;
  virtual std::vector<EscrowInfo> escrows() const = 0;
  /// Gives this administrator's device the space's keys, and puts that into the chain for all to see: it
  /// reads the space from then on until its key changes, and lets in whom the space is for. not_permitted:
  /// these are not both holders' words; awaiting_grant: nobody has sealed the space's key to the escrow yet.
  virtual Result<void> use_escrow(const SpaceId& space, std::string_view first_words,
                                  std::string_view second_words, const SyncOptions& options) = 0;
  /// By the user: whether the escrow is a recipient of a personal space too. At first it is not.
  virtual Result<void> set_personal_escrow(const SpaceId& space, bool on, const SyncOptions& options) = 0;

  // Edits and reads. An edit is durable when commit returns; it never connects.
  virtual Result<void> commit(const Edit& edit) = 0;
  virtual view::Records& records() = 0;
  /// Every write of the record that this device holds, oldest first by hybrid time. Reads the whole
  /// history of the record's space: for a person who asks, not for lists. not_found.
  virtual Result<std::vector<WriteInfo>> history(const RecordId& record) = 0;
  /// How many writes of the record `history` can't give, since this device came when there was a history and
  /// was sent what stood. They are asked for, and come with the next sync. 0: all are here. not_found.
  virtual Result<std::uint64_t> history_elsewhere(const RecordId& record) = 0;
  /// Those heads of a field that name a write which has not come: what else stands in the field they may have
  /// replaced by way of it, so nobody is to be asked yet. Empty: all that is named is here.
  virtual Result<std::set<change::WriteRef>> heads_ahead(const RecordId& record,
                                                         const FieldTag& tag) const = 0;
  virtual Levels levels() = 0;
  /// Of the last sync in which the server lacked something; absent: there was none.
  virtual std::optional<RecoveryReport> last_recovery() const = 0;
  /// Absent: the server has not announced one.
  virtual std::optional<BackupNews> newest_backup() const = 0;

  // Sync.
  virtual Result<SyncReport> sync(const SyncOptions& options) = 0;
  /// Syncs and stays connected until `options.stop` says so; what others write comes by
  /// `options.changed`. offline where the connection is lost.
  virtual Result<SyncReport> watch(const SyncOptions& options) = 0;
  /// Puts the store under another passphrase. wrong_passphrase; on failure the old one goes on.
  virtual Result<void> change_passphrase(std::string_view old_passphrase,
                                         std::string_view new_passphrase) = 0;
  /// Reads and authenticates every page of the store: the numbers of pages and frames that are damaged.
  virtual Result<std::uint64_t> scrub() = 0;
};

}  // namespace samla::replica
