// Signed changesets made from a seed, for tests of what carries and judges them.
#pragma once

#include <utility>

#include "core/base/random.h"
#include "core/change/changeset.h"

namespace samla::test {

struct ChangesetShape {
  std::size_t writes = 0;  ///< 0: by the seed, 1 to 12
  std::size_t records = 4;
  std::size_t value_bytes = 0;  ///< 0: by the seed
  bool edits = false;           ///< assigns with one predecessor each, to the records in turn
};

inline const sign::SigningKey& sample_key() {
  static const sign::SigningKey key = [] {
    SeededRandom random(1);
    return sign::SigningKey::generate(random);
  }();
  return key;
}

inline change::WriteHeader sample_write(SeededRandom& random, const std::vector<RecordId>& records,
                                        const std::vector<WriterId>& writers, std::size_t i, bool edits) {
  change::WriteHeader write;
  write.record = records[edits ? i % records.size() : random.below(records.size())];
  write.type = edits ? change::WriteType::kAssign : static_cast<change::WriteType>(1 + random.below(6));
  write.time = HybridTime::from(1'760'000'000'000 + i * 900, static_cast<std::uint16_t>(random.below(3)));
  const bool life = write.type == change::WriteType::kErase || write.type == change::WriteType::kRestore;
  const std::size_t tags = write.type == change::WriteType::kInit ? 1 + random.below(5) : (life ? 0u : 1u);
  for (std::size_t k = 0; k < tags; ++k) write.tags.push_back(random.fixed<FieldTag>());
  const std::size_t prev = edits ? 1 : (write.type == change::WriteType::kInit ? 0 : random.below(20));
  for (std::size_t k = 0; k < prev; ++k) {
    write.prev.push_back({writers[edits ? 0 : random.below(writers.size())],
                          1 + random.below(edits ? 100 : 1000),
                          static_cast<std::uint32_t>(random.below(64))});
  }
  std::ranges::sort(write.prev);
  write.prev.erase(std::unique(write.prev.begin(), write.prev.end()), write.prev.end());
  if (write.type == change::WriteType::kErase) {
    for (const WriterId& writer : writers) write.seen.push_back({writer, random.below(1000)});
    std::ranges::sort(write.seen);
  }
  return write;
}

inline std::pair<change::Header, std::vector<change::FullLeaf>> unsigned_changeset(
    std::uint64_t seed, ChangesetShape shape = {}) {
  SeededRandom random(seed);
  change::Header header;
  header.organisation = random.fixed<OrganisationId>();
  header.space = random.fixed<SpaceId>();
  header.writer = random.fixed<WriterId>();
  header.seq = 1 + random.below(200);
  if (header.seq > 1) header.prev = random.fixed<sign::Hash>();
  header.identity_head = random.fixed<sign::Hash>();
  header.space_head = random.fixed<sign::Hash>();
  header.position = {random.fixed<Incarnation>(), random.below(10'000), random.fixed<sign::Hash>()};
  header.nonce_base = random.fixed<change::NonceBase>();
  std::vector<RecordId> records;
  for (std::size_t i = 0; i < shape.records; ++i) records.push_back(random.fixed<RecordId>());
  std::vector<WriterId> writers = {random.fixed<WriterId>(), header.writer, random.fixed<WriterId>()};
  std::vector<change::FullLeaf> writes;
  const std::size_t count = shape.writes > 0 ? shape.writes : 1 + random.below(12);
  for (std::size_t i = 0; i < count; ++i) {
    change::FullLeaf leaf{sample_write(random, records, writers, i, shape.edits), {}};
    leaf.ciphertext.resize(shape.value_bytes > 0 ? shape.value_bytes : random.below(300));
    random.fill(leaf.ciphertext);
    leaf.header.ciphertext_size = static_cast<std::uint32_t>(leaf.ciphertext.size());
    writes.push_back(std::move(leaf));
  }
  header.count = static_cast<std::uint32_t>(count);
  header.base_time = writes.front().header.time;
  return {header, std::move(writes)};
}

inline change::Changeset sample_changeset(std::uint64_t seed, ChangesetShape shape = {}) {
  auto [header, writes] = unsigned_changeset(seed, shape);
  auto made = change::sign_changeset(header, std::move(writes), sample_key());
  SAMLA_ASSERT(made.ok());
  return std::move(*made);
}

}  // namespace samla::test
