// Heads packs: what stands in a space, for a device that has nothing of it, in pages. The server keeps
// nothing of a pack that is under way: where it has come to stands in the page, and the device asks from
// there. The order is such that nothing is missed while people go on writing:
//
//   tips      each writer's last changeset as of the pack's position, so that the chain can be followed on
//   records   those touched up to that position, the last touched first; one that is touched meanwhile
//             leaves this list, and is
//   touched   among those touched since, in the order of that; these are sent whole
//
// Nothing is sent from beyond the position: that comes by the history from there on.
// Thread: the connections'.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <vector>

#include "core/wire/message.h"
#include "sync-server/pack_body.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

class PackReader {
 public:
  PackReader(StorageReader& storage, const SpaceId& space, std::uint64_t position)
      : storage_(storage), space_(space), position_(position), body_(storage, space) {}

  /// One page, about `bytes_max` bytes, at least one write where there is any left. Once only.
  Result<wire::PackPage> page(const wire::PackPlace& from, std::size_t bytes_max);

  /// Whether a pack leaves out enough to be worth it, by a sample of the records: else the history is about
  /// as much, and nothing of it has to be believed.
  Result<bool> is_worthwhile();

  /// Where an answer to RecordsAsk has come to.
  struct Progress {
    std::size_t record = 0;  ///< of those asked for
    std::uint32_t part = 0;  ///< writes of it that have been sent
  };
  /// Once only. `progress` moves on; at the end it has the number of records.
  Result<wire::RecordsPage> records(const wire::RecordsAsk& ask, Progress& progress, std::size_t bytes_max);

 private:
  Result<bool> add_tips(wire::PackPlace& at, std::size_t bytes_max);
  Result<bool> add_records(wire::PackPlace& at, std::size_t bytes_max);
  Result<bool> add_rest_of_record(wire::PackPlace& at, std::size_t bytes_max);
  /// False: the page is full, and `part` says how much of the record is in it.
  Result<bool> add_record(const StoredRecord& record, bool whole, std::uint32_t& part, std::size_t bytes_max);
  Result<std::vector<PlacedWrite>> all_writes(const RecordId& record);
  Result<std::vector<PlacedWrite>> writes_of(const RecordId& record, const resolve::NeededWrites& needed);
  Result<std::optional<std::uint64_t>> place_of(const WriterId& writer, std::uint64_t seq);
  Result<void> add_witnesses(const StoredChangeset& stored);
  Result<bool> names_unknown(const resolve::RecordState& state);
  Result<void> load_tips();

  StorageReader& storage_;
  SpaceId space_;
  std::uint64_t position_;
  PackBodyMaker body_;
  std::map<std::pair<WriterId, std::uint64_t>, std::uint64_t> places_;
  std::optional<std::map<WriterId, std::uint64_t>> tips_;
};

}  // namespace samla::server
