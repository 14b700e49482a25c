// Nearness of words.
#include "base/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace cttrace {
namespace {

// How many insertions, deletions, replacements and swaps of neighbours turn one text into the other.
size_t distance(std::string_view from, std::string_view to) {
  std::vector<size_t> before(to.size() + 1), last(to.size() + 1), row(to.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < from.size(); ++i) {
    before = std::exchange(last, row);
    row[0] = i + 1;
    for (size_t j = 0; j < to.size(); ++j) {
      row[j + 1] = std::min({last[j] + (from[i] == to[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1});
      const bool swapped = i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j];
      if (swapped) row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
    }
  }
  return row.back();
}

}  // namespace

std::vector<std::string_view> nearest(std::string_view text, const std::vector<std::string_view>& names, size_t most) {
  constexpr size_t kLongest = 64;  // the text is whatever somebody typed
  std::vector<std::pair<size_t, std::string_view>> near;
  const size_t limit = std::max<size_t>(1, text.size() / 3);
  for (const std::string_view name : names) {
    if (text.size() > kLongest) break;
    const bool abbreviated = text.size() > 3 && name != text && name.starts_with(text);
    const size_t steps = std::min(distance(text, name), abbreviated ? size_t{1} : size_t{~0u});
    const std::pair candidate{steps, name};
    if (steps <= limit && std::ranges::find(near, candidate) == near.end()) near.push_back(candidate);
  }
  std::ranges::stable_sort(near, {}, &std::pair<size_t, std::string_view>::first);
  std::vector<std::string_view> found;
  for (const auto& [steps, name] : near)
    if (found.size() < most) found.push_back(name);
  return found;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string_view>& names) {
  const std::vector<std::string_view> found = nearest(text, names);
  if (found.empty()) return {};
  std::string question = "did you mean ";
  for (size_t i = 0; i < found.size(); ++i) {
    if (i > 0) question += i + 1 == found.size() ? " or " : ", ";
    question += found[i];
  }
  return question + "?";
}

}  // namespace cttrace
