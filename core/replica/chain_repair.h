// A chain of the server's that is not ours: after one head two different entries follow, since the server
// lost entries and took others, or shows its members different chains. It is read whole and verified from its
// first entry; whether ours is given up for it a repair entry in it says, or the person here. Then ours is
// kept beside, and what of it is this device's own is signed anew. docs/formats/chain.md. Thread: the
// replica's.
#pragma once

#include <set>
#include <vector>

#include "core/replica/chain_work.h"
#include "core/wire/message.h"

namespace samla::replica {

class ChainRepair {
 public:
  ChainRepair(LocalStore& local, ChainWork& work) : local_(local), work_(work) {}

  /// How far the server's chain has been read; zero: nothing of it.
  ChainHead head(const SpaceId& chain) const { return chain == chain_ ? at_ : ChainHead{}; }
  /// The next entries, from the first on. chain_forked: they don't follow, or are too many.
  Result<void> accept(const wire::ChainEntries& entries);
  /// What was read is all. True: ours was given up, and what is here is the server's now. chain_forked: the
  /// server's does not hold together.
  Result<bool> judge(const SpaceId& chain);

  /// Records that are not as they were, since the last call.
  std::set<RecordId> take_changed() { return std::exchange(changed_, {}); }

 private:
  struct Branch {
    SpaceId chain;
    std::uint64_t common = 0;     ///< the last entry that both have
    std::vector<ChainHead> ours;  ///< after that
    bool by_us = false;           ///< no entry says so yet: this device is to
    std::uint32_t epoch = 0;      ///< of a space, as of `common`
  };
  Result<bool> judge_identity();
  Result<bool> judge_space(const SpaceId& chain);
  Result<void> adopt(const Branch& branch);
  Result<std::vector<Branch>> replace(const Branch& branch);
  bool may_repair(const chain::SpaceState& space) const;
  Result<std::vector<Branch>> cut_spaces();
  Result<void> leave_epochs(const Branch& branch);
  Result<void> queue_again(const Branch& branch, const std::vector<Bytes>& given_up);
  Result<void> queue_repair(const Branch& branch);
  Result<void> queue(const Bytes& entry);
  Result<void> judge_changesets(const Branch& branch);

  LocalStore& local_;
  ChainWork& work_;
  SpaceId chain_;
  ChainHead at_;
  std::size_t bytes_ = 0;
  std::vector<Bytes> entries_;
  std::set<RecordId> changed_;
};

}  // namespace samla::replica
