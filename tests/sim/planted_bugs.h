// The catalogue of planted bugs: name, and what it does wrong. Included by core/base/planted_bug.h where
// they are compiled in.
#pragma once

namespace samla::planted {

#define SAMLA_PLANTED_BUG_LIST(X)                                                              \
  X(skip_a_prev, "a new value leaves out one of the heads that it replaces")                   \
  X(name_every_head, "an edit of a contested field settles it, though nobody decided")         \
  X(drop_a_head, "of several heads of a field one is dropped")                                 \
  X(skip_a_context_entry, "what a write dominates before it has come is not kept in mind")     \
  X(older_time_wins, "the winner among heads is the oldest")                                   \
  X(dominate_by_clock, "a later time dominates, known or not")                                 \
  X(erase_sees_too_much, "an erase covers writes that its author never saw")                   \
  X(forget_an_erase, "a record once erased lives on")                                          \
  X(forget_outbox_order, "groups are frozen latest first")                                     \
  X(outbox_before_changeset, "a frozen group is removed, and committed, before its changeset") \
  X(refreeze_after_send, "freezing is not committed before the bytes leave")                   \
  X(reuse_an_index, "two edits of a group get the same place")                                 \
  X(receipt_all_before, "a receipt counts for every earlier changeset, too")                   \
  X(receipt_on_push, "a changeset counts as placed when it is sent")                           \
  X(cursor_ahead, "the cursor moves past what was stored")                                     \
  X(cursor_own_commit, "the cursor is committed before the changesets")                        \
  X(accept_a_gap, "a device takes a writer's changeset without the one before")                \
  X(skip_own_lookup, "an own changeset that comes back is not given its place")                \
  X(drop_last_of_tail, "of a long stretch of history the last is passed over")                 \
  X(ack_before_commit, "the server signs receipts though the commit failed")                   \
  X(server_takes_gap, "the server places a changeset without the one before")                  \
  X(server_forgets_contested, "the server's heads of a record are not written")                \
  X(reissue_place, "the server gives a repeated changeset a new place")                        \
  X(no_wake_up, "the server does not wake readers of a space that has grown")                  \
  X(stale_writer_tip, "a failed group's writer tips stay in the server's memory")              \
  X(clock_forgets, "the hybrid clock follows the wall clock back")                             \
  X(drop_refusal, "a gap that the server reports is not filled")

enum class Bug : int {
  kNone = 0,
#define SAMLA_PLANTED_BUG_NAME(name, what) name,
  SAMLA_PLANTED_BUG_LIST(SAMLA_PLANTED_BUG_NAME)
#undef SAMLA_PLANTED_BUG_NAME
};

}  // namespace samla::planted
