// One device's connection: the session machine, and what the machine needs of the server. The stages
// that bytes pass are numbered in connection.cc.
// Thread: the connections'; reads of storage happen here, on a reader of its own.
#pragma once

#include <functional>

#include "core/base/clock.h"
#include "core/session/server_session.h"
#include "sync-server/chain_registry.h"
#include "sync-server/fanout.h"
#include "sync-server/follower.h"
#include "sync-server/horizon.h"
#include "sync-server/server_keys.h"
#include "sync-server/space_tips.h"

namespace samla::server {

/// What every connection shares. All outlive the connections.
struct Shared {
  const ChainRegistry& registry;
  const SpaceTips& tips;
  const ServerKeys& keys;
  const std::optional<ServerKeys>& keys_before;
  const Clock& clock;
  StorageReader& storage;
  Fanout& fanout;
  std::function<void(Job)> submit;
  HorizonReader& horizon;
  Follower& follower;
  /// A history of at most that many bytes goes to a newcomer as it is; what stands of a longer one, as a
  /// pack.
  std::size_t pack_from_bytes = session::kTailChunkBytes;
  std::size_t pack_page_bytes = session::kPackPageBytes;
};

class Connection final : private session::ServerHost {
 public:
  Connection(Shared& shared, Asker number, const NoisePublicKey& peer)
      : shared_(shared), number_(number), peer_(peer), session_(*this) {}

  // Inbound.
  void on_message(ByteView message);

  // Outbound.
  void on_receipts(const wire::Receipts& receipts) { session_.on_receipts(receipts); }
  void on_refusal(const wire::Refusal& refusal) { session_.on_refusal(refusal); }
  void on_reoffer_refusal(const wire::ReofferRefusal& refusal) { session_.on_reoffer_refusal(refusal); }
  void on_offer_result(const wire::ChainOfferResult& result) { session_.on_offer_result(result); }
  void close(wire::Refused reason) { session_.close(reason); }
  void on_chain_result(const wire::ChainResult& result) { session_.on_chain_result(result); }
  void on_chain_changed(const SpaceId& space) { (void)session_.on_chain_changed(space); }
  void on_space_grown(const SpaceId& space) { session_.on_space_grown(space); }
  std::vector<Bytes> take_outgoing() { return session_.take_outgoing(); }
  bool entered() const { return session_.entered(); }
  bool closed() const { return session_.closed(); }

 private:
  std::optional<wire::Refused> admit(const wire::Hello& hello) override;
  std::optional<wire::Refused> admit_claim(const wire::Hello& hello) const;
  std::optional<wire::Refused> admit_invite(const wire::Hello& hello) const;
  std::optional<wire::Refused> admit_pairing(const wire::Hello& hello) const;
  std::optional<wire::Refused> admit_paper(const wire::Hello& hello) const;
  std::optional<wire::Refused> admit_device(const wire::Hello& hello) const;
  wire::Welcome welcome() override;
  session::Access access(const SpaceId& space, const DeviceId& device) override;
  std::vector<SpaceId> spaces_of(const DeviceId& device) override;
  ChainHead chain_head(const SpaceId& space) override;
  Position position(const SpaceId& space) override;
  Result<wire::ChainEntries> read_chain(const SpaceId& space, const ChainHead& from,
                                        std::size_t bytes_max) override;
  Result<std::optional<session::Beginning>> read_checkpoint(const SpaceId& space) override;
  Result<wire::Grants> read_grants(const SpaceId& space, const DeviceId& device,
                                   std::size_t bytes_max) override;
  Result<wire::Grants> read_recovery(const wire::Hello& hello) override;
  void append_chains(wire::ChainAppend append, const wire::Hello& hello) override;
  void submit(wire::Push push, const DeviceId& device) override;
  Result<session::TailRun> read_tail(const SpaceId& space, const Position& from, std::size_t bytes_max,
                                     const DeviceId& reader) override;
  Result<wire::ConflictFields> read_conflicts(const SpaceId& space) override;
  Result<std::optional<wire::PackPage>> read_pack(const wire::PackAsk& ask, std::size_t bytes_max) override;
  Result<wire::RecordsPage> read_records(const wire::RecordsAsk& ask, RecordsProgress& progress,
                                         std::size_t bytes_max) override;
  Result<wire::Frontier> read_frontier(const SpaceId& space) override;
  std::optional<wire::BackupHorizon> horizon(const std::vector<SpaceId>& spaces) override;
  void reoffer(wire::Reoffer reoffer, const DeviceId& device) override;
  void offer_chain(wire::ChainOffer offer, const DeviceId& device) override;
  void shown(wire::Receipts receipts) override;
  Result<wire::Places> read_places(const wire::PlacesAsk& ask, const DeviceId& asker) override;  // places.cc

  std::optional<WriterId> sole_writer_of(const DeviceId& device) const;

  Shared& shared_;
  Asker number_;
  NoisePublicKey peer_;
  session::ServerSession session_;
};

}  // namespace samla::server
