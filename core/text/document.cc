#include "core/text/document.h"

#include <algorithm>

namespace samla::text {

namespace {

/// A walker that has come this many events from its cut begins anew when a much later cut will do.
constexpr EventNumber kWalkerSlack = 256;

Error damaged() { return fail(ErrorCode::malformed, "text.history", "build the text anew from its events"); }

}  // namespace

Document::Document() : history_(std::make_unique<History>()), cuts_{{0, 0}} {}

Result<Applied> Document::apply(const EventId& id, std::span<const EventId> parents, ByteView payload) {
  SAMLA_TRY(open_history());
  SAMLA_TRY(decode_payload(payload, payload_));
  if (parents.size() > kParentsMax) return fail(ErrorCode::too_large, "text.apply");
  SAMLA_ASSIGN(const bool held, holds(id));
  if (held) return Applied::known;
  if (!find_parents(parents)) {
    strand(id, parents, payload, false);
    return Applied::waiting;
  }
  SAMLA_ASSIGN(const Applied applied, integrate(id));
  if (applied == Applied::refused) strand(id, parents, payload, true);
  if (applied == Applied::done && !stranded_.empty()) SAMLA_TRY(wake(id));
  return applied;
}

Result<bool> Document::holds(const EventId& id) {
  SAMLA_TRY(open_history());
  return history_->graph.find(id).has_value() || (!stranded_.empty() && stranded_.contains(id)) ||
         below_floor(id);
}

Result<bool> Document::has(const EventId& id) {
  SAMLA_TRY(open_history());
  return history_->graph.find(id).has_value();
}

bool Document::below_floor(const EventId& id) const {
  const auto found = std::ranges::lower_bound(floor_seen_, id.writer, {}, &EventId::writer);
  return found != floor_seen_.end() && found->writer == id.writer && id <= *found;
}

Result<std::size_t> Document::events() {
  SAMLA_TRY(open_history());
  return std::size_t{history_->graph.size()};
}

std::size_t Document::stranded_waiting() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(stranded_, [](const auto& each) { return !each.second.refused; }));
}

bool Document::find_parents(std::span<const EventId> parents) {
  numbers_.clear();
  if (parents.size() == 1 && last_ && parents[0] == *last_) {
    numbers_.push_back(history_->graph.size() - 1);
    return true;
  }
  std::size_t floor_parents = 0;
  for (const EventId& parent : parents) {
    if (const auto number = history_->graph.find(parent)) {
      numbers_.push_back(*number);
    } else if (std::ranges::binary_search(floor_, parent)) {
      ++floor_parents;
    } else {
      missing_ = parent;
      return false;
    }
  }
  std::ranges::sort(numbers_);
  numbers_.erase(std::unique(numbers_.begin(), numbers_.end()), numbers_.end());
  // All events here knew of the whole floor; who names only a part of it cannot be placed without history.
  if (!numbers_.empty() || floor_parents >= floor_.size()) return true;
  for (const EventId& head : floor_) {
    if (std::ranges::find(parents, head) == parents.end()) missing_ = head;
  }
  return std::ranges::all_of(
      floor_, [&](const EventId& head) { return std::ranges::find(parents, head) != parents.end(); });
}

bool Document::knew_all() const {
  return std::ranges::all_of(history_->graph.heads(),
                             [this](EventNumber head) { return std::ranges::binary_search(numbers_, head); });
}

bool Document::fits(std::uint32_t length) const {
  if (payload_.kind == PayloadKind::whole) return true;
  return std::ranges::all_of(payload_.edits, [&](const Edit& edit) {
    if (edit.position > length || edit.erased > length - edit.position) return false;
    length = length - edit.erased + edit.length;
    return length <= kTextLengthMax;
  });
}

Result<Applied> Document::integrate(const EventId& id) {
  if (damaged_) return damaged();
  std::uint64_t inserted = history_->log.inserts();
  for (const Edit& edit : payload_.edits) inserted += edit.length;
  if (inserted > kInsertsMax || history_->graph.size() > UINT32_MAX - 2) {
    return fail(ErrorCode::too_large, "text.apply");
  }
  if (!knew_all()) return integrate_late(id);
  const std::uint32_t length = rope_.length();
  if (!fits(length)) return Applied::refused;
  if (payload_.kind == PayloadKind::whole) payload_.edits[0].erased = length;
  for (const Edit& edit : payload_.edits) {
    const bool done =
        rope_.erase(edit.position, edit.erased) && rope_.insert(edit.position, edit.inserted, edit.length);
    SAMLA_ASSERT(done);
  }
  record(id, length);
  const EventNumber end = history_->graph.size();
  add_cuts(end, end);
  if (walker_ && end - played_ > kWalkerSlack * 4) walker_.reset();
  return Applied::done;
}

Result<Applied> Document::integrate_late(const EventId& id) {
  const EventNumber cut = cut_for(numbers_);
  Walker* const walker = walker_from(cut);
  if (walker == nullptr) {
    damaged_ = true;
    return damaged();
  }
  walker->move_to(numbers_);
  const std::uint32_t length = walker->length();
  if (!fits(length)) return Applied::refused;
  if (payload_.kind == PayloadKind::whole) payload_.edits[0].erased = length;
  record(id, length);
  cut_back(cut);
  played_ = history_->graph.size();
  if (walker->play({played_ - 1, played_}, &rope_)) return Applied::done;
  damaged_ = true;
  return damaged();
}

void Document::record(const EventId& id, std::uint32_t length) {
  std::uint64_t units = 0;
  for (const Edit& edit : payload_.edits) units += edit.erased + edit.length;
  bool joins = history_->graph.append(id, numbers_, units, length);
  for (const Edit& edit : payload_.edits) {
    history_->log.erase(edit.position, edit.erased, length, joins);
    length -= edit.erased;
    joins = joins || edit.erased > 0;
    history_->log.insert(edit.position, edit.inserted, edit.length, length, joins);
    length += edit.length;
    joins = true;
  }
  last_ = id;
}

EventNumber Document::cut_for(std::span<const EventNumber> parents) const {
  EventNumber found = 0;
  for (const EventNumber parent : parents) {
    // The last cut at or before the parent's end: all from a cut on knew of what is before it.
    const auto after = std::upper_bound(cuts_.begin(), cuts_.end(), parent + 1,
                                        [](EventNumber at, const EventRange& cut) { return at < cut.first; });
    if (after != cuts_.begin()) found = std::max(found, std::min((after - 1)->last, parent + 1));
  }
  return found;
}

void Document::cut_back(EventNumber cut) {
  while (cuts_.back().first > cut) cuts_.pop_back();
  cuts_.back().last = std::min(cuts_.back().last, cut);
}

void Document::add_cuts(EventNumber first, EventNumber last) {
  if (cuts_.back().last + 1 == first) {
    cuts_.back().last = last;
  } else {
    cuts_.push_back({first, last});
  }
}

void Document::find_cuts() {
  cuts_ = {{0, 0}};
  std::vector<EventNumber> heads;
  for (const EventRun& run : history_->graph.runs()) {
    const auto parents = history_->graph.parents_of(run);
    std::erase_if(heads, [&](EventNumber head) { return std::ranges::binary_search(parents, head); });
    if (heads.empty()) {
      add_cuts(run.first + 1, run.last());
    } else {
      cut_back(cut_for(parents));
    }
    heads.push_back(run.last() - 1);
  }
}

std::uint32_t Document::length_at(EventNumber cut) const {
  if (cut == 0) return floor_length_;
  const EventRun& run = history_->graph.run_of(cut - 1);
  return run.units_each == 0 ? run.length_before
                             : history_->log.length_after(history_->graph.unit_of(cut) - 1);
}

Walker* Document::walker_from(EventNumber cut) {
  const EventNumber end = history_->graph.size();
  const bool usable =
      walker_ && walker_->cut() <= cut && (end - walker_->cut()) / 8 <= end - cut + kWalkerSlack;
  if (!usable) {
    if (!walker_) walker_ = std::make_unique<Walker>(history_->graph, history_->log);
    walker_->reset(cut, length_at(cut));
    played_ = cut;
  }
  while (played_ < end) {
    const EventNumber last = std::min(end, history_->graph.run_of(played_).last());
    if (!walker_->play({played_, last}, nullptr)) return nullptr;
    played_ = last;
  }
  return walker_.get();
}

void Document::strand(const EventId& id, std::span<const EventId> parents, ByteView payload, bool refused) {
  stranded_[id] = {id, {parents.begin(), parents.end()}, to_bytes(payload), refused};
  if (!refused) waiting_for_.emplace(missing_, id);
}

Result<void> Document::wake(const EventId& arrived) {
  std::vector<EventId> done = {arrived};
  while (!done.empty()) {
    const EventId parent = done.back();
    done.pop_back();
    for (auto next = waiting_for_.find(parent); next != waiting_for_.end();
         next = waiting_for_.find(parent)) {
      const EventId id = next->second;
      waiting_for_.erase(next);
      Stranded& event = stranded_.at(id);
      if (!find_parents(event.parents)) {
        waiting_for_.emplace(missing_, id);
        continue;
      }
      SAMLA_TRY(decode_payload(event.payload, payload_));
      SAMLA_ASSIGN(const Applied applied, integrate(id));
      if (applied == Applied::refused) {
        event.refused = true;
        continue;
      }
      stranded_.erase(id);
      done.push_back(id);
    }
  }
  return {};
}

std::vector<EventId> Document::frontier() const {
  if (!unopened_.empty()) return unopened_frontier_;
  if (history_->graph.size() == 0) return floor_;
  std::vector<EventId> ids;
  for (const EventNumber head : history_->graph.heads()) ids.push_back(history_->graph.id_of(head));
  std::ranges::sort(ids);
  return ids;
}

std::vector<Stranded> Document::stranded() const {
  std::vector<Stranded> all;
  for (const auto& [id, event] : stranded_) all.push_back(event);
  return all;
}

}  // namespace samla::text
