// OpLog: what all events of a document did, as runs of inserted and erased code points.
// Typing on, backspacing and deleting onwards are one run each, across events. Positions are those of
// the text at the event's parents (and its own earlier edits), never transformed. One thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace samla::text {

/// Stored: do not renumber.
enum class OpKind : std::uint8_t {
  insert = 0,          ///< unit i stands at position + i
  erase_onward = 1,    ///< every unit took what stood at position
  erase_backward = 2,  ///< unit i took what stood at position - i
};

struct OpRun {
  std::uint64_t unit = 0;
  std::uint64_t content = 0;         // where the inserted text begins, in bytes of OpLog::content
  std::uint32_t count = 0;           // units; at least 1
  std::uint32_t position = 0;        // of unit 0
  std::uint32_t inserts_before = 0;  // code points inserted by all earlier units
  std::uint32_t length_before = 0;   // of the text that the run began with
  OpKind kind = OpKind::insert;
};

/// A part of a run, as it stands in one event or in several that follow each other.
struct OpPiece {
  OpKind kind = OpKind::insert;
  std::uint64_t unit = 0;
  std::uint32_t count = 0;
  std::uint32_t position = 0;
  std::uint32_t insert_number = 0;
  std::string_view inserted;  // empty unless an insert, and only if it was asked for
};

class OpLog {
 public:
  std::uint64_t units() const { return runs_.empty() ? 0 : runs_.back().unit + runs_.back().count; }
  std::uint32_t inserts() const;
  const std::vector<OpRun>& runs() const { return runs_; }
  const std::string& content() const { return content_; }

  /// `length` is the length of the text before the edit; `joins` says that the units before these are
  /// those of the same event or of the one that this one follows, so that they may share a run.
  void insert(std::uint32_t position, std::string_view text, std::uint32_t count, std::uint32_t length,
              bool joins);
  void erase(std::uint32_t position, std::uint32_t count, std::uint32_t length, bool joins);

  /// The run that `unit` is in; `unit` < units().
  std::size_t run_index(std::uint64_t unit) const;
  /// The length of the text after `unit`.
  std::uint32_t length_after(std::uint64_t unit) const;
  /// Code points inserted by the units before `unit`, which may be units().
  std::uint32_t inserts_before(std::uint64_t unit) const;
  /// The unit that inserted code point number `insert`, of those that were.
  std::uint64_t unit_of_insert(std::uint32_t insert) const;
  /// Units [first, last) of run number `run`, which holds them all.
  OpPiece piece(std::size_t run, std::uint64_t first, std::uint64_t last, bool with_text) const;
  /// Code points [first, first + count) of all that were inserted.
  std::string inserted_text(std::uint32_t first, std::uint32_t count) const;

  /// Adds a run as it was; that of an insert takes what content follows that of the runs before.
  void restore(OpKind kind, std::uint32_t position, std::uint32_t count, std::uint32_t length,
               std::string_view inserted);

 private:
  std::string_view run_text(std::size_t run) const;

  std::vector<OpRun> runs_;
  std::string content_;
};

}  // namespace samla::text
