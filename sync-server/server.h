// The server without a network: connections by number, messages in, messages out. Owns the folder's
// storage, the chains, the arbiter and its threads.
// Threads: all methods belong to the connections' thread; `post` must bring work there.
#pragma once

#include <atomic>
#include <filesystem>
#include <map>
#include <optional>

#include "core/base/clock.h"
#include "sync-server/connection.h"
#include "sync-server/folder.h"
#include "sync-server/metrics.h"
#include "sync-server/pipeline.h"

namespace samla::server {

/// How a server reaches its connections.
struct Outlet {
  /// False: the connection takes no more; it is to be cut.
  std::function<bool(Asker, Bytes)> send;
  /// After what was sent.
  std::function<void(Asker)> close;
  /// Runs work on the connections' thread; it may also be dropped, or come when the server is gone. Any
  /// thread.
  std::function<void(std::function<void()>)> post;
  /// Storage refused a commit (why), or took one again (nothing). The connections' thread; may be empty.
  std::function<void(const std::optional<Error>&)> storage_changed = {};
};

/// What a server stands on.
struct ServerParts {
  std::optional<FolderLock> lock;  ///< absent: the storage is in no folder
  ServerKeys keys;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<StorageReader> reader;
  std::filesystem::path folder =
      {};  ///< where the keys' files are; empty: the storage is in none, the keys never change
};

/// Where a server keeps what it keeps.
struct ServerPlace {
  std::filesystem::path folder;
  std::string storage_url = {};  ///< empty: a file in the folder
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> open(const ServerPlace& place, const Clock& clock, Outlet outlet,
                                              std::size_t verifiers = 1);
  /// `verifiers` 0: no threads; whoever owns the server calls work().
  static Result<std::unique_ptr<Server>> open(ServerParts parts, const Clock& clock, Outlet outlet,
                                              std::size_t verifiers);
  /// Finishes what was submitted; its answers are lost, what was committed stays.
  ~Server();

  const ServerKeys& keys() const { return keys_; }
  /// Absent: they never changed, or nobody is answered by those before any more.
  const std::optional<ServerKeys>& keys_before() const { return keys_before_; }
  /// Once the outlet works: takes from now on what other processes commit to the same storage.
  void follow();
  /// What was submitted is placed; afterwards nothing more is taken.
  void stop();
  /// From which length on a newcomer is sent a heads pack instead of the history; 0: always. For tests and
  /// simulations, whose histories are short.
  void send_packs_from(std::size_t bytes, std::size_t page_bytes = session::kPackPageBytes) {
    shared_.pack_from_bytes = bytes;
    shared_.pack_page_bytes = page_bytes;
  }

  /// Without threads: places at most `jobs_max` of what was submitted, and posts the answers. False: nothing
  /// was.
  bool work(std::size_t jobs_max) { return pipeline_->work(jobs_max); }

  void on_open(Asker connection, const NoisePublicKey& peer);
  void on_message(Asker connection, ByteView message);
  void on_closed(Asker connection);
  /// Whether the device has said who it is and was let in.
  bool entered(Asker connection) const;
  std::size_t connections() const { return connections_.size(); }
  /// Bytes submitted and not yet placed or refused. Any thread.
  std::size_t queued_bytes() const { return pipeline_->queued_bytes(); }
  /// False after storage refused a commit, until one succeeds. Any thread.
  bool storage_works() const { return storage_works_; }
  /// Any thread.
  const Metrics& metrics() const { return metrics_; }

 private:
  Server(ServerParts parts, const Incarnation& incarnation, const Clock& clock, Outlet outlet);
  Result<void> load(const std::filesystem::path& folder);
  void start(std::size_t verifiers);
  void on_group(GroupResult result);
  void pass_on_news();
  void flush(Asker number);
  void name_organisation();

  std::filesystem::path folder_;  ///< empty: none
  bool organisation_named_ = false;
  std::optional<FolderLock> lock_;
  ServerKeys keys_;
  std::optional<ServerKeys> keys_before_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<StorageReader> reader_;
  Outlet outlet_;
  ChainRegistry registry_;
  SpaceTips tips_;
  Fanout fanout_;
  HorizonReader horizon_;
  Arbiter arbiter_;
  Shared shared_;
  std::map<Asker, std::unique_ptr<Connection>> connections_;
  Metrics metrics_;
  std::atomic<bool> storage_works_ = true;
  /// Posted work holds it weakly: what comes after the end finds nobody.
  std::shared_ptr<Server*> self_ = std::make_shared<Server*>(this);
  std::unique_ptr<StorageNews> news_;   ///< null: nobody else writes to the storage
  std::unique_ptr<Pipeline> pipeline_;  // last: its threads use the rest
};

}  // namespace samla::server
