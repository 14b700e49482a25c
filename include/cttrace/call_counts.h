// How often each call was made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>
#include <vector>

namespace cttrace {

// By name, in the order of the names, which rows of the table own. There are few of them: no more than some dozens.
class CallCounts {
 public:
  using Count = std::pair<std::string_view, uint64_t>;

  CallCounts() = default;
  CallCounts(std::initializer_list<Count> counts) {
    for (const auto& [name, count] : counts) (*this)[name] += count;
  }

  // 0 where it was not there.
  uint64_t& operator[](std::string_view name) {
    // A call's name is one text for all of its rows, as a rule.
    for (Count& each : counts_)
      if (each.first.data() == name.data() && each.first.size() == name.size()) return each.second;
    const auto place = std::ranges::lower_bound(counts_, name, {}, &Count::first);
    if (place != counts_.end() && place->first == name) return place->second;
    return counts_.insert(place, {name, 0})->second;
  }
  void erase(std::string_view name) {
    std::erase_if(counts_, [&](const Count& each) { return each.first == name; });
  }

  bool empty() const { return counts_.empty(); }
  size_t size() const { return counts_.size(); }
  auto begin() const { return counts_.begin(); }
  auto end() const { return counts_.end(); }

 private:
  std::vector<Count> counts_;
};

}  // namespace cttrace
