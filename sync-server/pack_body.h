// The body of a heads pack under construction: single writes are asked for, changesets with just those
// and their proofs come out. Thread: the connections'.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "core/change/changeset.h"
#include "core/resolve/live_writes.h"
#include "core/wire/message.h"
#include "sync-server/storage/storage.h"

namespace samla::server {

/// A write by its place.
struct PlacedWrite {
  std::uint64_t seq = 0;
  std::uint32_t index = 0;
  bool bare = false;  ///< its metadata is enough

  auto operator<=>(const PlacedWrite&) const = default;
};

class PackBodyMaker {
 public:
  PackBodyMaker(StorageReader& storage, const SpaceId& space) : storage_(storage), space_(space) {}

  /// The changeset there with all its writes, for looking; valid as long as this.
  Result<const change::Changeset*> changeset(std::uint64_t seq);
  Result<void> add(const PlacedWrite& write);
  /// The changeset's header and signature, whatever else of it comes.
  Result<void> add_header(std::uint64_t seq);
  /// A record of which every write has been added.
  void add_whole(const RecordId& record);
  /// One of which everything that is needed has been added, all but `missing` of its writes.
  void add_record(const RecordId& record, std::uint64_t missing, const resolve::RecordState& state,
                  const resolve::LiveWrites& live);

  /// About what the body takes by now.
  std::size_t bytes() const { return bytes_; }
  wire::PackBody finish();

 private:
  struct Piece {
    change::Changeset changeset;
    Bytes bytes;
    std::vector<bool> kept;
    bool sent = false;
  };
  Result<Piece*> piece(std::uint64_t seq);
  wire::PackRef ref(const change::WriteRef& ref);

  StorageReader& storage_;
  SpaceId space_;
  std::map<std::uint64_t, Piece> pieces_;
  std::map<WriterId, std::uint32_t> writers_;
  wire::PackBody body_;
  std::size_t bytes_ = 0;
};

}  // namespace samla::server
