// The way out, from an edit to frozen bytes. The numbered stages stand at the top of outbound.cc.
// Invariants: an edit is in the outbox and in the records, or in neither; what is frozen is never formed
// anew. Thread: the replica's.
#pragma once

#include <set>
#include <span>

#include "core/change/changeset.h"
#include "core/replica/local_store.h"
#include "core/replica/replica.h"

namespace samla::replica {

class Outbound {
 public:
  explicit Outbound(LocalStore& local) : local_(local) {}

  /// Durable when it returns; never connects. awaiting_grant where this device has no key of a space,
  /// not_found, already_exists, too_large.
  Result<void> commit(const Edit& edit);

  /// Freezes what waits in the outbox for the space, oldest first, until that makes `content_bytes_max`; in a
  /// transaction of its own. How many bytes of content that were; none where the space's chain is not placed
  /// yet, a rotation of its key is due, or this device may not write there (now).
  Result<std::size_t> freeze(const SpaceId& space, std::size_t content_bytes_max = SIZE_MAX);

 private:
  struct Draft;
  struct Touched;
  using Touch = std::map<RecordId, Touched>;

  Result<Draft> draft(const Edit::Create& step) const;
  Result<Draft> draft(const Edit::Assign& step, Touch& touched) const;
  Result<std::vector<Draft>> drafts(const Edit::EditText& step, Touch& touched) const;
  Result<void> add_snapshot(const Edit::EditText& step, const std::string& kind, const FieldTag& tag,
                            std::vector<Draft>& drafts) const;
  Result<Draft> draft(const Edit::SetLife& step, Touch& touched) const;
  Result<Touched*> touch(const RecordId& record, Touch& touched) const;
  Result<FieldTag> tag_of(const SpaceId& space, const RecordId& record, const Edit::Field& field) const;
  Result<std::vector<Draft>> drafts_of(const Edit& edit, Touch& touched) const;
  Result<void> place(std::vector<Draft>& drafts);
  void complete(Draft& draft, Touch& touched);
  std::vector<change::WriteRef> prev_of(const Draft& draft, const Touched& record) const;
  Result<void> store(const std::vector<Draft>& drafts);

  Result<change::Header> header_for(const store::OutboxGroup& group, const SpaceId& space) const;
  bool may_freeze(const SpaceId& space) const;
  Result<void> freeze_group(const SpaceId& space, const store::OutboxGroup& group);
  Result<std::vector<change::FullLeaf>> seal(const change::Header& header,
                                             const std::vector<store::OutboxWrite>& writes) const;

  LocalStore& local_;
};

}  // namespace samla::replica
