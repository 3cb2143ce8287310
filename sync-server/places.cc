// Where a user's changesets stand, for those who revoke the user's devices or erase what they wrote, and who
// need not be in the spaces. All of it is metadata that the server has in the clear.
#include <algorithm>

#include "sync-server/connection.h"

namespace samla::server {
namespace {

constexpr std::size_t kPlacesAtOnce = 2000;

/// Reads on from the place asked after until the answer is full.
class PlaceReader {
 public:
  PlaceReader(StorageReader& storage, const wire::PlacesAsk& ask, wire::Places& out)
      : storage_(storage), ask_(ask), out_(out) {}

  Result<void> read(const SpaceId& space, const WriterId& writer) {
    const wire::PlacesAsk::After& after = ask_.after;
    const bool seen = after.seq > 0 && std::pair(space, writer) < std::pair(after.space, after.writer);
    if (seen || !out_.last) return {};
    const bool here = after.seq > 0 && space == after.space && writer == after.writer;
    SAMLA_ASSIGN(const auto tip, storage_.changeset_of(space, writer, 0));
    if (!tip || (here && after.seq >= tip->writer_seq)) return {};
    if (!ask_.every) {
      out_.places.push_back({space, writer, tip->writer_seq, tip->hash, 0});
      out_.last = out_.places.size() < kPlacesAtOnce;
      return {};
    }
    for (std::uint64_t seq = here ? after.seq + 1 : 1; seq <= tip->writer_seq && out_.last; ++seq) {
      SAMLA_TRY(add(space, writer, seq));
    }
    return {};
  }

 private:
  Result<void> add(const SpaceId& space, const WriterId& writer, std::uint64_t seq) {
    SAMLA_ASSIGN(const auto known, storage_.changeset_of(space, writer, seq));
    if (!known) return fail(ErrorCode::store_corrupt, "server.places");
    SAMLA_ASSIGN(const auto stored, storage_.changesets_after(space, known->seq - 1, 1));
    if (stored.empty()) return fail(ErrorCode::store_corrupt, "server.places");
    SAMLA_ASSIGN(const change::Header header, change::decode_header(stored.front().bytes));
    out_.places.push_back({space, writer, seq, known->hash, header.count});
    out_.last = out_.places.size() < kPlacesAtOnce;
    return {};
  }

  StorageReader& storage_;
  const wire::PlacesAsk& ask_;
  wire::Places& out_;
};

}  // namespace

Result<wire::Places> Connection::read_places(const wire::PlacesAsk& ask, const DeviceId& asker) {
  wire::Places out;
  out.incarnation = shared_.tips.incarnation();
  out.user = ask.user;
  const IdentityPtr identity = shared_.registry.identity();
  const auto* device = identity == nullptr ? nullptr : identity->device(asker);
  if (device != nullptr && (identity->is_admin(asker) || device->user == ask.user)) {
    std::vector<WriterId> writers;
    for (const DeviceId& each : identity->devices_of(ask.user)) {
      for (const WriterId& writer : identity->writers_of(each)) writers.push_back(writer);
    }
    std::ranges::sort(writers);
    PlaceReader reader(shared_.storage, ask, out);
    for (const SpaceId& space : shared_.registry.all_spaces()) {
      for (const WriterId& writer : writers) SAMLA_TRY(reader.read(space, writer));
    }
  }
  out.signature = shared_.keys.receipts.sign(wire::kPlacesDomain, wire::signed_part(out));
  return out;
}

}  // namespace samla::server
