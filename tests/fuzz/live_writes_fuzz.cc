// Hostile bytes as the index of a record's live writes: refused, or decoded into what encodes to the same
// bytes, and asked and written to without harm.
#include "core/resolve/live_writes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samla;
  const ByteView bytes(data, size);
  auto live = resolve::LiveWrites::decode(bytes);
  if (!live.ok()) return 0;
  SAMLA_ASSERT(equal(live->encode(), bytes));
  resolve::RecordState state;
  static_cast<void>(live->needed(state));
  for (const change::WriteType type :
       {change::WriteType::kInit, change::WriteType::kAppend, change::WriteType::kSnapshot}) {
    change::WriteHeader write;
    write.type = type;
    for (const auto& [tag, text] : live->texts()) write.tags.push_back(tag);
    if (write.tags.empty()) write.tags.push_back(FieldTag{{1}});
    if (type != change::WriteType::kInit) {
      write.tags.resize(1);
      const auto text = live->texts().find(write.tags.front());
      if (text != live->texts().end() && !text->second.events.empty()) {
        write.prev = {text->second.events.rbegin()->first};
      }
    }
    live->apply(write, {WriterId{{9}}, 1, 0}, state);
  }
  static_cast<void>(live->needed(state));
  return 0;
}
