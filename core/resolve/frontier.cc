#include "core/resolve/frontier.h"

#include <algorithm>
#include <tuple>

namespace samla::resolve {

namespace {

Slot slot_of(const WriteRef& ref) { return {ref.seq, ref.index}; }

bool covers(const Context& context, const WriterId& writer, Slot slot) {
  const auto at = context.find(writer);
  return at != context.end() && slot <= at->second;
}

void raise(Context& context, const WriterId& writer, Slot slot) {
  Slot& held = context[writer];
  held = std::max(held, slot);
}

}  // namespace

bool wins_over(const Head& a, const Head& b) { return std::tie(a.time, a.ref) > std::tie(b.time, b.ref); }

bool covers(const Context& context, const WriteRef& ref) { return covers(context, ref.writer, slot_of(ref)); }

bool Frontier::apply(const Head& write, std::span<const WriteRef> prev) {
  for (const WriteRef& ref : prev) raise(context, ref.writer, slot_of(ref));
  settle();
  if (covers(context, write.ref)) return false;
  if (std::ranges::any_of(heads, [&](const Head& head) { return head.ref == write.ref; })) return false;
  heads.insert(std::ranges::upper_bound(heads, write, wins_over), write);
  return true;
}

void Frontier::apply_transparent(const WriteRef& ref, std::span<const WriteRef> prev) {
  Context& named = transparent[ref];
  for (const WriteRef& each : prev) raise(named, each.writer, slot_of(each));
  settle();
}

std::vector<WriteRef> Frontier::adopt(const Context& vouched) {
  std::vector<WriteRef> flagged;
  for (const auto& [writer, slot] : vouched) {
    if (covers(context, writer, slot)) continue;
    // Tried on a copy: raising one entry can reach a transparent write and so cover other writers' heads.
    Frontier raised = *this;
    raise(raised.context, writer, slot);
    raised.settle();
    if (raised.heads.size() == heads.size()) {
      *this = std::move(raised);
      continue;
    }
    for (const Head& head : heads) {
      if (covers(raised.context, head.ref)) flagged.push_back(head.ref);
    }
  }
  std::ranges::sort(flagged);
  flagged.erase(std::unique(flagged.begin(), flagged.end()), flagged.end());
  return flagged;
}

/// Brings the state to its one form after `context` has grown: reached transparent writes hand on what
/// they named, until no more is reached; then nothing that the context covers is kept.
void Frontier::settle() {
  for (bool grown = true; grown;) {
    grown = false;
    for (auto at = transparent.begin(); at != transparent.end();) {
      if (!covers(context, at->first)) {
        ++at;
        continue;
      }
      for (const auto& [writer, slot] : at->second) raise(context, writer, slot);
      at = transparent.erase(at);
      grown = true;
    }
  }
  for (auto at = transparent.begin(); at != transparent.end();) {
    std::erase_if(at->second, [&](const auto& entry) { return covers(context, entry.first, entry.second); });
    at = at->second.empty() ? transparent.erase(at) : std::next(at);
  }
  std::erase_if(heads, [&](const Head& head) { return covers(context, head.ref); });
}

}  // namespace samla::resolve
