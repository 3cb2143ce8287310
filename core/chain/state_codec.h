// States as bytes, for checkpoints: one list of fields a structure serves both ways, so that what is
// written is what is read. An id, key or hash is written once and named by its number from then on: the
// same few ids are most of a state. Internal to core/chain. docs/formats/chain_state.md.
#pragma once

#include <array>
#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <vector>

#include "core/base/codec.h"
#include "core/chain/checkpoint.h"
#include "core/chain/identity_facts.h"
#include "core/chain/shared_map.h"

namespace samla::chain {

/// `T` is `Of`, const where it is saved and not where it is loaded.
template <class T, class Of>
concept Either = std::same_as<std::remove_const_t<T>, Of>;

class Saving {
 public:
  template <class... T>
  void operator()(const T&... values) {
    (put(values), ...);
  }
  Bytes take() { return out_.take(); }

 private:
  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void put(const T& value) { out_.varint(static_cast<std::uint64_t>(value)); }
  /// 0 and the bytes; where they stand already, of whatever they are: 1 and up, the number of that place.
  template <std::size_t N, class Tag>
  void put(const FixedBytes<N, Tag>& value) {
    auto& numbers = std::get<Numbers<N>>(numbers_);
    const auto [found, fresh] = numbers.try_emplace(value.bytes, numbers.size() + 1);
    out_.varint(fresh ? 0 : found->second);
    if (fresh) out_.fixed(value);
  }
  void put(const Bytes& value) { out_.blob(value); }
  template <class T>
  void put(const std::optional<T>& value) {
    out_.u8(value ? 1 : 0);
    if (value) put(*value);
  }
  template <class T>
  void put(const std::shared_ptr<const T>& value) {
    put(*value);
  }
  template <class T>
  void put(const std::vector<T>& list) {
    out_.varint(list.size());
    for (const T& each : list) put(each);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& list) {
    for (const T& each : list) put(each);
  }
  template <class Key, class Value>
  void put(const SharedMap<Key, Value>& map) {
    out_.varint(map.size());
    for (const auto& [key, value] : map) put(key), put(value);
  }
  template <class T>
  requires std::is_class_v<T>
  void put(const T& value) { fields(*this, value); }

  template <std::size_t N>
  using Numbers = std::map<std::array<std::uint8_t, N>, std::uint64_t>;
  std::tuple<Numbers<16>, Numbers<32>> numbers_;
  Writer out_;
};

/// Reads on until the reader fails; whoever loads asks `in` whether it did, and compares what the loaded
/// state saves with what it came from.
class Loading {
 public:
  explicit Loading(Reader& in) : in_(in) {}
  template <class... T>
  void operator()(T&... values) {
    (get(values), ...);
  }

 private:
  static constexpr std::size_t kCountMax = 1 << 20;

  template <class T>
  requires std::integral<T> || std::is_enum_v<T>
  void get(T& value) {
    if constexpr (std::same_as<T, bool>) {
      value = in_.varint(1) == 1;
    } else {
      value = static_cast<T>(in_.varint(sizeof(T) == 8 ? ~0ull : (1ull << (8 * sizeof(T) % 64)) - 1));
    }
  }
  template <std::size_t N, class Tag>
  void get(FixedBytes<N, Tag>& value) {
    auto& known = std::get<Known<N>>(known_);
    const std::uint64_t number = in_.varint(known.size());
    if (in_.failed()) return;
    if (number > 0) {
      value.bytes = known[number - 1];
      return;
    }
    value = in_.fixed<FixedBytes<N, Tag>>();
    known.push_back(value.bytes);
  }
  void get(Bytes& value) { value = to_bytes(in_.blob(kCountMax)); }
  template <class T>
  void get(std::optional<T>& value) {
    if (in_.u8() != 0) get(value.emplace());
  }
  template <class T>
  void get(std::shared_ptr<const T>& value) {
    T loaded;
    get(loaded);
    value = std::make_shared<const T>(std::move(loaded));
  }
  template <class T>
  void get(std::vector<T>& list) {
    for (std::size_t left = in_.count(kCountMax); left > 0 && !in_.failed(); --left) get(list.emplace_back());
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& list) {
    for (T& each : list) get(each);
  }
  template <class Key, class Value>
  void get(SharedMap<Key, Value>& map) {
    for (std::size_t left = in_.count(kCountMax); left > 0 && !in_.failed(); --left) {
      Key key{};
      Value value{};
      get(key), get(value);
      map.put(key, std::move(value));
    }
  }
  template <class T>
  requires std::is_class_v<T>
  void get(T& value) { fields(*this, value); }

  template <std::size_t N>
  using Known = std::vector<std::array<std::uint8_t, N>>;
  std::tuple<Known<16>, Known<32>> known_;
  Reader& in_;
};

// ---- the fields of what both chains name

template <class A>
void fields(A& a, Either<Head> auto& v) {
  a(v.seq, v.hash);
}
template <class A>
void fields(A& a, Either<Author> auto& v) {
  a(v.kind, v.id);
}
template <class A>
void fields(A& a, Either<Span> auto& v) {
  a(v.from, v.until);
}
template <class A>
void fields(A& a, Either<SinceCheckpoint> auto& v) {
  a(v.at, v.bytes);
}

}  // namespace samla::chain
