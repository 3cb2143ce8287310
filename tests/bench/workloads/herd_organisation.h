// An organisation of as many people as W3 has devices, each with two devices and a space of its own, made
// without their joining one by one: the chains are written and signed here as they would have been, placed in
// the server's storage, and given to each device's store as what it has verified. Thread: one.
#pragma once

#include <memory>
#include <vector>

#include "core/chain/server_fragment.h"
#include "core/chain/space_state.h"
#include "core/custody/device_keys.h"
#include "core/replica/local_replica.h"
#include "sync-server/storage/storage.h"

namespace samla::bench {

class HerdOrganisation {
 public:
  HerdOrganisation(const chain::ServerFragment& server, std::size_t people);

  /// Into the storage of a server that does not run yet and that nobody has claimed.
  Result<void> place(server::Storage& storage) const;

  std::size_t people() const { return people_.size(); }
  SpaceId space_of(std::size_t person) const { return people_[person].space.space(); }
  /// A person's first or second device, level with the chains and without a record, its database in memory.
  enum class Which { kFirst, kSecond };
  Result<std::unique_ptr<replica::LocalReplica>> make_device(std::size_t person, Which which,
                                                             std::uint16_t port) const;

 private:
  struct Person {
    UserId user;
    custody::DeviceKeys first;
    custody::DeviceKeys second;
    custody::SpaceKeys keys;
    chain::SpaceState space;
    std::vector<Bytes> entries;
  };

  void place(const chain::Entry& entry);
  chain::Entry entry(chain::Body body, chain::Author author) const;
  chain::Entry by_admin(chain::Body body) const;
  chain::Entry certificate(chain::Author author, const sign::SigningKey& by, const UserId& user,
                           const custody::DeviceKeys& device) const;
  void found(Person& person, chain::Body body) const;
  void add_person();

  mutable SystemRandom random_;
  sign::SigningKey root_;
  chain::Genesis genesis_;
  OrganisationId id_;
  std::uint64_t now_ms_;
  NoisePublicKey server_;
  custody::DeviceKeys admin_;
  chain::IdentityState identity_;
  std::vector<Bytes> entries_;  ///< of the identity chain
  std::vector<Person> people_;
  Bytes identity_bytes_;
};

}  // namespace samla::bench
