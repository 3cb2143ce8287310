// How heads and refs are written in a record's state: docs/formats/record_state.md. Within resolve alone.
#pragma once

#include "core/change/write.h"
#include "core/resolve/recent.h"

namespace samla::resolve {

struct Head {
  change::WriteRef ref;
  HybridTime time;
  change::WriteType type = change::WriteType::kAssign;

  bool operator==(const Head&) const = default;
};

/// Version 1 wrote everything out; it is read, and not written.
enum class StateVersion : std::uint8_t { kOne = 1, kTwo = 2 };

class StateWriter {
 public:
  Writer& out() { return out_; }
  void writer(const WriterId& id) {
    writers_.encode(out_, id, [&](const WriterId& value) { out_.fixed(value); });
  }
  void ref(const change::WriteRef& ref) {
    writer(ref.writer);
    out_.varint(ref.seq);
    out_.varint(ref.index);
  }
  void head(const Head& head) {
    heads_.encode(out_, head, [&](const Head& value) {
      ref(value.ref);
      out_.u64(value.time.value);
      out_.u8(static_cast<std::uint8_t>(value.type));
    });
  }

 private:
  Writer out_;
  Recent<WriterId> writers_;
  Recent<Head> heads_;
};

class StateReader {
 public:
  StateReader(ByteView bytes, StateVersion version) : in_(bytes), version_(version) {}

  Reader& in() { return in_; }
  bool compact() const { return version_ != StateVersion::kOne; }
  WriterId writer() {
    const auto plain = [&] { return in_.fixed<WriterId>(); };
    return compact() ? writers_.decode(in_, plain) : plain();
  }
  change::WriteRef ref() {
    const WriterId id = writer();
    const std::uint64_t seq = in_.varint();
    return {id, seq, static_cast<std::uint32_t>(in_.varint(0xffffffff))};
  }
  Head head() {
    const auto plain = [&] {
      Head out;
      out.ref = ref();
      out.time.value = in_.u64();
      out.type = static_cast<change::WriteType>(in_.u8());
      return out;
    };
    return compact() ? heads_.decode(in_, plain) : plain();
  }

 private:
  Reader in_;
  const StateVersion version_;
  Recent<WriterId> writers_;
  Recent<Head> heads_;
};

}  // namespace samla::resolve
