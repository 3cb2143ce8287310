// Building entries that follow the present heads: a batch stands or falls as a whole at the server, so its
// later entries may rest on its earlier ones. Thread: the replica's.
#pragma once

#include "core/replica/local_store.h"
#include "core/session/device_session.h"

namespace samla::replica {

class ChainBatchBuilder {
 public:
  explicit ChainBatchBuilder(const LocalStore& local);

  /// An entry by this device for the identity chain.
  void add_identity(chain::Body body);
  /// One signed by another key (root, invite), made by the caller to follow `identity_head`.
  void add_identity_entry(const chain::Entry& entry);
  /// An entry by this device for a space's chain; it names the identity head as of this batch.
  void add_space(const SpaceId& space, chain::Body body);
  /// The keys sealed to a recipient: to be announced by an Epoch or GrantList entry with what is returned.
  chain::Recipient add_grant(const SpaceId& space, std::uint32_t epoch, chain::RecipientKind kind,
                             ByteView recipient_id, const SealPublicKey& recipient,
                             const custody::SpaceKeys& keys);

  /// What was sealed elsewhere, and is announced by an entry of the same space.
  void add_sealed(const SpaceId& space, std::uint32_t epoch, ByteView recipient_id, Bytes sealed);

  const ChainHead& identity_head() const { return identity_head_; }
  bool empty() const { return batch_.parts.empty(); }
  std::size_t parts() const { return batch_.parts.size(); }
  /// About what the message will have.
  std::size_t bytes() const { return bytes_; }
  session::ChainBatch take() { return std::move(batch_); }

  /// Author and common members filled in, unsigned.
  chain::Entry unsigned_entry(chain::Body body) const;

 private:
  wire::ChainAppend::Part& part(const SpaceId& space);
  ChainHead& head(const SpaceId& space);

  const LocalStore& local_;
  session::ChainBatch batch_;
  std::size_t bytes_ = 0;
  ChainHead identity_head_;
  std::map<SpaceId, ChainHead> space_heads_;
};

}  // namespace samla::replica
