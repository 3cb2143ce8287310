// Forms a changeset from sealed writes and signs it: the last step of freezing the outbox.
#pragma once

#include "core/change/changeset.h"

namespace samla::change {

/// Give it a header with everything but the root (`count` too: sealing needs it, see associated_data),
/// then `count` writes in order, then finish. One thread.
class ChangesetBuilder {
 public:
  explicit ChangesetBuilder(Header header) { changeset_.header = std::move(header); }

  /// The next write. Refuses what `check` and check_in_place do, and (invalid_argument) a ciphertext of
  /// another size than its header says, or one write too many.
  Result<void> add(WriteHeader write, Bytes ciphertext);
  /// The root, the signature and the size limit. The builder is spent.
  Result<Changeset> finish(const sign::SigningKey& key) &&;

 private:
  Changeset changeset_;
};

}  // namespace samla::change
