#include "core/domain/demo_people.h"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <numeric>
#include <thread>

#include "core/base/clock.h"
#include "core/base/encoding.h"
#include "core/domain/assessment_items.h"
#include "core/domain/assessments.h"
#include "core/domain/cascade.h"
#include "core/domain/conflicts.h"
#include "core/domain/form_rebase.h"
#include "core/domain/groups.h"
#include "core/domain/inputs.h"
#include "core/domain/names.h"
#include "core/domain/notes.h"
#include "core/domain/organisation.h"

namespace samla::domain {
namespace {

constexpr std::string_view kDemoPeople = "demo.load";
constexpr std::string_view kDemoForm = "egenvurdering";

/// The machine's clock, three days behind.
class LateClock final : public Clock {
 public:
  std::uint64_t now_ms() const override { return SystemClock().now_ms() - kThreeDaysMs; }

 private:
  static constexpr std::uint64_t kThreeDaysMs = std::uint64_t{3} * 24 * 60 * 60 * 1000;
};

/// A leader with the phone at hand.
struct Person {
  const DemoLeader& plan;
  std::unique_ptr<replica::Replica> device;
  std::unique_ptr<Workspace> workspace;
};

bool is_submitted(const DemoUnit& unit) {
  return unit.status == "sendt" || unit.status == "returnert" || unit.status == "godkjent";
}

/// The leaders of one unit, from their invites to the last sync.
class UnitLife {
 public:
  UnitLife(const DemoPlan& plan, const DemoUnit& unit, const DemoPlace& place)
      : plan_(plan), unit_(unit), place_(place), options_(place.people_sync()) {}

  Result<void> live(const std::vector<std::string>& links) {
    for (std::size_t i = 0; i < unit_.leaders.size(); ++i) SAMLA_TRY(join(unit_.leaders[i], links[i]));
    if (people_.size() > 1) {
      // The first has founded the unit's spaces, and lets the others in.
      for (Person& each : people_) SAMLA_TRY(demo_sync(*each.device, options_));
    }
    if (unit_.status != "ikke startet") SAMLA_TRY(write_assessment(*people_.front().workspace));
    SAMLA_TRY(begin_group(*people_.front().workspace));
    for (Person& each : people_) SAMLA_TRY(work(each));
    if (unit_.conflict == DemoConflict::kNone) return {};
    return plant_conflict();
  }

  DemoCounts counts;

 private:
  Result<void> join(const DemoLeader& leader, const std::string& link) {
    static const LateClock late;
    const auto options = place_.options_of(leader.handle, leader.has_wrong_clock ? &late : nullptr);
    SAMLA_ASSIGN(auto device, domain::join(options, link, "Telefonen til " + leader.name));
    auto workspace = std::make_unique<Workspace>(*device);
    people_.push_back({leader, std::move(device), std::move(workspace)});
    ++counts.leaders;
    return {};
  }

  Result<void> write_assessment(Workspace& leader) {
    const std::string form = std::string(kDemoForm) + "@" + std::to_string(unit_.form_version);
    SAMLA_ASSIGN(const auto begun, begin_assessment(leader, unit_.number, form));
    const std::string id = to_hex(begun.assessment.id);
    SAMLA_TRY(fill_assessment(leader, id, {unit_.answers.begin(), unit_.answers.end()}));
    for (const NewItem& item : unit_.items) SAMLA_TRY(add_item(leader, id, item));
    if (!unit_.participants.empty()) SAMLA_TRY(note_participation(leader, id, {{}, unit_.participants, {}}));
    if (is_submitted(unit_)) SAMLA_TRY(submit_assessment(leader, id));
    return {};
  }

  Result<void> begin_group(Workspace& leader) {
    const std::string name = demo_group_name(unit_);
    SAMLA_TRY(plan_group(leader, name, "Vi møtes en gang i måneden og prøver én ting om gangen."));
    SAMLA_TRY(set_group_status(leader, name, "i gang", {}));
    ++counts.groups;
    return {};
  }

  /// A leader's own: notes, inputs, and what was passed on; and the way of it to the server.
  Result<void> work(Person& person) {
    const DemoLeader& leader = person.plan;
    SAMLA_TRY(write_notes(*person.workspace, leader));
    for (const DemoInput& each : leader.inputs)
      SAMLA_TRY(add_input(*person.workspace,
                          {gathering_of(leader), each.text, each.theme, leader.table, false, {}}));
    SAMLA_TRY(pass_on(*person.workspace, leader));
    return leader.is_cut_off ? sync_cut_off(*person.device) : demo_sync(*person.device, options_);
  }

  const std::string& gathering_of(const DemoLeader& leader) const {
    return demo_gatherings(plan_.size)[leader.gathering].name;
  }

  Result<void> write_notes(Workspace& device, const DemoLeader& leader) {
    Names names(device);
    for (const DemoNote& note : leader.notes) {
      SAMLA_ASSIGN(const auto made,
                   add_note(device, {note.title, note.body, {note.tag}, {}, gathering_of(leader), {}}));
      ++counts.notes;
      if (note.readers == NoteReaders::kNobody) continue;
      const bool is_group = note.readers == NoteReaders::kGroup;
      const std::string space =
          is_group ? "group " + demo_group_name(unit_) : "gathering " + gathering_of(leader);
      SAMLA_ASSIGN(const SpaceId to, names.find_space(space, kDemoPeople));
      SAMLA_TRY(share_note(device, to_hex(made.note.id), to));
      ++(is_group ? counts.grouped : counts.shared);
    }
    return {};
  }

  static Result<void> pass_on(Workspace& device, const DemoLeader& leader) {
    if (leader.passing == Passing::kOverdue) return {};
    const bool is_done = leader.passing == Passing::kDone;
    CascadeFilter mine;
    mine.leader = leader.handle;
    SAMLA_ASSIGN(const auto tasks, list_cascade(device, mine));
    for (const CascadeTask& task : tasks) {
      SAMLA_TRY(is_done
                    ? report_cascade(device, to_hex(task.id),
                                     {std::string(kCascadeDone), "Personalmøte", {}, leader.reached})
                    : report_cascade(device, to_hex(task.id), {std::string(kCascadePlanned), {}, {}, {}}));
    }
    return {};
  }

  /// The first upload breaks off at the first word from the server; the next one takes up from there.
  Result<void> sync_cut_off(replica::Replica& device) {
    replica::SyncOptions broken = options_;
    broken.stop = [] { return true; };
    SAMLA_TRY(device.sync(broken));
    return demo_sync(device, options_);
  }

  // ---- two leaders who do not know of each other

  static Result<std::string> only_draft(Workspace& device) {
    SAMLA_ASSIGN(const auto drafts, list_assessments(device, {}));
    if (drafts.size() != 1) return fail(ErrorCode::internal, std::string(kDemoPeople));
    return to_hex(drafts.front().id);
  }

  /// One side of a conflict; the first leader's, or the second's.
  Result<void> collide(Workspace& device, bool is_first) {
    SAMLA_ASSIGN(const std::string id, only_draft(device));
    SAMLA_ASSIGN(const Assessment draft, show_assessment(device, id));
    const std::string item = draft.items.front().id;
    ItemChange change;
    switch (unit_.conflict) {
      case DemoConflict::kNone:
        return {};
      case DemoConflict::kSameField:
        SAMLA_TRY(fill_assessment(
            device, id,
            {{"summary", is_first ? "Vi vil lære mer av hverandre." : "Vi vil møte brukerne tidligere."}}));
        return {};
      case DemoConflict::kSameText:
        change.evidence =
            is_first ? "Det viser brukerundersøkelsen fra i vår." : "Det viser medarbeiderundersøkelsen.";
        SAMLA_TRY(edit_item(device, item, change));
        return {};
      case DemoConflict::kDeleteAgainstEdit:
        change.text = "Vi er tettere på brukerne enn før";
        if (is_first) SAMLA_TRY(delete_item(device, item));
        if (!is_first) SAMLA_TRY(edit_item(device, item, change));
        return {};
      case DemoConflict::kFormVersions:
        SAMLA_TRY(rebase_assessment(device, id, "egenvurdering@2", true));
        // The other tries it and goes back, which is a choice as well.
        if (!is_first) SAMLA_TRY(rebase_assessment(device, id, "egenvurdering@1", true));
        return {};
    }
    return {};
  }

  Result<void> plant_conflict() {
    Person& first = people_[0];
    Person& second = people_[1];
    SAMLA_TRY(demo_sync(*second.device, options_));
    SAMLA_TRY(collide(*first.workspace, true));
    SAMLA_TRY(collide(*second.workspace, false));
    SAMLA_TRY(demo_sync(*first.device, options_));
    SAMLA_TRY(demo_sync(*second.device, options_));
    SAMLA_TRY(demo_sync(*first.device, options_));
    SAMLA_ASSIGN(const std::size_t open, count_conflicts(*first.workspace));
    counts.conflicts += open;
    return {};
  }

  const DemoPlan& plan_;
  const DemoUnit& unit_;
  const DemoPlace& place_;
  replica::SyncOptions options_;
  std::vector<Person> people_;
};

void add(DemoCounts& into, const DemoCounts& from) {
  into.leaders += from.leaders;
  into.groups += from.groups;
  into.notes += from.notes;
  into.shared += from.shared;
  into.grouped += from.grouped;
  into.conflicts += from.conflicts;
}

}  // namespace

Result<void> live_all(const DemoPlan& plan, std::span<const DemoUnit> units,
                      const std::vector<std::string>& links, const DemoPlace& place, DemoCounts& counts) {
  std::vector<std::size_t> first_link;
  std::size_t link = 0;
  for (const DemoUnit& unit : units) {
    first_link.push_back(link);
    link += unit.leaders.size();
  }
  const std::size_t all =
      std::accumulate(plan.units.begin(), plan.units.end(), std::size_t{0},
                      [](std::size_t sum, const DemoUnit& unit) { return sum + unit.leaders.size(); });
  std::atomic<std::size_t> next = 0;
  std::mutex one_at_a_time;
  std::optional<Error> wrong;
  const auto live = [&] {
    for (std::size_t i = next++; i < units.size(); i = next++) {
      const DemoUnit& unit = units[i];
      const auto begin = links.begin() + static_cast<std::ptrdiff_t>(first_link[i]);
      UnitLife life(plan, unit, place);
      const auto lived = life.live({begin, begin + static_cast<std::ptrdiff_t>(unit.leaders.size())});
      const std::lock_guard lock(one_at_a_time);
      if (wrong) return;
      if (!lived) {
        wrong = lived.error();
        next = units.size();
        return;
      }
      add(counts, life.counts);
      place.tell("leaders", counts.leaders, all);
    }
  };
  // Two a processor: each waits for the disk and the server now and then.
  constexpr unsigned kThreadsMax = 16;
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::clamp(2 * std::thread::hardware_concurrency(), 1u, kThreadsMax); ++i)
    others.emplace_back(live);
  live();
  for (std::thread& each : others) each.join();
  if (wrong) return *wrong;
  return {};
}

}  // namespace samla::domain
