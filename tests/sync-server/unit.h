// An organisation with one unit space, and authors who write changesets in it, as devices would.
#pragma once

#include <utility>

#include "core/change/changeset.h"
#include "sync-server/server_keys.h"
#include "tests/support/sample_organisation.h"

namespace samla::server {

class FixedClock final : public Clock {
 public:
  std::uint64_t now_ms() const override { return now; }
  std::uint64_t now = 1'470'000'000'000;
};

inline constexpr FieldTag kTitle{{1}};
inline constexpr FieldTag kBody{{2}};

/// Kari founds the unit's space from her phone; Ola joins it.
struct Unit {
  std::optional<NoisePublicKey> phone_noise;
  test::Organisation org;
  UserId kari = org.random().fixed<UserId>();
  UserId ola = org.random().fixed<UserId>();
  chain::SpaceGenesis genesis{
      6, chain::SpaceClass::kShared, {{9}}, chain::GrantPolicy::kAuto, chain::GrantPolicy::kAuto, {}};
  SpaceId id = chain::space_id(org.id(), 6, genesis.scope.view());
  std::vector<chain::Entitlement> entitled{{id, chain::Right::kWriter, true}};
  test::TestDevice phone = org.join(kari, entitled, phone_noise);
  test::TestDevice laptop = org.join(ola, entitled);
  chain::SpaceState space{id};

  explicit Unit(const std::optional<NoisePublicKey>& noise = {}) : phone_noise(noise) {
    org.place(space, org.space_entry(phone, space, genesis));
    const auto own = test::Organisation::recipient(phone);
    org.place(space, org.space_entry(phone, space, chain::Epoch{1, {}, {}, {own}}));
    org.place(space, org.space_entry(phone, space, chain::Member{ola, chain::Right::kWriter}));
    const auto other = test::Organisation::recipient(laptop);
    org.place(space, org.space_entry(phone, space, chain::GrantList{1, {other}}));
  }
};

/// A device's chain of changesets in the unit's space.
class Author {
 public:
  Author(const Unit& unit, const test::TestDevice& device) : unit_(unit), device_(device) {
    header_.organisation = unit.org.id();
    header_.space = unit.id;
    header_.writer = chain::writer_of_device(device.id());
    header_.identity_head = unit.org.identity.head().hash;
    header_.space_head = unit.space.head().hash;
  }

  const DeviceId id() const { return device_.id(); }
  const test::TestDevice& device() const { return device_; }
  change::Header& header() { return header_; }

  static change::WriteHeader assign(const RecordId& record, const FieldTag& tag,
                                    std::vector<change::WriteRef> prev = {}) {
    change::WriteHeader write;
    write.record = record;
    write.tags = {tag};
    write.prev = std::move(prev);
    write.time = HybridTime::from(1'460'000'000'000, 0);
    return write;
  }
  /// The next changeset, which the one after it will name.
  Bytes write(std::vector<change::WriteHeader> writes, std::size_t value_bytes = 40) {
    const Bytes bytes = sign(header_, std::move(writes), value_bytes);
    header_.prev = change::changeset_hash(*change::decode_header(bytes));
    ++header_.seq;
    return bytes;
  }
  Bytes write(const RecordId& record, const FieldTag& tag = kTitle) { return write({assign(record, tag)}); }
  /// Signed, but the chain does not go on from it.
  Bytes sign(change::Header header, std::vector<change::WriteHeader> writes, std::size_t value_bytes = 40) {
    std::vector<change::FullLeaf> leaves;
    for (change::WriteHeader& write : writes) {
      write.ciphertext_size = static_cast<std::uint32_t>(value_bytes);
      leaves.push_back({std::move(write), Bytes(value_bytes, static_cast<std::uint8_t>(header.seq))});
    }
    header.count = static_cast<std::uint32_t>(leaves.size());
    header.base_time = leaves.front().header.time;
    return change::sign_changeset(header, std::move(leaves), device_.key)->encode();
  }
  change::WriteRef ref(std::uint64_t seq, std::uint32_t index = 0) const {
    return {header_.writer, seq, index};
  }

 private:
  const Unit& unit_;
  const test::TestDevice& device_;
  change::Header header_;
};

}  // namespace samla::server
