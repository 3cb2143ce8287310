// One run: an organisation of devices and its server, under a scheduler that draws everything from the seed.
//
//   set_up   everyone joins, nothing goes wrong               (world_setup.cc)
//   step     one thing happens: an edit, a message, a fault   (world_steps.cc, world_edits.cc,
//                                                              world_losses.cc, world_lies.cc)
//   check    safety: what each machine shows and holds        (world_checks.cc)
//   heal     no more faults; all must come to one state       (world_checks.cc)
#pragma once

#include <functional>

#include "tests/sim/liar.h"
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
    std::vector<RecordId> known;  ///< records that this edit has not touched yet
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

  // A server that has lost something, and stores that were copied (world_losses.cc).
  void back_up_server();
  void lose_server();
  bool chains_are_level();
  void lose_device();
  void copy_device(SimDevice& device);
  void leave_fork(SimDevice& device);
  /// To be known by what was written, and not by where: somebody else uses the places, or lies about them.
  void claim(const SimDevice& device, const ModelWrite& write);
  void check_claims();
  std::set<std::string> values_of(SimDevice& device, const RecordId& record);
  void note_survivors();

  // A member who lies (world_lies.cc).
  void lie(SimDevice& device);
  void become_liar(SimDevice& device);
  std::optional<LiarsView> liars_view(SimDevice& device, const SpaceId& space);
  void claim_all(const SpaceId& space, const RecordId& record);
  void check_lies();

  // Edits.
  void edit(SimDevice& device);
  void draft(Drafting& to);
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
  /// kQuick: what has changed since it was looked at last.
  enum class Care { kQuick, kThorough };
  void check(SimDevice& device, Care care);
  bool is_checked(const SimDevice* device, const SpaceId& space, const RecordId& record, std::size_t held,
                  Care care);
  void check_ledger(SimDevice& device, const Holding& holding);
  void check_record(SimDevice& device, const SpaceId& space, const RecordId& record, const Holding& holding);
  void check_shown(SimDevice& device, const view::RecordView& view, const Holding& holding);
  void check_same(SimDevice& device, const view::RecordView& view, const Holding& holding);
  std::uint64_t server_holding_of(const SpaceId& space, const WriterId& writer);
  void check_server(Care care);
  void check_receipts(SimDevice& device, const Holding& at_server);
  void check_server_record(const SpaceId& space, const RecordId& record, const Holding& held);
  const seal::TagKey* tag_key_of(const SpaceId& space);
  void check_secrets();
  void check_all(Care care);
  void heal();
  bool settle_down(std::uint64_t rounds_max);
  bool offer_refused_again(SimDevice& device);
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
  /// What a server that lost it had of each writer, until it has it again.
  std::map<std::pair<SpaceId, WriterId>, std::uint64_t> lost_;
  bool server_has_lost_ = false;
  Holding survivors_;  ///< what is left of each writer anywhere, as nothing goes wrong any more
  struct Claim {
    const SimDevice* device;
    SpaceId space;
    RecordId record;
    std::string value;
  };
  std::vector<Claim> claims_;
  SimDevice* liar_ = nullptr;  ///< who will be one; null: nobody
  std::set<std::pair<SpaceId, RecordId>> lied_;
  SpaceId shared_space_;
  std::size_t records_max_ = 1;  ///< few: people meet; many: they don't
  std::size_t steps_max_ = 4;    ///< of one edit; many: whole groups of writes
  bool brief_ = false;           ///< the values of the edit at hand
  /// How many writes to a record were held when it was looked at. Null: by the server.
  std::map<std::tuple<const SimDevice*, SpaceId, RecordId>, std::size_t> checked_;
};

}  // namespace samla::sim
