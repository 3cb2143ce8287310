#include "core/replica/chain_batch.h"

#include <algorithm>

namespace samla::replica {

using chain::Entry;

ChainBatchBuilder::ChainBatchBuilder(const LocalStore& local)
    : local_(local), identity_head_(local.membership->head({})) {}

Entry ChainBatchBuilder::unsigned_entry(chain::Body body) const {
  Entry entry;
  entry.organisation = local_.account.organisation;
  entry.author = {chain::AuthorKind::kDevice,
                  decltype(chain::Author::id)::from(local_.keys.device_id().view())};
  entry.time_ms = local_.clock.now_ms();
  entry.body = std::move(body);
  return entry;
}

wire::ChainAppend::Part& ChainBatchBuilder::part(const SpaceId& space) {
  const auto found = std::ranges::find(batch_.parts, space, &wire::ChainAppend::Part::space);
  if (found != batch_.parts.end()) return *found;
  wire::ChainAppend::Part made;
  made.space = space;
  made.expected = space.is_zero() ? identity_head_ : head(space);
  batch_.parts.push_back(std::move(made));
  return batch_.parts.back();
}

ChainHead& ChainBatchBuilder::head(const SpaceId& space) {
  return space_heads_.try_emplace(space, local_.membership->head(space)).first->second;
}

void ChainBatchBuilder::add_identity(chain::Body body) {
  Entry entry = unsigned_entry(std::move(body));
  entry.anchor = identity_head_;
  entry.sign_with(local_.keys.sign());
  add_identity_entry(entry);
}

void ChainBatchBuilder::add_identity_entry(const Entry& entry) {
  Bytes bytes = entry.encode();
  wire::ChainAppend::Part& to = part({});
  identity_head_ = chain::next_head(identity_head_, bytes);
  bytes_ += bytes.size();
  to.entries.push_back(std::move(bytes));
}

void ChainBatchBuilder::add_space(const SpaceId& space, chain::Body body) {
  // One form for a set of recipients.
  if (auto* epoch = std::get_if<chain::Epoch>(&body))
    std::ranges::sort(epoch->recipients, {}, &chain::Recipient::id);
  if (auto* list = std::get_if<chain::GrantList>(&body))
    std::ranges::sort(list->recipients, {}, &chain::Recipient::id);
  Entry entry = unsigned_entry(std::move(body));
  entry.space = space;
  entry.anchor = head(space);
  entry.identity = identity_head_;
  entry.sign_with(local_.keys.sign());
  Bytes bytes = entry.encode();
  wire::ChainAppend::Part& to = part(space);
  ChainHead& at = head(space);
  at = chain::next_head(at, bytes);
  bytes_ += bytes.size();
  to.entries.push_back(std::move(bytes));
}

chain::Recipient ChainBatchBuilder::add_grant(const SpaceId& space, std::uint32_t epoch,
                                              chain::RecipientKind kind, ByteView recipient_id,
                                              const SealPublicKey& recipient,
                                              const custody::SpaceKeys& keys) {
  chain::Recipient out;
  out.kind = kind;
  out.id = decltype(chain::Recipient::id)::from(recipient_id);
  Bytes sealed = custody::seal_grant(recipient, local_.account.organisation, space, epoch, keys);
  out.grant = chain::grant_hash(sealed);
  add_sealed(space, epoch, recipient_id, std::move(sealed));
  return out;
}

void ChainBatchBuilder::add_sealed(const SpaceId& space, std::uint32_t epoch, ByteView recipient_id,
                                   Bytes sealed) {
  bytes_ += sealed.size() + recipient_id.size();
  part(space).grants.push_back(
      {epoch, decltype(wire::Grant::recipient)::from(recipient_id), std::move(sealed)});
}

}  // namespace samla::replica
