// A revocation, or what takes one back, changes what is worth of changesets that have been placed: they are
// judged anew, and the heads of the records that they touch are built anew, as on every device. Reads
// the whole history of the spaces that the writer wrote in: revocations are rare.
#include "core/session/validity.h"
#include "sync-server/group.h"

namespace samla::server {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1024} * 1024;

/// Whether more or other things are said about its revocation.
bool changed(const chain::DeviceFacts* before, const chain::DeviceFacts& now) {
  if (before == nullptr) return false;
  return before->revoked_at != now.revoked_at || before->cutoffs != now.cutoffs;
}

}  // namespace

Result<void> Group::judge_again(const chain::IdentityState& before) {
  for (const auto& [device, facts] : identity()->devices()) {
    if (!changed(before.device(device), facts)) continue;
    std::vector<WriterId> writers = {chain::writer_of_device(device)};
    for (const auto& [writer, of] : identity()->instances()) {
      if (of.device == device) writers.push_back(writer);
    }
    for (const SpaceId& space : arbiter_.registry_.all_spaces()) {
      for (const WriterId& writer : writers) SAMLA_TRY(judge_again(space, writer));
    }
  }
  for (const auto& [writer, instance] : identity()->instances()) {
    const auto* earlier = before.instances().find(writer);
    if (earlier == nullptr || earlier->cutoffs == instance.cutoffs) continue;
    for (const SpaceId& space : arbiter_.registry_.all_spaces()) SAMLA_TRY(judge_again(space, writer));
  }
  return {};
}

Result<void> Group::judge_again(const SpaceId& space, const WriterId& writer) {
  SAMLA_ASSIGN(const StoredChangeset last, writer_tip(space, writer));
  if (last.writer_seq == 0) return {};
  session::NamedHeads come_to;
  std::set<RecordId> records;
  SAMLA_TRY(each_changeset(space, [&](const StoredChangeset& stored) -> Result<void> {
    if (stored.writer != writer) return {};
    SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored.bytes));
    SAMLA_ASSIGN(const auto heads, session::named_heads(changeset.header, *identity(), *this->space(space)));
    const auto now = static_cast<std::uint8_t>(
        session::validity_of(changeset.header, heads, come_to, *identity(), *this->space(space)));
    come_to = session::later_of(come_to, heads);
    if (now == stored.validity) return {};
    for (const change::Leaf& leaf : changeset.leaves) {
      if (const auto* write = change::header_of(leaf)) records.insert(write->record);
    }
    return transaction_.put_validity(space, stored.seq, now);
  }));
  // What is known of a writer's last changeset beyond storage holds its worth too.
  arbiter_.writer_tips_.erase({space, writer});
  return records.empty() ? Result<void>() : rebuild(space, records);
}

Result<void> Group::rebuild(const SpaceId& space, const std::set<RecordId>& records) {
  for (const RecordId& id : records) {
    SAMLA_ASSIGN(auto known, load(space, id));
    Touched fresh;
    fresh.contested_before = known ? known->contested_before : 0;
    fresh.bytes = known ? known->bytes : 0;
    fresh.changed = true;
    records_.insert_or_assign(std::pair(space, id), std::move(fresh));
  }
  return each_changeset(space, [&](const StoredChangeset& stored) -> Result<void> {
    SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(stored.bytes));
    const bool valid = stored.validity == static_cast<std::uint8_t>(change::Validity::kValid);
    for (std::size_t i = 0; i < changeset.leaves.size(); ++i) {
      const change::WriteHeader* write = change::header_of(changeset.leaves[i]);
      if (write == nullptr || !records.contains(write->record)) continue;
      Touched& touched = records_.at({space, write->record});
      touched.place = stored.seq;
      take_write(*write, changeset.ref(i), valid, touched.state, touched.live);
    }
    return {};
  });
}

Result<void> Group::each_changeset(const SpaceId& space,
                                   const std::function<Result<void>(const StoredChangeset&)>& take) {
  std::uint64_t after = 0;
  for (;;) {
    SAMLA_ASSIGN(const auto chunk, arbiter_.storage_.changesets_after(space, after, kChunkBytes));
    if (chunk.empty()) return {};
    for (const StoredChangeset& stored : chunk) SAMLA_TRY(take(stored));
    after = chunk.back().seq;
  }
}

}  // namespace samla::server
