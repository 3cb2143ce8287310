// Demo plan: an invented organisation from a fixed seed: units, their leaders, and what each comes to. The
// same on every machine. Pure; demo.cc carries it out.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/domain/assessment_items.h"

namespace samla::domain {

/// Who reads a note beside its author.
enum class NoteReaders { kNobody, kGroup, kGathering };

struct DemoNote {
  std::string title;
  std::string body;
  std::string tag;
  NoteReaders readers = NoteReaders::kNobody;
};

struct DemoMeasure {
  std::string title;
  std::string theme;
  std::string deadline;
  std::string status;
};

/// What comes of a leader's telling the staff.
enum class Passing { kDone, kPlanned, kOverdue };

/// What is said at a gathering.
struct DemoInput {
  std::string text;
  std::string theme;
  std::size_t cluster = 0;  ///< which of the clusters HR puts it into
};

struct DemoGathering {
  std::string name;  ///< the place
  std::string from;
  std::string to;
  std::size_t leaders = 0;
};

struct DemoLeader {
  std::string handle;
  std::string name;
  std::vector<DemoNote> notes;
  Passing passing = Passing::kDone;
  int reached = 0;
  std::size_t gathering = 0;  ///< its place in demo_gatherings
  int table = 1;
  bool has_attended = true;
  std::vector<DemoInput> inputs;
  bool has_wrong_clock = false;  ///< three days behind
  bool is_cut_off = false;       ///< the first upload breaks off
  bool loses_the_phone = false;  ///< HR revokes it
};

/// What two leaders of a unit do without knowing of each other.
enum class DemoConflict { kNone, kSameField, kSameText, kDeleteAgainstEdit, kFormVersions };

struct DemoUnit {
  std::string number;
  std::string name;
  std::string fylke;
  std::string type;
  std::string language;  ///< nb or nn
  int headcount = 0;
  std::vector<DemoLeader> leaders;  ///< at least one; the first begins the assessment
  int form_version = 1;
  DemoConflict conflict = DemoConflict::kNone;
  std::string status;  ///< what its assessment comes to
  std::vector<std::pair<std::string, std::string>> answers;
  std::vector<NewItem> items;
  std::vector<std::string> participants;
  std::vector<DemoMeasure> measures;
};

/// The day that the figures are of.
inline constexpr std::string_view kDemoToday = "2016-09-01";

/// small: 10 units, for tests and the demonstration. full: 565.
enum class DemoSize { kSmall, kFull };

/// Somebody of the top leader forum. Both ballots go by the candidates' places in the plan, from 0.
struct DemoVoter {
  std::string handle;
  std::string name;
  std::vector<std::int64_t> dots;  ///< of the first round: for each candidate
  std::vector<std::size_t> order;  ///< of the second round: the shortlisted, the best first
};

struct DemoPlan {
  DemoSize size = DemoSize::kSmall;
  std::vector<DemoUnit> units;
  std::vector<DemoVoter> forum;
};

/// How many of what is said get how far.
struct DemoFigures {
  std::size_t inputs;
  std::size_t repeats;  ///< of these, nearly what another one says
  std::size_t clusters;
  std::size_t candidates;  ///< of the clusters, the first ones
  std::size_t shortlisted;
  std::size_t chosen;  ///< the main measures
  std::size_t voters;
};

DemoPlan plan_demo(DemoSize size);
const std::vector<DemoGathering>& demo_gatherings(DemoSize size);
const DemoFigures& demo_figures(DemoSize size);

}  // namespace samla::domain
