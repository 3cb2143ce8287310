#include "core/replica/store_instance.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>

#include "core/base/codec.h"
#include "core/replica/history.h"
#include "core/replica/inbound.h"
#include "core/session/validity.h"

namespace samla::replica {

using change::WriteRef;

namespace {

constexpr std::string_view kTokenKey = "instance.token";
constexpr std::size_t kTokenBytes = 32;

std::filesystem::path token_file(const std::filesystem::path& folder) { return folder / "instance"; }

Error io_error(const std::filesystem::path& file) {
  return fail(ErrorCode::io, "store.instance", file.string());
}

/// What the file says, and which file it is: a copy of it is another one. Absent: there is none.
Result<std::optional<Bytes>> read_token(const std::filesystem::path& folder) {
  const int descriptor = ::open(token_file(folder).c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::optional<Bytes>();
    return io_error(token_file(folder));
  }
  Bytes token(kTokenBytes);
  struct stat status {};
  const bool read = ::fstat(descriptor, &status) == 0 &&
                    ::read(descriptor, token.data(), token.size()) == static_cast<ssize_t>(token.size());
  ::close(descriptor);
  if (!read) return std::optional<Bytes>();
  Writer out;
  out.raw(token);
  out.u64(status.st_ino);
  return std::optional(out.take());
}

Result<Bytes> write_token(LocalStore& local, const std::filesystem::path& folder) {
  const std::filesystem::path partial = token_file(folder).string() + ".partial";
  Bytes token(kTokenBytes);
  local.random.fill(token);
  ::unlink(partial.c_str());
  const int descriptor = ::open(partial.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return io_error(partial);
  const bool written =
      ::write(descriptor, token.data(), token.size()) == static_cast<ssize_t>(token.size()) &&
      ::fsync(descriptor) == 0;
  ::close(descriptor);
  if (!written || ::rename(partial.c_str(), token_file(folder).c_str()) != 0) return io_error(partial);
  SAMLA_ASSIGN(auto there, read_token(folder));
  if (!there) return io_error(token_file(folder));
  return std::move(*there);
}

/// Writes on their way from old places to new ones, of one space.
class Reissue {
 public:
  Reissue(LocalStore& local, const SpaceId& space, const WriterId& fresh)
      : local_(local), space_(space), fresh_(fresh) {}

  /// One transaction's writes, in their order.
  Result<void> take(const std::vector<store::OutboxWrite>& writes) {
    std::size_t bytes = 0;
    for (const store::OutboxWrite& write : writes) bytes += write.content.size();
    SAMLA_ASSIGN(const auto refs, local_.tables->outbox.reserve(space_, fresh_, writes.size(), bytes));
    for (std::size_t i = 0; i < writes.size(); ++i) places_[writes[i].ref] = refs[i];
    for (std::size_t i = 0; i < writes.size(); ++i) {
      change::WriteHeader header = writes[i].header;
      header.ciphertext_size = 0;
      move(header);
      SAMLA_TRY(local_.tables->outbox.append(space_, refs[i], header, writes[i].content));
      records_.insert(header.record);
    }
    return {};
  }
  const std::set<RecordId>& records() const { return records_; }

 private:
  void move(change::WriteHeader& header) const {
    for (WriteRef& ref : header.prev) {
      if (const auto found = places_.find(ref); found != places_.end()) ref = found->second;
    }
    std::ranges::sort(header.prev);
    // What the author of an erase had seen, it has seen in its new place as well.
    std::map<WriterId, std::uint64_t> seen;
    for (const change::SeenEntry& entry : header.seen) {
      seen[entry.writer] = std::max(seen[entry.writer], entry.seq);
      for (const auto& [from, to] : places_) {
        if (from.writer != entry.writer || from.seq > entry.seq) continue;
        seen[to.writer] = std::max(seen[to.writer], to.seq);
      }
    }
    header.seen.clear();
    for (const auto& [writer, seq] : seen) header.seen.push_back({writer, seq});
  }

  LocalStore& local_;
  SpaceId space_;
  WriterId fresh_;
  std::map<WriteRef, WriteRef> places_;
  std::set<RecordId> records_;
};

/// What waits unfrozen under other names.
Result<void> reissue_waiting(LocalStore& local, const SpaceId& space, const WriterId& fresh, Reissue& to) {
  SAMLA_ASSIGN(const auto groups, local.tables->outbox.groups(space));
  for (const store::OutboxGroup& group : groups) {
    if (group.writer == fresh) continue;
    SAMLA_ASSIGN(const auto writes, local.tables->outbox.writes(space, group.writer, group.seq));
    SAMLA_TRY(local.tables->outbox.remove(space, group.writer, group.seq));
    SAMLA_TRY(to.take(writes));
  }
  return {};
}

/// A frozen changeset's writes as they were before they were sealed; those that don't open stay in the
/// branch alone.
Result<std::vector<store::OutboxWrite>> unsealed(const LocalStore& local, ByteView bytes) {
  SAMLA_ASSIGN(const change::Changeset changeset, change::Changeset::decode(bytes));
  std::vector<store::OutboxWrite> out;
  for (const view::AppliedWrite& write : open_writes(*local.membership, changeset)) {
    if (write.content) out.push_back({write.ref, write.header, view::encode(*write.content)});
  }
  return out;
}

/// How far along the chains the writer's changesets that stay have come.
Result<session::NamedHeads> named_by_rest(LocalStore& local, const SpaceId& space, const WriterId& writer) {
  session::NamedHeads out;
  const chain::SpaceState* state = local.membership->space(space);
  if (state == nullptr) return out;
  SAMLA_TRY(local.tables->changesets.each(space, writer, [&](const store::StoredChangeset& stored) {
    const auto header = change::decode_header(stored.bytes);
    if (!header.ok()) return Result<void>(header.error());
    const auto heads = session::named_heads(*header, local.membership->identity(), *state);
    if (heads.ok()) out = session::later_of(out, *heads);
    return Result<void>();
  }));
  return out;
}

Result<std::uint64_t> leave_branches(LocalStore& local, const WriterId& fresh) {
  std::uint64_t moved = 0;
  const WriterId old = chain::writer_of_device(local.keys.device_id());
  const auto& spaces = local.membership->spaces();
  for (const auto& [space, state] : spaces) {
    SAMLA_ASSIGN(const auto branch, local.tables->changesets.move_to_branch(space, old));
    if (!branch.empty()) {
      SAMLA_ASSIGN(const session::NamedHeads heads, named_by_rest(local, space, old));
      SAMLA_TRY(local.tables->changesets.set_back_tip(space, old, heads.identity_seq, heads.space_seq));
      // From the beginning, of the same life: so that another one is noticed.
      SAMLA_ASSIGN(const Position cursor, local.tables->cursors.get(space));
      SAMLA_TRY(local.tables->cursors.put(space, {cursor.incarnation, 0, {}}));
    }
    Reissue to(local, space, fresh);
    for (const store::StoredChangeset& each : branch) {
      SAMLA_ASSIGN(const auto writes, unsealed(local, each.bytes));
      if (!writes.empty()) SAMLA_TRY(to.take(writes));
      ++moved;
    }
    SAMLA_TRY(reissue_waiting(local, space, fresh, to));
    if (!to.records().empty()) SAMLA_TRY(History(local).rebuild(space, to.records()));
  }
  return moved;
}

}  // namespace

Result<bool> is_where_it_was(LocalStore& local, const std::filesystem::path& folder) {
  SAMLA_ASSIGN(const auto known, local.tables->meta.get(kTokenKey));
  if (known) {
    SAMLA_ASSIGN(const auto there, read_token(folder));
    return there && *there == *known;
  }
  SAMLA_ASSIGN(const Bytes token, write_token(local, folder));
  SAMLA_ASSIGN(auto transaction, local.begin());
  SAMLA_TRY(local.tables->meta.put(kTokenKey, token));
  SAMLA_TRY(transaction.commit());
  return true;
}

Result<void> take_new_instance(LocalStore& local, const std::filesystem::path& folder) {
  SAMLA_ASSIGN(const Bytes token, write_token(local, folder));
  return go_on_under_new_name(local, token);
}

Result<void> go_on_under_new_name(LocalStore& local, ByteView token) {
  const auto fresh = local.random.fixed<WriterId>();
  SAMLA_ASSIGN(auto transaction, local.begin());
  SAMLA_ASSIGN(const auto waiting, local.tables->outbox.spaces());
  for (const SpaceId& space : waiting) {
    Reissue to(local, space, fresh);
    SAMLA_TRY(reissue_waiting(local, space, fresh, to));
    if (!to.records().empty()) SAMLA_TRY(History(local).rebuild(space, to.records()));
  }
  SAMLA_TRY(local.save_instance(fresh));
  SAMLA_TRY(local.save_clock());  // what is issued anew is older than what waits before it
  SAMLA_TRY(local.tables->meta.put(kTokenKey, token));
  SAMLA_TRY(transaction.commit());
  local.instance = fresh;
  return {};
}

Result<std::uint64_t> leave_fork(LocalStore& local) {
  const bool first = local.writer() == chain::writer_of_device(local.keys.device_id());
  const WriterId fresh = first ? local.random.fixed<WriterId>() : local.writer();
  SAMLA_ASSIGN(auto transaction, local.begin());
  SAMLA_ASSIGN(const std::uint64_t moved, leave_branches(local, fresh));
  SAMLA_TRY(local.save_instance(fresh));
  SAMLA_TRY(local.save_clock());  // what is issued anew is older than what waits before it
  SAMLA_TRY(transaction.commit());
  local.instance = fresh;
  return moved;
}

}  // namespace samla::replica
