#include "sync-server/arbiter.h"

#include <algorithm>
#include <chrono>

#include "core/base/codec.h"
#include "core/base/planted_bug.h"
#include "core/session/erasure.h"
#include "core/session/refused.h"
#include "core/session/validity.h"
#include "sync-server/group.h"

namespace samla::server {

namespace {

/// Bounds memory; the next look-up of a forgotten one asks storage.
constexpr std::size_t kWriterTipsMax = 100'000;

std::optional<wire::Refused> verdict(PushJob& job, const ChainRegistry& registry) {
  auto changeset = change::Changeset::decode(job.push.changeset);
  if (!changeset.ok()) return wire::Refused::kVoid;
  const change::Header& header = changeset->header;
  if (header.space != job.push.space || header.seq != job.push.writer_seq) return wire::Refused::kVoid;
  const IdentityPtr identity = registry.identity();
  if (identity == nullptr || !session::check_signer(*changeset, *identity).ok()) {
    return wire::Refused::kNotPermitted;
  }
  // The one rule that binds a writer to a device: who pushes writes for itself. Who brings back what was
  // lost says whose it is.
  if (job.reoffered_writer) {
    if (header.writer != *job.reoffered_writer) return wire::Refused::kVoid;
  } else if (identity->device_of_writer(header.writer, identity->head().seq) != job.device) {
    return wire::Refused::kNotPermitted;
  }
  if (!session::complete_but_for_erased(*changeset, *identity)) return wire::Refused::kVoid;
  job.changeset = std::move(*changeset);
  return {};
}

GroupResult all_later(const std::vector<Job>& group, const Error& failure) {
  GroupResult out;
  out.committed = false;
  out.failure = failure;
  for (const Job& job : group) {
    if (const auto* push = std::get_if<PushJob>(&job.what)) {
      out.refuse(job.asker, *push, wire::Refused::kLater);
    } else if (const auto* append = std::get_if<AppendJob>(&job.what)) {
      out.chain_results.push_back({job.asker, {append->append.request, wire::Refused::kLater}});
    } else if (const auto* offer = std::get_if<OfferJob>(&job.what)) {
      out.offer_results.push_back({job.asker, {offer->offer.space, wire::Refused::kLater, {}}});
    }
  }
  return out;
}

}  // namespace

void GroupResult::refuse(Asker asker, const PushJob& job, wire::Refused refused, std::uint64_t expected_seq) {
  if (job.reoffered_writer) {
    reoffer_refusals.push_back(
        {asker, {job.push.space, *job.reoffered_writer, job.push.writer_seq, refused}});
  } else {
    refusals.push_back({asker, {job.push.space, job.push.writer_seq, refused, expected_seq}});
  }
}

Bytes encode_ms(std::uint64_t ms) {
  Writer out;
  out.varint(ms);
  return out.take();
}

Result<std::uint64_t> decode_ms(ByteView bytes) {
  Reader in(bytes);
  const std::uint64_t ms = in.varint();
  SAMLA_TRY(in.finish("server.time"));
  return ms;
}

void verify(PushJob& job, const ChainRegistry& registry) {
  job.revision = registry.revision();
  if (const auto refused = verdict(job, registry)) job.refused = *refused;
}

/// What a group will read and write, as far as its jobs say.
TransactionScope Arbiter::scope_of(const std::vector<Job>& group) const {
  TransactionScope scope;
  if (!storage_.shared()) return scope;
  scope.chains = false;
  scope.revision = registry_.revision();
  for (const Job& job : group) {
    if (const auto* news = std::get_if<NewsJob>(&job.what)) {
      scope.watched.insert(news->spaces.begin(), news->spaces.end());
      continue;
    }
    const auto* push = std::get_if<PushJob>(&job.what);
    if (push == nullptr) {
      scope.chains = true;
      continue;
    }
    const SpaceId& space = push->push.space;
    scope.spaces.insert(space);
    if (!push->changeset) continue;
    scope.writers.emplace(space, push->changeset->header.writer);
    for (const change::Leaf& leaf : push->changeset->leaves) {
      if (const auto* write = change::header_of(leaf)) scope.records.emplace(space, write->record);
    }
  }
  return scope;
}

/// What is known in memory becomes what the transaction has locked.
Result<void> Arbiter::catch_up(const TransactionScope& scope) {
  if (!storage_.shared()) return {};
  writer_tips_.clear();
  SAMLA_TRY(follower_.catch_up(storage_));
  SAMLA_TRY(follower_.read_locked_tips(storage_, scope.spaces));
  return follower_.read_tips(storage_, scope.watched);
}

GroupResult Arbiter::process(const std::vector<Job>& group) {
  const auto attempt = [&]() -> Result<GroupResult> {
    const TransactionScope scope = scope_of(group);
    SAMLA_ASSIGN(const auto transaction, storage_.begin(scope));
    SAMLA_TRY(catch_up(scope));
    Group work(*this, *transaction);
    for (const Job& job : group) {
      SAMLA_TRY(std::visit([&](const auto& what) { return work.place(job.asker, what); }, job.what));
    }
    SAMLA_TRY(work.flush());
    const auto begun = std::chrono::steady_clock::now();
    const auto committed = transaction->commit();
    if (!SAMLA_PLANTED_BUG(ack_before_commit)) SAMLA_TRY(committed);
    const auto took = std::chrono::steady_clock::now() - begun;
    GroupResult result = work.publish(transaction->revision());
    // Committed whatever becomes of this; the next checkpoint does the same, later.
    if (result.erased > 0) (void)storage_.forget_log();
    result.commit_us =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    return result;
  };
  auto done = attempt();
  const bool forget = !done.ok() && !SAMLA_PLANTED_BUG(stale_writer_tip);
  if (writer_tips_.size() > kWriterTipsMax || forget) writer_tips_.clear();
  GroupResult result = done.ok() ? std::move(*done) : all_later(group, done.error());
  result.only_news =
      std::ranges::all_of(group, [](const Job& job) { return std::holds_alternative<NewsJob>(job.what); });
  return result;
}

}  // namespace samla::server
