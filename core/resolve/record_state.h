// The resolved state of one record: its fields' heads and whether it lives. Metadata only.
#pragma once

#include <map>
#include <vector>

#include "core/resolve/field_state.h"
#include "core/sign/hash.h"

namespace samla::resolve {

enum class Life {
  kAlive,
  kErased,     ///< every life head is an erase, and together they had seen all heads and text edits
  kContested,  ///< someone erased it, but a head was not seen or someone restored it: it lives, flagged
};

class RecordState {
 public:
  /// Takes a valid write of this record in; again is harmless.
  void apply(const change::WriteHeader& write, const change::WriteRef& ref);
  /// A void or quarantined write, see FieldState::apply_transparent.
  void apply_transparent(const change::WriteHeader& write, const change::WriteRef& ref);

  /// Takes another's word for what has been dominated in a field, see FieldState::vouch.
  void vouch(const FieldTag& tag, const std::map<WriterId, FieldState::Place>& places);

  /// By tag; the life field, where anyone wrote it, under change::kLifeTag.
  const std::map<FieldTag, FieldState>& fields() const { return fields_; }
  /// Null: nobody wrote the field.
  const FieldState* field(const FieldTag& tag) const;
  Life life() const;
  /// Each writer's last changeset with a text edit.
  const std::map<WriterId, std::uint64_t>& last_edits() const { return appends_; }
  /// The vector that an erase made now carries: all that is known of the record, by writer.
  std::vector<change::SeenEntry> seen() const;

  Bytes encode() const;
  static Result<RecordState> decode(ByteView bytes);
  /// Two replicas with the same writes have the same digest.
  sign::Hash digest() const;

  bool operator==(const RecordState&) const = default;

 private:
  std::map<FieldTag, FieldState> fields_;
  /// What each erase that is still a head had seen.
  std::map<change::WriteRef, std::vector<change::SeenEntry>> erases_;
  /// Each writer's last changeset with a text edit: those are no heads, and an erase must have seen them.
  std::map<WriterId, std::uint64_t> appends_;
};

/// The fields that a write is to: its tags, or the life field.
std::vector<FieldTag> fields_of(const change::WriteHeader& write);

}  // namespace samla::resolve
