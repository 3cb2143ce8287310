#include "core/domain/suppression.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

namespace samla::domain {
namespace {

using Members = std::vector<std::size_t>;

/// Joins members that are too few to their neighbours, in order; the last to the one before.
std::vector<Members> joined_up(const std::vector<Members>& parts, std::size_t k) {
  std::vector<Members> out;
  Members open;
  for (const Members& part : parts) {
    open.insert(open.end(), part.begin(), part.end());
    if (open.size() < k) continue;
    out.push_back(std::move(open));
    open.clear();
  }
  if (open.empty()) return out;
  if (out.empty()) out.emplace_back();
  out.back().insert(out.back().end(), open.begin(), open.end());
  return out;
}

}  // namespace

std::vector<std::size_t> blocks_of(const std::vector<Subject>& subjects, std::size_t k) {
  std::map<std::string, std::map<std::string, Members>> by_fylke;
  for (std::size_t i = 0; i < subjects.size(); ++i)
    by_fylke[subjects[i].fylke][subjects[i].type].push_back(i);
  std::vector<Members> blocks;
  for (const auto& [fylke, by_type] : by_fylke) {
    std::vector<Members> parts;
    for (const auto& [type, members] : by_type) parts.push_back(members);
    for (Members& block : joined_up(parts, k)) blocks.push_back(std::move(block));
  }
  // A fylke that is too small as a whole goes with its neighbour, so that the rest does not tell it.
  blocks = joined_up(blocks, k);
  std::vector<std::size_t> out(subjects.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    for (const std::size_t member : blocks[i]) out[member] = i;
  }
  return out;
}

Table::Table(const std::vector<Subject>& subjects, std::size_t categories, std::vector<Fact> facts,
             Audience audience, std::size_t k)
    : categories_(categories),
      facts_(std::move(facts)),
      audience_(audience),
      k_(std::max(k, kAnonymityFloor)),
      group_of_(subjects.size()) {
  if (audience_ == Audience::kHr) return;
  make_groups(subjects);
  for (std::size_t group = 0; group < groups_; ++group) make_atoms(group);
}

/// Blocks in which too few have anything to count go together.
void Table::make_groups(const std::vector<Subject>& subjects) {
  const auto blocks = blocks_of(subjects, k_);
  const std::size_t count = blocks.empty() ? 0 : *std::ranges::max_element(blocks) + 1;
  std::vector<std::set<std::size_t>> contributors(count);
  for (const Fact& fact : facts_) contributors[blocks[fact.subject]].insert(fact.subject);
  std::vector<std::size_t> group_of_block(count);
  std::size_t open = 0;
  for (std::size_t block = 0; block < count; ++block) {
    group_of_block[block] = groups_;
    open += contributors[block].size();
    const bool is_empty = open == 0;
    if (!is_empty && open < k_) continue;
    ++groups_;
    open = 0;
  }
  if (open > 0) {
    // What is left over goes with the last group that has something, and all between.
    std::size_t target = groups_;
    for (std::size_t block = count; block-- > 0;) {
      if (group_of_block[block] < groups_ && !contributors[block].empty()) {
        target = group_of_block[block];
        break;
      }
    }
    if (target == groups_) target = 0;
    for (std::size_t& group : group_of_block) group = std::min(group, target);
    groups_ = target + 1;
  }
  for (std::size_t i = 0; i < group_of_.size(); ++i) group_of_[i] = group_of_block[blocks[i]];
}

void Table::make_atoms(std::size_t group) {
  std::vector<std::set<std::size_t>> contributors(categories_);
  std::vector<std::int64_t> amounts(categories_);
  for (const Fact& fact : facts_) {
    if (group_of_[fact.subject] != group) continue;
    contributors[fact.category].insert(fact.subject);
    amounts[fact.category] += fact.amount;
  }
  const std::size_t begin = atoms_.size();
  std::set<std::size_t> open;
  std::optional<Atom> atom;
  for (std::size_t category = 0; category < categories_; ++category) {
    if (!atom) atom = Atom{group, category, category, 0};
    atom->last = category;
    atom->amount += amounts[category];
    open.insert(contributors[category].begin(), contributors[category].end());
    if (!open.empty() && open.size() < k_) continue;
    atoms_.push_back(*atom);
    atom.reset();
    open.clear();
  }
  if (!atom) return;
  // The rest goes with the last stretch that has something, and the empty ones between.
  while (atoms_.size() > begin) {
    const Atom last = atoms_.back();
    atoms_.pop_back();
    atom->first = last.first;
    atom->amount += last.amount;
    bool has_some = false;
    for (std::size_t category = last.first; category <= last.last; ++category)
      has_some = has_some || !contributors[category].empty();
    if (has_some) break;
  }
  std::set<std::size_t> all;
  for (std::size_t category = atom->first; category <= atom->last; ++category)
    all.insert(contributors[category].begin(), contributors[category].end());
  if (all.size() >= k_) atoms_.push_back(*atom);
}

Answer Table::count(const std::vector<bool>& chosen) const {
  Answer out;
  std::vector<std::int64_t> cells(categories_);
  for (const Fact& fact : facts_) {
    if (chosen[fact.subject]) cells[fact.category] += fact.amount;
  }
  out.total = std::accumulate(cells.begin(), cells.end(), std::int64_t{0});
  out.cells.assign(cells.begin(), cells.end());
  return out;
}

std::optional<std::vector<bool>> Table::chosen_groups(const std::vector<bool>& chosen) const {
  std::vector<bool> in(groups_);
  std::vector<bool> outside(groups_);
  for (std::size_t i = 0; i < group_of_.size(); ++i) (chosen[i] ? in : outside)[group_of_[i]] = true;
  for (std::size_t group = 0; group < groups_; ++group) {
    // A part of a group is nobody's to see.
    if (in[group] && outside[group]) return std::nullopt;
  }
  return in;
}

std::optional<std::int64_t> Table::sum(const std::vector<bool>& chosen,
                                       const std::vector<bool>& wanted) const {
  std::int64_t out = 0;
  if (audience_ == Audience::kHr) {
    for (const Fact& fact : facts_) {
      if (chosen[fact.subject] && wanted[fact.category]) out += fact.amount;
    }
    return out;
  }
  const auto groups = chosen_groups(chosen);
  if (!groups) return std::nullopt;
  std::vector<std::size_t> covered(groups_);
  for (const Atom& atom : atoms_) {
    if (!(*groups)[atom.group]) continue;
    covered[atom.group] += atom.last - atom.first + 1;
    const auto begin = wanted.begin() + static_cast<std::ptrdiff_t>(atom.first);
    const auto end = wanted.begin() + static_cast<std::ptrdiff_t>(atom.last) + 1;
    const bool some = std::find(begin, end, true) != end;
    if (some && std::find(begin, end, false) != end) return std::nullopt;
    if (some) out += atom.amount;
  }
  for (std::size_t group = 0; group < groups_; ++group) {
    if ((*groups)[group] && covered[group] != categories_) return std::nullopt;
  }
  return out;
}

Answer Table::ask(const std::vector<bool>& chosen) const {
  if (audience_ == Audience::kHr) return count(chosen);
  Answer out;
  out.cells.resize(categories_);
  const auto groups = chosen_groups(chosen);
  if (!groups) return out;
  const std::vector<bool>& in = *groups;
  // A boundary between two categories stands where it is one in every chosen group.
  std::vector<bool> ends(categories_, true);
  std::vector<std::int64_t> sums(categories_);  // by an atom's last category
  std::vector<std::size_t> covered(groups_);
  for (const Atom& atom : atoms_) {
    if (!in[atom.group]) continue;
    covered[atom.group] += atom.last - atom.first + 1;
    sums[atom.last] += atom.amount;
    for (std::size_t category = atom.first; category < atom.last; ++category) ends[category] = false;
  }
  for (std::size_t group = 0; group < groups_; ++group) {
    if (in[group] && covered[group] != categories_) return out;
  }
  std::int64_t total = 0;
  std::size_t first = 0;
  std::int64_t open = 0;
  for (std::size_t category = 0; category < categories_; ++category) {
    open += sums[category];
    if (!ends[category]) continue;
    total += open;
    if (first == category) {
      out.cells[category] = open;
    } else {
      out.joined.push_back({first, category, open});
    }
    first = category + 1;
    open = 0;
  }
  out.total = total;
  return out;
}

}  // namespace samla::domain
