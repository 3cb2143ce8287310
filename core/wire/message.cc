// The two entrances of the codec: a type byte, then the message as layout.h describes it.
#include "core/wire/message.h"

#include <algorithm>
#include <array>

#include "core/wire/layout.h"

namespace samla::wire {
namespace {

/// The number of each of the variant's alternatives, in their order.
constexpr std::array kTypes = {
    MessageType::kHello,          MessageType::kWelcome,       MessageType::kChainPull,
    MessageType::kChainEntries,   MessageType::kGrants,        MessageType::kChainAppend,
    MessageType::kChainResult,    MessageType::kPush,          MessageType::kReceipts,
    MessageType::kRefusal,        MessageType::kSubscribe,     MessageType::kTail,
    MessageType::kTailEnd,        MessageType::kCredit,        MessageType::kChainNotice,
    MessageType::kConflictFields, MessageType::kPing,          MessageType::kPong,
    MessageType::kGoodbye,        MessageType::kBackupHorizon, MessageType::kPlacesAsk,
    MessageType::kPlaces,         MessageType::kChainOffer,    MessageType::kChainOfferResult,
    MessageType::kFrontierAsk,    MessageType::kFrontier,      MessageType::kReoffer,
    MessageType::kReofferRefusal, MessageType::kShownReceipts, MessageType::kCheckpointAsk,
    MessageType::kCheckpointPart, MessageType::kPackAsk,       MessageType::kPackPage,
    MessageType::kRecordsAsk,     MessageType::kRecordsPage};

static_assert(kTypes.size() == std::variant_size_v<Message>);
template <std::size_t kIndex, class M>
constexpr bool kIs = std::is_same_v<std::variant_alternative_t<kIndex, Message>, M>;
static_assert(kIs<0, Hello> && kIs<7, Push> && kIs<18, Goodbye> && kIs<22, ChainOffer> &&
              kIs<28, ShownReceipts> && kIs<30, CheckpointPart> && kIs<34, RecordsPage>);

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
  writer.u8(static_cast<std::uint8_t>(kTypes[message.index()]));
  Put archive(writer);
  std::visit([&](const auto& m) { walk(archive, m); }, message);
  return writer.take();
}

Result<Message> decode_message(ByteView bytes) {
  if (bytes.size() > kMessageBytesMax) return fail(ErrorCode::too_large, "message.decode");
  Reader reader(bytes);
  const auto type = static_cast<MessageType>(reader.u8());
  SAMLA_TRY(reader.status("message.decode"));
  const auto found = std::ranges::find(kTypes, type);
  if (found == kTypes.end()) return fail(ErrorCode::unsupported, "message.decode");
  return take_by_index(static_cast<std::size_t>(found - kTypes.begin()), reader,
                       std::make_index_sequence<std::variant_size_v<Message>>());
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
