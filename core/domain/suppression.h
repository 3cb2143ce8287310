// Suppression: counts for other eyes than HR's. No cell that rests on fewer than k units is told, nor can one
// be worked out from cells that are told, in whatever way filters are combined.
//
// How: the units are divided, once, into blocks of at least k. In each block (several, where too few
// have anything to count) the categories are joined, neighbour to neighbour, until each stretch rests on none
// or on at least k units. These *atoms* follow from the data alone, never from what is asked. An answer is
// a sum of whole atoms or nothing; so every sum and difference of answers is one of whole atoms too, and
// within an atom nothing tells its parts apart. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace samla::domain {

inline constexpr std::size_t kAnonymityDefault = 5;
inline constexpr std::size_t kAnonymityFloor = 3;

enum class Audience {
  kHr,      ///< counts as they are
  kOthers,  ///< as above
};

/// A unit, by what it can be filtered by.
struct Subject {
  std::string unit;
  std::string fylke;
  std::string type;
};

struct Fact {
  std::size_t subject = 0;
  std::size_t category = 0;
  std::int64_t amount = 1;
};

/// Neighbouring categories that can only be told together.
struct Joined {
  std::size_t first = 0;
  std::size_t last = 0;
  std::int64_t amount = 0;
};

struct Answer {
  std::optional<std::int64_t> total;               ///< absent: hidden
  std::vector<std::optional<std::int64_t>> cells;  ///< by category
  std::vector<Joined> joined;                      ///< of the hidden cells, those whose sum can be told
};

/// The facts about one question, and the only way to read them.
class Table {
 public:
  /// `k` below kAnonymityFloor counts as that.
  Table(const std::vector<Subject>& subjects, std::size_t categories, std::vector<Fact> facts,
        Audience audience, std::size_t k = kAnonymityDefault);

  /// The sums over the chosen subjects: `chosen` has one member a subject.
  Answer ask(const std::vector<bool>& chosen) const;
  /// The sum over the chosen subjects and the categories of `wanted`, which has one member a category.
  /// Absent: hidden.
  std::optional<std::int64_t> sum(const std::vector<bool>& chosen, const std::vector<bool>& wanted) const;

 private:
  struct Atom {
    std::size_t group = 0;
    std::size_t first = 0;  ///< category
    std::size_t last = 0;
    std::int64_t amount = 0;
  };

  void make_groups(const std::vector<Subject>& subjects);
  void make_atoms(std::size_t group);
  Answer count(const std::vector<bool>& chosen) const;
  /// By group: whether one of its subjects is chosen. Absent: a part of a group is.
  std::optional<std::vector<bool>> chosen_groups(const std::vector<bool>& chosen) const;

  std::size_t categories_;
  std::vector<Fact> facts_;
  Audience audience_;
  std::size_t k_;
  std::vector<std::size_t> group_of_;  ///< by subject
  std::size_t groups_ = 0;
  std::vector<Atom> atoms_;
};

/// The block of each subject: at least k subjects each, within one fylke and type where there are enough,
/// else within one fylke. Fewer than k in all: one block.
std::vector<std::size_t> blocks_of(const std::vector<Subject>& subjects, std::size_t k);

}  // namespace samla::domain
