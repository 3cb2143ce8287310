#include "core/domain/similar.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>

#include "core/view/word_forms.h"

namespace samla::domain {
namespace {

/// A run of letters that so many of many texts share tells nothing, and would take long to go through.
constexpr std::size_t kCommonMin = 64;
constexpr std::size_t kCommonShare = 4;

using Features = std::vector<std::uint64_t>;

bool is_letter(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c >= 0x80; }

/// ASCII and the letters of Latin 1: æ, ø, å and those with accents.
std::string lower(std::string_view text) {
  constexpr unsigned char kLatin1 = 0xc3;
  constexpr unsigned char kTimes = 0x97;
  std::string out(text);
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto c = static_cast<unsigned char>(out[i]);
    if (c >= 'A' && c <= 'Z') out[i] = static_cast<char>(c + 0x20);
    if (c != kLatin1 || i + 1 == out.size()) continue;
    const auto next = static_cast<unsigned char>(out[i + 1]);
    if (next >= 0x80 && next <= 0x9e && next != kTimes) out[i + 1] = static_cast<char>(next + 0x20);
  }
  return out;
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

/// Where the characters of a UTF-8 text begin, and its end.
std::vector<std::size_t> characters(std::string_view text) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) out.push_back(i);
  }
  out.push_back(text.size());
  return out;
}

Features features_of(std::string_view text) {
  constexpr std::size_t kRun = 3;
  Features out;
  for (const std::string& stem : stems_of(text)) {
    const std::string word = "^" + stem + "$";
    const auto at = characters(word);
    for (std::size_t i = 0; i + kRun < at.size(); ++i)
      out.push_back(hash_of(std::string_view(word).substr(at[i], at[i + kRun] - at[i])));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

std::vector<std::string> stems_of(std::string_view text) {
  const std::string whole = lower(text);
  std::vector<std::string> out;
  for (std::size_t begin = 0; begin < whole.size();) {
    std::size_t end = begin;
    while (end < whole.size() && is_letter(static_cast<unsigned char>(whole[end]))) ++end;
    if (end == begin) {
      ++begin;
      continue;
    }
    out.push_back(view::stem_of(whole.substr(begin, end - begin)));
    begin = end;
  }
  return out;
}

std::vector<SimilarPair> similar_texts(const std::vector<std::string>& texts, int percent) {
  std::vector<Features> features;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> texts_with;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    features.push_back(features_of(texts[i]));
    for (const std::uint64_t each : features.back()) texts_with[each].push_back(i);
  }
  const auto total = static_cast<double>(texts.size());
  const std::size_t common = std::max(kCommonMin, texts.size() / kCommonShare);
  const auto square_weight = [&](std::uint64_t feature) {
    const std::size_t count = texts_with.at(feature).size();
    if (count > common) return 0.0;
    const double weight = std::log(1.0 + total / static_cast<double>(count));
    return weight * weight;
  };
  std::vector<double> lengths(texts.size(), 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (const std::uint64_t each : features[i]) lengths[i] += square_weight(each);
  }
  std::vector<SimilarPair> out;
  std::vector<double> shared(texts.size(), 0);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::vector<std::size_t> touched;
    for (const std::uint64_t each : features[i]) {
      const double weight = square_weight(each);
      if (weight == 0.0) continue;
      for (const std::size_t other : texts_with.at(each)) {
        if (other <= i) continue;
        if (shared[other] == 0.0) touched.push_back(other);
        shared[other] += weight;
      }
    }
    for (const std::size_t other : touched) {
      const double similar = shared[other] / std::sqrt(lengths[i] * lengths[other]);
      shared[other] = 0;
      const int rounded = static_cast<int>(std::lround(similar * 100));
      if (rounded >= percent) out.push_back({i, other, rounded});
    }
  }
  std::ranges::sort(out, {},
                    [](const SimilarPair& each) { return std::tuple(-each.percent, each.a, each.b); });
  return out;
}

std::vector<std::vector<std::size_t>> similar_groups(std::size_t texts,
                                                     const std::vector<SimilarPair>& pairs) {
  std::vector<std::size_t> group_of(texts);
  std::iota(group_of.begin(), group_of.end(), std::size_t{0});
  std::vector<std::vector<std::size_t>> members(texts);
  for (std::size_t i = 0; i < texts; ++i) members[i] = {i};
  std::set<std::pair<std::size_t, std::size_t>> known;
  for (const SimilarPair& each : pairs) known.emplace(each.a, each.b);
  const auto are_pairs = [&](std::size_t low, std::size_t high) {
    return std::ranges::all_of(members[low], [&](std::size_t a) {
      return std::ranges::all_of(members[high],
                                 [&](std::size_t b) { return known.contains(std::minmax(a, b)); });
    });
  };
  for (const SimilarPair& each : pairs) {
    const auto [low, high] = std::minmax({group_of[each.a], group_of[each.b]});
    if (low == high || !are_pairs(low, high)) continue;
    for (const std::size_t moved : members[high]) group_of[moved] = low;
    members[low].insert(members[low].end(), members[high].begin(), members[high].end());
    members[high].clear();
  }
  std::erase_if(members, [](const auto& each) { return each.size() < 2; });
  for (auto& each : members) std::ranges::sort(each);
  std::ranges::sort(members);
  return members;
}

}  // namespace samla::domain
