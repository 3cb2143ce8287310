// The reference model: what records should look like, from what people did, not from what devices wrote. It
// shares no code with core/resolve. Each write is kept with the heads that it was meant to replace; what a
// machine should show follows from the writes that it holds. It is the ledger, too: a write is entered when
// its device said that it is saved.
//
// The rule (sync.md): a head is a write that nothing held replaces; replacing one of a writer's writes to a
// field replaces its earlier ones there, too. Among heads the greatest (time, writer, place) is shown.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/change/write.h"

namespace samla::sim {

using change::WriteRef;

/// Of each writer in each space, the last write that is held: changesets are whole but for the outbox's.
struct Place {
  std::uint64_t seq = 0;
  std::uint32_t index = 0xffffffff;  ///< of that changeset, the last
  auto operator<=>(const Place&) const = default;
};
using Holding = std::map<std::pair<SpaceId, WriterId>, Place>;

struct ModelField {
  std::string name;
  std::string element;
  std::string value;  ///< of a set's element "true" or "false"
  std::vector<WriteRef> replaces;
};

struct ModelWrite {
  SpaceId space;
  RecordId record;
  change::WriteType type = change::WriteType::kInit;
  HybridTime time;
  std::vector<ModelField> fields;
  std::map<WriterId, std::uint64_t> seen;  ///< of an erase
  std::vector<std::string> typed;          ///< of an append: characters that nobody else types
};

struct ModelHead {
  WriteRef ref;
  HybridTime time;
  std::string value;
  change::WriteType type;
};

class Model {
 public:
  void enter(const WriteRef& ref, ModelWrite write);
  bool knows(const SpaceId& space, const WriteRef& ref) const { return writes_.contains({space, ref}); }
  /// Writes of `writer` after `place`, which were lost with the power though the device had them: forgotten.
  std::size_t forget_after(const SpaceId& space, const WriterId& writer, const Place& place);
  /// The last place of `writer` that was said to be saved; absent: none.
  std::optional<Place> last_of(const SpaceId& space, const WriterId& writer) const;

  /// Those that the writer has written to.
  std::set<std::pair<SpaceId, RecordId>> records_by(const WriterId& writer) const;

  /// Names of the record's fields, with their elements.
  std::vector<std::pair<std::string, std::string>> fields_of(const SpaceId& space,
                                                             const RecordId& record) const;
  /// How many of the record's writes are held.
  std::size_t held_of(const SpaceId& space, const RecordId& record, const Holding& holding) const;
  /// The winner first.
  std::vector<ModelHead> heads(const SpaceId& space, const RecordId& record,
                               const std::pair<std::string, std::string>& field,
                               const Holding& holding) const;
  enum class Life { kAlive, kErased, kContested };
  Life life(const SpaceId& space, const RecordId& record, const Holding& holding) const;
  /// Of the record, each writer's last write that was seen or was named by one that was.
  std::map<WriterId, std::uint64_t> seen(const SpaceId& space, const RecordId& record,
                                         const Holding& holding) const;
  /// What was typed into the record's text, whether or not it was taken out again.
  std::vector<std::string> typed(const SpaceId& space, const RecordId& record, const Holding& holding) const;
  /// Those that were made, at most some hundred.
  std::vector<WriteRef> places(const SpaceId& space) const;
  std::vector<std::pair<WriteRef, const ModelWrite*>> writes_of(const SpaceId& space,
                                                                const RecordId& record) const;
  bool holds_any(const SpaceId& space, const RecordId& record, const Holding& holding) const;
  const std::set<RecordId>& records(const SpaceId& space) const;
  const std::map<SpaceId, std::set<RecordId>>& all_records() const { return records_; }
  std::size_t size() const { return writes_.size(); }

 private:
  using Key = std::pair<SpaceId, WriteRef>;
  using FieldKey = std::pair<std::string, std::string>;
  std::map<Key, ModelWrite> writes_;
  std::map<SpaceId, std::set<RecordId>> records_;
  struct Known {
    WriteRef ref;
    const ModelWrite* write;  ///< in `writes_`
  };
  struct Record {
    std::vector<Known> writes;
    std::map<FieldKey, std::vector<Known>> by_field;
  };
  const Record* find(const SpaceId& space, const RecordId& record) const;
  std::map<std::pair<SpaceId, RecordId>, Record> of_record_;
};

/// The life of a record, as a field.
inline const std::pair<std::string, std::string> kLifeField{"", "life"};

}  // namespace samla::sim
