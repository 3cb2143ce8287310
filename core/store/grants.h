// Sealed key grants as received; custody opens them. Thread: the store's.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"

namespace samla::sqlite {
class Connection;
}

namespace samla::store {

/// Whom a grant is sealed to: a device's or an invite's id, as its bytes.
using RecipientId = FixedBytes<16, struct RecipientIdTag>;

struct StoredGrant {
  SpaceId space;
  std::uint32_t epoch = 0;
  RecipientId recipient;
  Bytes sealed;
};

class Grants {
 public:
  explicit Grants(sqlite::Connection& connection) : connection_(&connection) {}

  /// Replaces an earlier one of the same space, epoch and recipient.
  Result<void> put(const StoredGrant& grant);
  Result<std::optional<Bytes>> get(const SpaceId& space, std::uint32_t epoch,
                                   const RecipientId& recipient) const;
  /// By epoch, then recipient.
  Result<std::vector<StoredGrant>> list(const SpaceId& space) const;

 private:
  sqlite::Connection* connection_;
};

}  // namespace samla::store
