#include "core/text/item_tree.h"

#include <algorithm>

#include "core/base/assert.h"

namespace samla::text {

namespace {

Totals totals_of(const Item& item) {
  return {item.count, item.state > 0 ? item.count : 0, item.state == 1 ? item.count : 0,
          item.removed ? 0 : item.count, item.is_base() ? item.count : 0};
}

// Sums wrap around: a difference is added as its complement.
Totals operator+(const Totals& a, const Totals& b) {
  return {a.all + b.all, a.seen + b.seen, a.shown + b.shown, a.present + b.present, a.base + b.base};
}

Totals operator-(const Totals& a, const Totals& b) {
  return {a.all - b.all, a.seen - b.seen, a.shown - b.shown, a.present - b.present, a.base - b.base};
}

}  // namespace

void ItemTree::reset(std::uint32_t base_length, std::uint32_t first_insert) {
  leaves_.assign(1, Leaf{});
  nodes_.assign(1, Node{});
  root_ = 0;
  nodes_[0].count = 1;
  nodes_[0].children[0] = 0;
  nodes_[0].totals[0] = {};
  leaves_[0].parent = 0;
  first_insert_ = first_insert;
  leaf_of_.clear();
  totals_ = {};
  if (base_length == 0) return;
  Item base;
  base.id = kBaseBit;
  base.count = base_length;
  leaves_[0].items[0] = base;
  leaves_[0].count = 1;
  add(0, totals_of(base));
}

std::uint32_t ItemTree::slot(const Node& node, std::uint32_t child) const {
  std::uint32_t at = 0;
  while (node.children[at] != child) ++at;
  return at;
}

void ItemTree::add(std::uint32_t leaf, const Totals& more) {
  std::uint32_t child = leaf;
  for (std::uint32_t node = leaves_[leaf].parent; node != kNone; node = nodes_[node].parent) {
    Totals& sum = nodes_[node].totals[slot(nodes_[node], child)];
    sum = sum + more;
    child = node;
  }
  totals_ = totals_ + more;
}

template <std::uint32_t Totals::*which>
Cursor ItemTree::find(std::uint32_t position) const {
  SAMLA_ASSERT(position < totals_.*which);
  std::uint32_t at = root_;
  for (;;) {
    const Node& node = nodes_[at];
    std::uint32_t child = 0;
    while (position >= node.totals[child].*which) position -= node.totals[child++].*which;
    at = node.children[child];
    if (node.over_leaves) break;
  }
  const Leaf& leaf = leaves_[at];
  for (std::uint32_t index = 0;; ++index) {
    const std::uint32_t here = totals_of(leaf.items[index]).*which;
    if (position < here) return {at, index, position};
    position -= here;
  }
}

Cursor ItemTree::shown(std::uint32_t position) const { return find<&Totals::shown>(position); }
Cursor ItemTree::seen(std::uint32_t position) const { return find<&Totals::seen>(position); }

Cursor ItemTree::of(CodePointId id) const {
  if ((id & kBaseBit) != 0) return find<&Totals::base>(id & ~kBaseBit);
  SAMLA_ASSERT(id - first_insert_ < leaf_of_.size());
  const std::uint32_t at = leaf_of_[id - first_insert_];
  const Leaf& leaf = leaves_[at];
  std::uint32_t index = 0;
  while (!leaf.items[index].holds(id)) ++index;
  return {at, index, id - leaf.items[index].id};
}

Cursor ItemTree::begin() const { return {0, 0, 0}; }

Cursor ItemTree::after(const Cursor& cursor) const {
  Cursor next{cursor.leaf, cursor.index + 1, 0};
  if (at_end(next) && leaves_[next.leaf].next != kNone) next = {leaves_[next.leaf].next, 0, 0};
  return next;
}

Totals ItemTree::before(const Cursor& cursor) const {
  Totals sum;
  const Leaf& leaf = leaves_[cursor.leaf];
  for (std::uint32_t i = 0; i < cursor.index; ++i) sum = sum + totals_of(leaf.items[i]);
  if (cursor.offset > 0) {
    Item part = leaf.items[cursor.index];
    part.count = cursor.offset;
    sum = sum + totals_of(part);
  }
  std::uint32_t child = cursor.leaf;
  for (std::uint32_t at = leaf.parent; at != kNone; at = nodes_[at].parent) {
    const Node& node = nodes_[at];
    for (std::uint32_t i = 0; node.children[i] != child; ++i) sum = sum + node.totals[i];
    child = at;
  }
  return sum;
}

void ItemTree::register_ids(const Item& item, std::uint32_t leaf) {
  if (item.is_base()) return;
  const std::uint32_t first = item.id - first_insert_;
  if (first + item.count > leaf_of_.size()) leaf_of_.resize(first + item.count);
  std::fill_n(leaf_of_.begin() + first, item.count, leaf);
}

Cursor ItemTree::place(Cursor cursor, const Item& item, std::uint32_t known_leaf) {
  if (leaves_[cursor.leaf].count == kLeafItems) {
    split_leaf(cursor.leaf);
    const std::uint32_t stayed = leaves_[cursor.leaf].count;
    if (cursor.index > stayed) cursor = {leaves_[cursor.leaf].next, cursor.index - stayed, 0};
  }
  Leaf& leaf = leaves_[cursor.leaf];
  const auto begin = leaf.items.begin();
  std::move_backward(begin + cursor.index, begin + leaf.count, begin + leaf.count + 1);
  leaf.items[cursor.index] = item;
  ++leaf.count;
  if (cursor.leaf != known_leaf) register_ids(item, cursor.leaf);
  add(cursor.leaf, totals_of(item));
  return {cursor.leaf, cursor.index, 0};
}

Cursor ItemTree::divide(Cursor cursor) {
  if (cursor.offset == 0) return cursor;
  Item& item = leaves_[cursor.leaf].items[cursor.index];
  Item second = item;
  second.id += cursor.offset;
  second.left = second.id - 1;
  second.count -= cursor.offset;
  item.count = cursor.offset;
  add(cursor.leaf, Totals{} - totals_of(second));
  return place({cursor.leaf, cursor.index + 1, 0}, second, cursor.leaf);
}

Cursor ItemTree::insert(Cursor cursor, const Item& item) { return place(divide(cursor), item, kNone); }

void ItemTree::extend(const Cursor& cursor, std::uint32_t count) {
  Item& item = leaves_[cursor.leaf].items[cursor.index];
  Item more = item;
  more.id += item.count;
  more.count = count;
  item.count += count;
  register_ids(more, cursor.leaf);
  add(cursor.leaf, totals_of(more));
}

Cursor ItemTree::isolate(Cursor cursor, std::uint32_t count) {
  cursor = divide(cursor);
  if (at(cursor).count <= count) return cursor;
  // The second part may go to a new leaf and the first with it.
  const CodePointId id = at(cursor).id;
  const std::uint32_t leaves = static_cast<std::uint32_t>(leaves_.size());
  divide({cursor.leaf, cursor.index, count});
  return leaves == leaves_.size() ? cursor : of(id);
}

void ItemTree::set_state(const Cursor& cursor, std::uint32_t state) {
  Item& item = leaves_[cursor.leaf].items[cursor.index];
  const Totals old = totals_of(item);
  item.state = state;
  add(cursor.leaf, totals_of(item) - old);
}

void ItemTree::set_removed(const Cursor& cursor) {
  Item& item = leaves_[cursor.leaf].items[cursor.index];
  const Totals old = totals_of(item);
  item.removed = true;
  add(cursor.leaf, totals_of(item) - old);
}

void ItemTree::split_leaf(std::uint32_t left) {
  const auto right = static_cast<std::uint32_t>(leaves_.size());
  leaves_.emplace_back();
  Leaf& from = leaves_[left];
  Leaf& to = leaves_[right];
  const std::uint32_t stay = kLeafItems / 2;
  Totals moved;
  for (std::uint32_t i = stay; i < kLeafItems; ++i) {
    to.items[i - stay] = from.items[i];
    moved = moved + totals_of(from.items[i]);
    register_ids(from.items[i], right);
  }
  to.count = kLeafItems - stay;
  from.count = stay;
  to.next = from.next;
  from.next = right;
  add_child(left, true, right, moved);
}

void ItemTree::split_node(std::uint32_t left) {
  const auto right = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node& from = nodes_[left];
  Node& to = nodes_[right];
  to.over_leaves = from.over_leaves;
  const std::uint32_t stay = kChildren / 2;
  Totals moved;
  for (std::uint32_t i = stay; i < kChildren; ++i) {
    to.children[i - stay] = from.children[i];
    to.totals[i - stay] = from.totals[i];
    moved = moved + from.totals[i];
  }
  to.count = kChildren - stay;
  from.count = stay;
  adopt(right);
  add_child(left, false, right, moved);
}

void ItemTree::adopt(std::uint32_t parent) {
  const Node& node = nodes_[parent];
  for (std::uint32_t i = 0; i < node.count; ++i) {
    (node.over_leaves ? leaves_[node.children[i]].parent : nodes_[node.children[i]].parent) = parent;
  }
}

void ItemTree::add_child(std::uint32_t left, bool over_leaves, std::uint32_t child, const Totals& moved) {
  std::uint32_t parent = over_leaves ? leaves_[left].parent : nodes_[left].parent;
  if (parent == kNone) {  // the root was split: a new one above both
    parent = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    Node& root = nodes_[parent];
    root.over_leaves = false;
    root.count = 1;
    root.children[0] = left;
    root.totals[0] = totals_;
    root_ = parent;
    adopt(parent);
  }
  if (nodes_[parent].count == kChildren) {
    split_node(parent);
    parent = over_leaves ? leaves_[left].parent : nodes_[left].parent;
  }
  Node& node = nodes_[parent];
  const std::uint32_t at = slot(node, left);
  std::move_backward(node.children.begin() + at + 1, node.children.begin() + node.count,
                     node.children.begin() + node.count + 1);
  std::move_backward(node.totals.begin() + at + 1, node.totals.begin() + node.count,
                     node.totals.begin() + node.count + 1);
  node.children[at + 1] = child;
  node.totals[at] = node.totals[at] - moved;
  node.totals[at + 1] = moved;
  ++node.count;
  (over_leaves ? leaves_[child].parent : nodes_[child].parent) = parent;
}

}  // namespace samla::text
