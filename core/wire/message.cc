// The two entrances of the codec: a type byte, then the message as layout.h describes it.
#include "core/wire/message.h"

#include "core/wire/layout.h"

namespace samla::wire {
namespace {

/// MessageType's numbers are the variant's alternatives, counted from 1, with a gap before the recovery's.
constexpr std::size_t kBeforeGap = static_cast<std::size_t>(MessageType::kPlaces);
constexpr std::size_t kGap = static_cast<std::size_t>(MessageType::kChainOffer) - kBeforeGap - 1;

constexpr std::size_t type_of(std::size_t index) { return index + 1 + (index < kBeforeGap ? 0 : kGap); }

static_assert(type_of(std::variant_size_v<Message> - 1) ==
              static_cast<std::size_t>(MessageType::kShownReceipts));
static_assert(std::is_same_v<std::variant_alternative_t<0, Message>, Hello>);
static_assert(std::is_same_v<std::variant_alternative_t<7, Message>, Push>);
static_assert(std::is_same_v<std::variant_alternative_t<18, Message>, Goodbye>);
static_assert(std::is_same_v<std::variant_alternative_t<kBeforeGap, Message>, ChainOffer>);

template <class M>
Result<Message> take(Reader& reader) {
  M message;
  Take archive(reader);
  walk(archive, message);
  SAMLA_TRY(reader.finish("message.decode"));
  return Message(std::move(message));
}

template <std::size_t... I>
Result<Message> take_by_index(std::size_t index, Reader& reader, std::index_sequence<I...>) {
  using Taker = Result<Message> (*)(Reader&);
  static constexpr Taker kTakers[] = {&take<std::variant_alternative_t<I, Message>>...};
  return kTakers[index](reader);
}

}  // namespace

Bytes encode(const Message& message) {
  Writer writer;
  writer.u8(static_cast<std::uint8_t>(type_of(message.index())));
  Put archive(writer);
  std::visit([&](const auto& m) { walk(archive, m); }, message);
  return writer.take();
}

Result<Message> decode_message(ByteView bytes) {
  if (bytes.size() > kMessageBytesMax) return fail(ErrorCode::too_large, "message.decode");
  Reader reader(bytes);
  const std::size_t type = reader.u8();
  SAMLA_TRY(reader.status("message.decode"));
  const bool in_gap = type > kBeforeGap && type <= kBeforeGap + kGap;
  if (type < 1 || type > type_of(std::variant_size_v<Message> - 1) || in_gap) {
    return fail(ErrorCode::unsupported, "message.decode");
  }
  const std::size_t index = type - 1 - (type <= kBeforeGap ? 0 : kGap);
  return take_by_index(index, reader, std::make_index_sequence<std::variant_size_v<Message>>());
}

namespace {

template <class M>
Bytes without_signature(const M& message) {
  Writer writer;
  Put archive(writer);
  walk_signed(archive, message);
  return writer.take();
}

}  // namespace

Bytes signed_part(const Receipts& receipts) { return without_signature(receipts); }
Bytes signed_part(const Places& places) { return without_signature(places); }

}  // namespace samla::wire
