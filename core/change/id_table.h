// Tables of ids for compact codecs: each id stands once and is referred to by its number. Canonical by
// two rules that the reader enforces: no id twice, and numbers in the order of first use, all used.
// For the codecs of change and resolve. Pure; one thread at a time.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "core/base/codec.h"

namespace samla::change {

/// Numbers ids in the order of their first use.
template <class Id>
class TableOut {
 public:
  std::size_t use(const Id& id) {
    const auto [at, added] = numbers_.emplace(id, order_.size() + first_);
    if (added) order_.push_back(id);
    return at->second;
  }
  /// `id` has number 0 and no entry.
  void imply(const Id& id) {
    numbers_.emplace(id, 0);
    first_ = 1;
  }
  void write(Writer& out) const {
    out.varint(order_.size());
    for (const Id& id : order_) out.fixed(id);
  }

 private:
  std::map<Id, std::size_t> numbers_;
  std::vector<Id> order_;
  std::size_t first_ = 0;
};

/// Reads a table, and holds its users to the order of first use.
template <class Id>
class TableIn {
 public:
  void imply(const Id& id) {
    ids_.push_back(id);
    used_ = 1;
  }
  void read(Reader& in, std::size_t max) {
    std::set<Id> seen(ids_.begin(), ids_.end());
    const std::size_t size = in.count(max, Id::kSize);
    ids_.reserve(ids_.size() + size);
    for (std::size_t i = 0; i < size; ++i) {
      const Id id = in.fixed<Id>();
      if (!seen.insert(id).second) in.refuse(ErrorCode::not_canonical);
      ids_.push_back(id);
    }
  }
  Id use(Reader& in) {
    const std::uint64_t number = in.varint();
    if (in.failed()) return {};
    if (number >= ids_.size()) {
      in.refuse(ErrorCode::malformed);
      return {};
    }
    if (number > used_) in.refuse(ErrorCode::not_canonical);
    if (number == used_) ++used_;
    return ids_[static_cast<std::size_t>(number)];
  }
  bool all_used() const { return used_ == ids_.size(); }

 private:
  std::vector<Id> ids_;
  std::size_t used_ = 0;
};

}  // namespace samla::change
