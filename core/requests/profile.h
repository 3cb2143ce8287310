// Profile: what answers work on: the store of one device, or a folder that is to become one, with its
// events. Thread: the client's, one request at a time; interrupt and events from any.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "core/domain/workspace.h"
#include "core/requests/client.h"
#include "core/requests/events.h"

namespace samla::requests {

class Profile {
 public:
  explicit Profile(Options options) : options_(std::move(options)) {}
  Profile(const Profile&) = delete;
  Profile& operator=(const Profile&) = delete;

  /// Opens the store if there is one.
  Result<void> open();
  /// store_missing where there is none.
  Result<domain::Workspace*> workspace(std::string_view operation);
  /// already_exists where there is a store.
  Result<void> check_empty(std::string_view operation) const;
  /// What org.create and join made.
  void adopt(std::unique_ptr<replica::Replica> replica);

  replica::OpenOptions open_options() const;
  /// For a request that waits for the network: stops when interrupted, tells what came as events.
  replica::SyncOptions sync_options();
  Events& events() { return events_; }
  /// Puts a record.changed event, and a conflict event where it has one.
  void tell_changed(const RecordId& id);

  bool proves(std::string_view passphrase) const;
  Result<void> change_passphrase(const SecretText& passphrase);

  void interrupt() { interrupted_ = true; }
  void begin_request() { interrupted_ = false; }

 private:
  Options options_;
  std::unique_ptr<replica::Replica> replica_;
  std::unique_ptr<domain::Workspace> workspace_;
  Events events_;
  std::atomic<bool> interrupted_ = false;
};

}  // namespace samla::requests
