// A text merged the slow and obvious way: a tree of single code points built after the definition of
// FugueMax (Weidner and Kleppmann, "The Art of the Fugue"), every version found by walking all of it.
// Shares no code with core/text but the types of events; what core/text must agree with.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/assert.h"
#include "core/text/event_id.h"
#include "core/text/payload.h"

namespace samla::test {

struct NaiveEvent {
  text::EventId id;
  std::vector<text::EventId> parents;
  Bytes payload;
};

class NaiveText {
 public:
  /// Parents first; every edit is inside the text at the parents.
  void apply(const NaiveEvent& event) {
    std::set<text::EventId>& known = known_[event.id];
    for (const text::EventId& parent : event.parents) {
      known.insert(known_.at(parent).begin(), known_.at(parent).end());
    }
    known.insert(event.id);
    text::Payload payload;
    SAMLA_ASSERT(text::decode_payload(event.payload, payload).ok());
    std::uint32_t offset = 0;
    for (text::Edit edit : payload.edits) {
      if (payload.kind == text::PayloadKind::whole)
        edit.erased = static_cast<std::uint32_t>(shown(known).size());
      for (std::uint32_t i = 0; i < edit.erased; ++i) {
        shown(known).at(edit.position)->erased_by.insert(event.id);
      }
      std::uint32_t position = edit.position;
      for (std::size_t at = 0; at < edit.inserted.size();) {
        std::size_t end = at + 1;
        while (end < edit.inserted.size() && (edit.inserted[end] & 0xc0) == 0x80) ++end;
        insert(known, event.id, offset++, position++, edit.inserted.substr(at, end - at));
        at = end;
      }
    }
  }

  std::string text() {
    std::string out;
    for (const Node* node : order()) {
      if (node->erased_by.empty()) out += node->code;
    }
    return out;
  }

  std::string text_at(const std::vector<text::EventId>& version) {
    std::set<text::EventId> known;
    for (const text::EventId& id : version) known.insert(known_.at(id).begin(), known_.at(id).end());
    std::string out;
    for (const Node* node : shown(known)) out += node->code;
    return out;
  }

 private:
  using Key = std::pair<text::EventId, std::uint32_t>;
  struct Node {
    Key key;
    std::string code;
    std::set<text::EventId> erased_by;
    Node* parent = nullptr;
    const Node* right_origin = nullptr;  // of a right child; none: the end
    std::vector<Node*> left;
    std::vector<Node*> right;
  };

  void visit(Node& node, std::vector<Node*>& out) {
    for (Node* child : node.left) visit(*child, out);
    if (&node != &root_) out.push_back(&node);
    for (Node* child : node.right) visit(*child, out);
  }
  std::vector<Node*> order() {
    std::vector<Node*> out;
    visit(root_, out);
    return out;
  }
  std::vector<Node*> shown(const std::set<text::EventId>& known) {
    std::vector<Node*> out;
    for (Node* node : order()) {
      const bool erased =
          std::ranges::any_of(node->erased_by, [&](const auto& id) { return known.contains(id); });
      if (known.contains(node->key.first) && !erased) out.push_back(node);
    }
    return out;
  }

  void insert(const std::set<text::EventId>& known, const text::EventId& event, std::uint32_t offset,
              std::uint32_t position, std::string_view code) {
    Node* const left = position == 0 ? &root_ : shown(known).at(position - 1);
    // The next code point that the author knew of, whether or not it was still shown.
    std::vector<Node*> all = order();
    Node* right = nullptr;
    auto at = left == &root_ ? all.begin() : std::next(std::ranges::find(all, left));
    for (; at != all.end() && right == nullptr; ++at) {
      if (known.contains((*at)->key.first)) right = *at;
    }
    nodes_.push_back(std::make_unique<Node>());
    Node* const node = nodes_.back().get();
    node->key = {event, offset};
    node->code = code;
    const bool has_right_child =
        std::ranges::any_of(left->right, [&](const Node* child) { return known.contains(child->key.first); });
    if (has_right_child) {
      node->parent = right;
      auto place =
          std::ranges::find_if(right->left, [&](const Node* other) { return node->key < other->key; });
      right->left.insert(place, node);
      return;
    }
    node->parent = left;
    node->right_origin = right;
    // Right children: those whose right origin stands later come first; then by id.
    const auto place_of = [&](const Node* origin) {
      return origin == nullptr ? all.size()
                               : static_cast<std::size_t>(std::ranges::find(all, origin) - all.begin());
    };
    auto place = std::ranges::find_if(left->right, [&](const Node* other) {
      const std::size_t mine = place_of(right);
      const std::size_t theirs = place_of(other->right_origin);
      return mine != theirs ? mine > theirs : node->key < other->key;
    });
    left->right.insert(place, node);
  }

  Node root_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<text::EventId, std::set<text::EventId>> known_;
};

}  // namespace samla::test
