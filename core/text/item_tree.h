// ItemTree: all code points that the walker knows of, deleted ones too, in the order of the text.
// A B-tree of runs. Each run has two states: `state` in the version at which the walker stands, and
// `removed` in the union of all events. Found by what is shown at that version, by what is present in
// the end, by id, or by order. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace samla::text {

/// Names a code point: its insert number, or its place in the text that the walker began with.
using CodePointId = std::uint32_t;
inline constexpr CodePointId kBaseBit = 0x80000000;
inline constexpr CodePointId kTextStart = 0xffffffff;
inline constexpr CodePointId kTextEnd = 0xfffffffe;

struct Item {
  CodePointId id = 0;  // of the first; the others count up
  std::uint32_t count = 0;
  CodePointId left =
      kTextStart;                // what the first was put behind; each other one stands behind the one before
  CodePointId right = kTextEnd;  // what all of them were put in front of
  std::uint32_t state = 1;       // 0 not inserted yet, 1 there, more: erased that many times less one
  bool removed = false;
  bool marked = false;

  bool is_base() const { return (id & kBaseBit) != 0; }
  bool holds(CodePointId other) const { return other - id < count; }
};

struct Totals {
  std::uint32_t all = 0;
  std::uint32_t seen = 0;     // state > 0
  std::uint32_t shown = 0;    // state == 1
  std::uint32_t present = 0;  // not removed
  std::uint32_t base = 0;
};

/// A place within an item. Inserting and dividing end the life of every other cursor.
struct Cursor {
  std::uint32_t leaf = 0;
  std::uint32_t index = 0;
  std::uint32_t offset = 0;
};

class ItemTree {
 public:
  /// One item of the text that all begins with; inserts are numbered from `first_insert`.
  void reset(std::uint32_t base_length, std::uint32_t first_insert);

  const Totals& totals() const { return totals_; }
  const Item& at(const Cursor& cursor) const { return leaves_[cursor.leaf].items[cursor.index]; }

  /// The code point with `position` shown (seen) ones before it; there is one (asserted).
  Cursor shown(std::uint32_t position) const;
  Cursor seen(std::uint32_t position) const;
  /// `id` is in the tree (asserted).
  Cursor of(CodePointId id) const;

  Cursor begin() const;
  /// The item's end, where the next one begins; to the end of all at last.
  Cursor after(const Cursor& cursor) const;
  bool at_end(const Cursor& cursor) const { return cursor.index >= leaves_[cursor.leaf].count; }

  /// Code points in the whole text before the cursor.
  Totals before(const Cursor& cursor) const;

  /// Puts `item` where the cursor is, within an item or between two; inserts come in the order of their
  /// numbers.
  Cursor insert(Cursor cursor, const Item& item);
  /// Adds `count` code points at the end of an item of the highest insert numbers.
  void extend(const Cursor& cursor, std::uint32_t count);
  /// The cursor at an item of its own that begins there and has at most `count` code points.
  Cursor isolate(Cursor cursor, std::uint32_t count);
  void set_state(const Cursor& cursor, std::uint32_t state);
  void set_removed(const Cursor& cursor);
  void mark(const Cursor& cursor) { leaves_[cursor.leaf].items[cursor.index].marked = true; }

 private:
  static constexpr std::uint32_t kLeafItems = 16;
  static constexpr std::uint32_t kChildren = 16;
  static constexpr std::uint32_t kNone = 0xffffffff;

  struct Leaf {
    std::uint32_t parent = kNone;
    std::uint32_t next = kNone;
    std::uint32_t count = 0;
    std::array<Item, kLeafItems> items;
  };
  struct Node {
    std::uint32_t parent = kNone;
    std::uint32_t count = 0;
    bool over_leaves = true;
    std::array<std::uint32_t, kChildren> children;
    std::array<Totals, kChildren> totals;
  };

  template <std::uint32_t Totals::*which>
  Cursor find(std::uint32_t position) const;
  std::uint32_t slot(const Node& node, std::uint32_t child) const;
  void add(std::uint32_t leaf, const Totals& more);
  Cursor divide(Cursor cursor);
  Cursor place(Cursor cursor, const Item& item, std::uint32_t known_leaf);
  void split_leaf(std::uint32_t leaf);
  void split_node(std::uint32_t node);
  void add_child(std::uint32_t left, bool over_leaves, std::uint32_t child, const Totals& moved);
  void adopt(std::uint32_t node);
  void register_ids(const Item& item, std::uint32_t leaf);

  std::vector<Leaf> leaves_;
  std::vector<Node> nodes_;
  std::uint32_t root_ = 0;
  std::uint32_t first_insert_ = 0;
  std::vector<std::uint32_t> leaf_of_;  // by insert number - first_insert_
  Totals totals_;
};

}  // namespace samla::text
