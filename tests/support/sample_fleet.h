// An organisation of real replicas against a real server on loopback: spaces by number, no domain words.
#pragma once

#include <cstdio>
#include <map>

#include "core/replica/replica.h"
#include "tests/support/cutting_proxy.h"
#include "tests/support/loopback_server.h"

namespace samla::test {

inline constexpr replica::Purpose kAllSpace = 1;       ///< everyone of the organisation writes
inline constexpr replica::Purpose kPersonalSpace = 3;  ///< one a user
inline constexpr replica::Purpose kTeamSpace = 6;      ///< founded by the first of the team to join

class Fleet {
 public:
  /// Founds the organisation from a profile "admin".
  Fleet() {
    replica::Replica::Founding founding;
    founding.server_url = server.url(proxy.port());
    founding.role = 3;
    founding.spaces = {all_space(), personal_space()};
    auto made = replica::Replica::create_organisation(options("admin"), founding);
    if (!made.ok()) error = made.error();
    if (made.ok()) admin = std::move(*made);
  }

  static replica::SpaceSpec all_space() {
    replica::SpaceSpec spec;
    spec.purpose = kAllSpace;
    return spec;
  }
  static replica::SpaceSpec personal_space() {
    replica::SpaceSpec spec;
    spec.purpose = kPersonalSpace;
    spec.space_class = replica::SpaceClass::kPersonal;
    spec.approve_devices = true;
    return spec;
  }
  static replica::SpaceSpec team_space(std::uint8_t team = 1) {
    replica::SpaceSpec spec;
    spec.purpose = kTeamSpace;
    spec.scope = RecordId{{team}};
    return spec;
  }

  /// Clocks of profiles whose time is wrong; set before they join.
  std::map<std::string, const Clock*> clocks;

  replica::OpenOptions options(const std::string& name) const {
    replica::OpenOptions out;
    out.directory = folder_.path() / name;
    out.passphrase = "passord " + name;
    out.search_fields = {{"note", {"title", "body"}}};
    if (const auto clock = clocks.find(name); clock != clocks.end()) out.clock = clock->second;
    return out;
  }
  Result<std::string> invite(const UserId& user, std::uint64_t expires_ms = ~std::uint64_t{0} >> 16) {
    replica::InviteSpec spec;
    spec.user = user;
    spec.role = 1;
    spec.expires_ms = expires_ms;
    spec.spaces = {{all_space(), replica::SpaceRight::kWriter, true},
                   {team_space(), replica::SpaceRight::kWriter, false}};
    return admin->create_invite(spec, {});
  }
  Result<std::unique_ptr<replica::Replica>> join(const std::string& name, const std::string& link) const {
    return replica::Replica::join(options(name), link, personal_space(), [](replica::Replica& newcomer) {
      return newcomer.found_space(team_space(), {});
    });
  }
  std::unique_ptr<replica::Replica> must_join(const std::string& name, const UserId& user) {
    const auto link = invite(user);
    SAMLA_ASSERT(link.ok());
    auto joined = join(name, *link);
    if (!joined.ok()) std::fprintf(stderr, "join: %s\n", joined.error().message().c_str());
    SAMLA_ASSERT(joined.ok());
    return std::move(*joined);
  }
  const std::filesystem::path& folder() const { return folder_.path(); }

  LoopbackServer server;
  CuttingProxy proxy{server.port()};
  std::unique_ptr<replica::Replica> admin;  ///< null: `error` says why
  Error error;

 private:
  TemporaryFolder folder_;
};

}  // namespace samla::test
