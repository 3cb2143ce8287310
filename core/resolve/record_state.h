// What a record's writes amount to: a state for each field and whether the record lives.
// Nothing in it depends on having seen the record's init, or any other dominated write, so a device that
// came by a heads pack holds the same bytes as one that has the whole history. Pure; one thread at a time.
#pragma once

#include <map>
#include <vector>

#include "core/resolve/field_state.h"
#include "core/sign/hash.h"

namespace samla::resolve {

enum class Life : std::uint8_t {
  kAlive,
  kErased,
  kContested,  ///< it lives, although an erase is among the heads: something was not seen, or restored
};

struct RecordState {
  std::map<FieldTag, FieldState> fields;  ///< none is empty; the life field is change::kLifeField
  /// The `seen` of each erase that is a head of the life field; no other key.
  std::map<WriteRef, std::vector<change::SeenEntry>> seen;

  /// An accepted write of this record (`write.record` is the caller's to match). True if it has newly
  /// become a head in any field.
  bool apply(const change::WriteHeader& write, const WriteRef& ref);
  /// A void or quarantined one.
  void apply_transparent(const change::WriteHeader& write, const WriteRef& ref);

  /// Erased if every life head is an erase and the union of their `seen` covers every other head,
  /// appends included.
  Life life() const;
  /// Null if nothing is known of the field.
  const FieldState* field(const FieldTag& tag) const;

  /// docs/formats/record_state.md, "Record state": canonical, for a store's row and a heads pack.
  Bytes encode() const;
  static Result<RecordState> decode(ByteView bytes);
  /// Over `encode`; equal on all replicas that applied the same writes with the same verdicts.
  sign::Hash digest() const;

  bool operator==(const RecordState&) const = default;

 private:
  void forget_dominated_erases();
};

}  // namespace samla::resolve
