// The two entrances of the codec: a type byte, then the message as layout.h describes it.
#include "core/wire/message.h"

#include "core/wire/layout.h"

namespace samla::wire {
namespace {

/// MessageType's numbers are the variant's alternatives, counted from 1.
static_assert(std::variant_size_v<Message> == static_cast<std::size_t>(MessageType::kGoodbye));
static_assert(std::is_same_v<std::variant_alternative_t<0, Message>, Hello>);
static_assert(std::is_same_v<std::variant_alternative_t<7, Message>, Push>);
static_assert(std::is_same_v<std::variant_alternative_t<18, Message>, Goodbye>);

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
  writer.u8(static_cast<std::uint8_t>(message.index() + 1));
  Put archive(writer);
  std::visit([&](const auto& m) { walk(archive, m); }, message);
  return writer.take();
}

Result<Message> decode_message(ByteView bytes) {
  if (bytes.size() > kMessageBytesMax) return fail(ErrorCode::too_large, "message.decode");
  Reader reader(bytes);
  const std::size_t type = reader.u8();
  SAMLA_TRY(reader.status("message.decode"));
  if (type < 1 || type > std::variant_size_v<Message>) return fail(ErrorCode::unsupported, "message.decode");
  return take_by_index(type - 1, reader, std::make_index_sequence<std::variant_size_v<Message>>());
}

Bytes signed_part(const Receipts& receipts) {
  Writer writer;
  Put archive(writer);
  walk_signed(archive, receipts);
  return writer.take();
}

}  // namespace samla::wire
