// A map whose copies share what they have not changed: a server keeps a chain's state while it tries
// the next entries on a copy, thousands of times. Ordered by key. A value handed out stays as it is for
// as long as the map it came from. Threads: as std::map; copies on different threads never meet.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace samla::chain {

template <class Key, class Value>
class SharedMap {
  using Slot = std::pair<Key, std::shared_ptr<const Value>>;
  using Chunk = std::vector<Slot>;
  static constexpr std::size_t kChunkMax = 32;

 public:
  class Iterator {
   public:
    using value_type = std::pair<const Key&, const Value&>;
    using difference_type = std::ptrdiff_t;

    Iterator() = default;
    Iterator(const SharedMap* map, std::size_t chunk) : map_(map), chunk_(chunk) {}
    value_type operator*() const {
      const Slot& slot = (*map_->chunks_[chunk_])[slot_];
      return {slot.first, *slot.second};
    }
    Iterator& operator++() {
      if (++slot_ == map_->chunks_[chunk_]->size()) ++chunk_, slot_ = 0;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const SharedMap* map_ = nullptr;
    std::size_t chunk_ = 0, slot_ = 0;
  };

  /// Null: no such key.
  const Value* find(const Key& key) const {
    if (chunks_.empty()) return nullptr;
    const Chunk& chunk = *chunks_[chunk_of(key)];
    const auto slot = std::ranges::lower_bound(chunk, key, {}, &Slot::first);
    return slot == chunk.end() || slot->first != key ? nullptr : slot->second.get();
  }
  bool contains(const Key& key) const { return find(key) != nullptr; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  Iterator begin() const { return {this, 0}; }
  Iterator end() const { return {this, chunks_.size()}; }

  /// Adds, or replaces.
  void put(const Key& key, Value value) {
    auto shared = std::make_shared<const Value>(std::move(value));
    if (chunks_.empty()) chunks_.push_back(std::make_shared<const Chunk>());
    const std::size_t at = chunk_of(key);
    Chunk chunk = *chunks_[at];
    const auto slot = std::ranges::lower_bound(chunk, key, {}, &Slot::first);
    if (slot != chunk.end() && slot->first == key) {
      slot->second = std::move(shared);
    } else {
      chunk.insert(slot, {key, std::move(shared)});
      ++size_;
    }
    if (chunk.size() > kChunkMax) {
      const auto middle = chunk.begin() + kChunkMax / 2;
      auto rest = std::make_shared<const Chunk>(middle, chunk.end());
      chunk.erase(middle, chunk.end());
      chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(rest));
    }
    chunks_[at] = std::make_shared<const Chunk>(std::move(chunk));
  }
  /// Changes a copy of the value (of a fresh one where there is none) and puts it in its place.
  template <class Change>
  void update(const Key& key, Change change) {
    const Value* present = find(key);
    Value value = present == nullptr ? Value{} : *present;
    change(value);
    put(key, std::move(value));
  }

 private:
  /// The chunk in which the key is or would be: the last that begins at or before it.
  std::size_t chunk_of(const Key& key) const {
    const auto after = std::ranges::upper_bound(chunks_, key, {}, [](const std::shared_ptr<const Chunk>& c) {
      return c->empty() ? Key{} : c->front().first;
    });
    return after == chunks_.begin() ? 0 : static_cast<std::size_t>(after - chunks_.begin()) - 1;
  }

  std::vector<std::shared_ptr<const Chunk>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace samla::chain
