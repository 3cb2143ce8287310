// The server without a network: connections by number, messages in, messages out. Owns the folder's
// storage, the chains, the arbiter and its threads.
// Threads: all methods belong to the connections' thread; `post` must bring work there.
#pragma once

#include <filesystem>
#include <map>

#include "core/base/clock.h"
#include "sync-server/connection.h"
#include "sync-server/pipeline.h"

namespace samla::server {

/// Makes a server's folder: keys, storage, claim token. The fragment for `samla org create`.
/// already_exists where there is one.
Result<std::string> init_folder(const std::filesystem::path& folder, Random& random);

/// How a server reaches its connections.
struct Outlet {
  /// False: the connection takes no more; it is to be cut.
  std::function<bool(Asker, Bytes)> send;
  /// After what was sent.
  std::function<void(Asker)> close;
  /// Runs work on the connections' thread. Any thread.
  std::function<void(std::function<void()>)> post;
};

class Server {
 public:
  static Result<std::unique_ptr<Server>> open(const std::filesystem::path& folder, const Clock& clock,
                                              Outlet outlet, std::size_t verifiers = 1);
  /// Finishes what was submitted; its answers are lost, what was committed stays.
  ~Server();

  const ServerKeys& keys() const { return keys_; }
  /// What was submitted is placed; afterwards nothing more is taken.
  void stop();

  void on_open(Asker connection, const NoisePublicKey& peer);
  void on_message(Asker connection, ByteView message);
  void on_closed(Asker connection);
  std::size_t connections() const { return connections_.size(); }
  /// False after storage refused a commit, until one succeeds.
  bool storage_works() const { return storage_works_; }

 private:
  Server(ServerKeys keys, const Incarnation& incarnation, std::unique_ptr<Storage> storage,
         std::unique_ptr<StorageReader> reader, const Clock& clock, Outlet outlet);
  Result<void> load();
  void on_group(GroupResult result);
  void flush(Asker number);

  ServerKeys keys_;
  std::unique_ptr<Storage> storage_;
  std::unique_ptr<StorageReader> reader_;
  Outlet outlet_;
  ChainRegistry registry_;
  SpaceTips tips_;
  Fanout fanout_;
  Arbiter arbiter_;
  Shared shared_;
  std::map<Asker, std::unique_ptr<Connection>> connections_;
  bool storage_works_ = true;
  std::unique_ptr<Pipeline> pipeline_;  // last: its threads use the rest
};

}  // namespace samla::server
