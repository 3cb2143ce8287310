// One run: an organisation of devices and its server, under a scheduler that draws everything from the seed.
//
//   set_up   everyone joins, nothing goes wrong               (world_setup.cc)
//   step     one thing happens: an edit, a message, a fault   (world_steps.cc, world_edits.cc)
//   check    safety: what each machine shows and holds        (world_checks.cc)
//   heal     no more faults; all must come to one state       (world_checks.cc)
#pragma once

#include <functional>

#include "tests/sim/model.h"
#include "tests/sim/sim_device.h"
#include "tests/sim/trace.h"

namespace samla::sim {

struct Outcome {
  std::string violation;  ///< empty: none
  std::uint64_t hash = 0;
  std::uint64_t step = 0;  ///< of the violation, or the last
  std::uint64_t writes = 0;
  std::map<std::string, std::uint64_t> states;
};

class World {
 public:
  explicit World(const Options& options);
  Outcome run();

 private:
  /// An edit on its way: the device, what it holds, and what the model is to know afterwards.
  struct Drafting {
    SimDevice& device;
    SpaceId space;
    Holding holding;
    replica::Edit& edit;
    std::vector<ModelWrite>& intents;
  };

  // Set-up.
  void set_up();
  Result<void> found();
  Result<void> join(SimDevice& device, std::uint8_t user);
  /// Delivers everything until the conversation is level. An error: it never is.
  Result<void> level(SimDevice& device, const wire::Hello& hello);

  // Steps.
  void step();
  void connect(SimDevice& device, const wire::Hello& hello);
  void cut(SimDevice& device, const char* why);
  bool deliver_up(SimDevice& device);
  bool deliver_down(SimDevice& device);
  void mangle(SimDevice& device);
  void send_hostile(SimDevice& device);
  void work();
  void crash_device(SimDevice& device, bool now);
  void crash_server(bool now);
  void come_back(SimDevice& device);
  void come_back_server();
  void after_call(SimDevice& device);
  void fill_disk(Disk& disk, const std::string& name);
  void turn_clock(SimDevice& device);
  void revoke();

  // Edits.
  void edit(SimDevice& device);
  void draft(SimDevice& device, const SpaceId& space, replica::Edit& edit, std::vector<ModelWrite>& intents,
             std::set<RecordId>& touched);
  void draft_create(Drafting& to);
  void draft_assign(Drafting& to, const RecordId& record, bool resolves);
  void draft_element(Drafting& to, const RecordId& record);
  void draft_life(Drafting& to, const RecordId& record);
  void draft_text(Drafting& to, const RecordId& record);
  static ModelWrite& intend(Drafting& to, const RecordId& record, change::WriteType type);
  /// Enters into the ledger what the device has of the intents.
  void enter(SimDevice& device, std::vector<ModelWrite> intents, bool acknowledged);
  std::string token();

  // Checks.
  Holding holding(SimDevice& device);
  void check_time(SimDevice& device, HybridTime time);
  void check(SimDevice& device);
  void check_ledger(SimDevice& device, const Holding& holding);
  void check_record(SimDevice& device, const SpaceId& space, const RecordId& record, const Holding& holding);
  void check_shown(SimDevice& device, const SpaceId& space, const RecordId& record, const Holding& holding);
  void check_same(SimDevice& device, const SpaceId& space, const RecordId& record, const Holding& holding);
  std::uint64_t server_holding_of(const SpaceId& space, const WriterId& writer);
  void check_server();
  void check_receipts(SimDevice& device, const Holding& at_server);
  void check_server_record(const SpaceId& space, const RecordId& record, const Holding& held);
  const seal::TagKey* tag_key_of(const SpaceId& space);
  void check_secrets();
  void check_all();
  void heal();
  bool settle_down(std::uint64_t rounds_max);
  void check_converged();
  void check_texts(SimDevice& device, const SpaceId& space);

  bool chance(std::uint64_t one_in) { return random_.below(one_in) == 0; }
  bool on(Fault fault) const { return options_.faults.has(fault) && !healing_; }
  template <class Container>
  auto& any_of(Container& container) {
    return container[random_.below(container.size())];
  }
  std::vector<SpaceId> spaces_of(SimDevice& device) const;
  /// A heads pack of the space has come in part.
  static bool is_packing(SimDevice& device, const SpaceId& space);

  Options options_;
  Trace trace_;
  SeededRandom random_;
  std::uint64_t true_ms_;
  bool healing_ = false;
  std::unique_ptr<SimServer> server_;
  std::vector<std::unique_ptr<SimDevice>> devices_;
  std::uint64_t next_line_ = 1;
  Model model_;
  std::uint64_t tokens_ = 0;
  std::set<std::uint64_t> server_cuts_;                   ///< lines that the server wants closed
  std::map<SimDevice*, std::vector<ModelWrite>> unsure_;  ///< edits that were cut short
  std::map<Bytes, view::RecordView> shown_;               ///< by what was held: never two
  /// Records with writes of which the chains may say that they don't count: machines are compared, no more.
  std::set<std::pair<SpaceId, RecordId>> judged_;
  std::set<std::string> erased_characters_;
  std::vector<Bytes> overheard_;
  SpaceId shared_space_;
  std::size_t records_max_ = 1;  ///< few: people meet; many: they don't
};

}  // namespace samla::sim
