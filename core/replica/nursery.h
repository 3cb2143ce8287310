// Where a store is made: in a folder beside the profile's, moved into place once the server has taken the
// device in, so that a failure leaves no profile. Thread: the caller's.
#pragma once

#include <filesystem>
#include <string_view>

#include "core/chain/server_fragment.h"
#include "core/replica/local_replica.h"

namespace samla::replica {

struct ServerAddress {
  std::string host;
  std::uint16_t port = 0;
  chain::ServerFragment fragment;
};

/// Of ws://HOST:PORT/#FRAGMENT. invalid_argument, invite_mangled.
Result<ServerAddress> parse_server_url(std::string_view url);

class Nursery {
 public:
  /// already_exists where there is a profile, or anything else, in the folder. What an earlier attempt left
  /// beside it is still there.
  static Result<Nursery> prepare(const std::filesystem::path& profile);
  /// Removes the folder, unless it has been moved into place or is to be kept.
  ~Nursery();
  Nursery(Nursery&& other) noexcept
      : profile_(std::move(other.profile_)), folder_(std::exchange(other.folder_, {})) {}
  Nursery& operator=(Nursery&&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  void clear();
  /// Leaves the folder to the next attempt.
  void keep() { folder_.clear(); }
  /// Once nothing has the store open.
  Result<void> move_into_place();

 private:
  Nursery(std::filesystem::path profile, std::filesystem::path folder)
      : profile_(std::move(profile)), folder_(std::move(folder)) {}
  std::filesystem::path profile_;
  std::filesystem::path folder_;
};

/// What an attempt that broke off left in the nursery; null: nothing, or not enough to have been certified.
/// wrong_passphrase, store_busy and the disk's errors: it can't be looked into now, so it stays.
Result<std::unique_ptr<LocalStore>> half_made(const OpenOptions& inside);

/// What the device came in by is worth nothing, now or ever: there is nothing to go on with.
bool is_refused(ErrorCode code);

/// Syncs to the end or says why not.
Result<void> reach_centre(LocalReplica& replica, const wire::Hello& hello);

/// The finished store, in its place and open.
Result<std::unique_ptr<Replica>> settle(Nursery& nursery, std::unique_ptr<LocalReplica> replica,
                                        const OpenOptions& options);

}  // namespace samla::replica
