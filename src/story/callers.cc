// Names with additions, and versions by their numbers.
#include "story/callers.h"

#include <algorithm>
#include <cctype>
#include <compare>
#include <cstdint>
#include <vector>

namespace cttrace {
namespace {

bool is_word_of_name(std::string_view name, std::string_view word) {
  const auto ends_a_word = [](unsigned char c) { return !std::isalnum(c); };
  for (size_t at = name.find(word); at != std::string_view::npos; at = name.find(word, at + 1)) {
    const size_t behind = at + word.size();
    if ((at == 0 || ends_a_word(static_cast<unsigned char>(name[at - 1]))) &&
        (behind == name.size() || ends_a_word(static_cast<unsigned char>(name[behind]))))
      return true;
  }
  return false;
}

// The numbers of "1.1.15+ds1": 1, 1, 15. What is behind them does not count, nor do zeros at the end.
std::vector<uint32_t> numbers_of(std::string_view version) {
  constexpr uint32_t kMost = 100'000'000;
  std::vector<uint32_t> numbers;
  bool inside = false;
  for (const char c : version) {
    if (c >= '0' && c <= '9') {
      if (!inside) numbers.push_back(0);
      inside = true;
      numbers.back() = std::min(kMost, numbers.back() * 10 + static_cast<uint32_t>(c - '0'));
    } else if (c == '.' && inside) {
      inside = false;
    } else if (!numbers.empty()) {
      break;
    }
  }
  while (!numbers.empty() && numbers.back() == 0) numbers.pop_back();
  return numbers;
}

}  // namespace

bool means(const Callers& meant, const Caller& caller) {
  if (meant.name != kAnyCaller && !is_word_of_name(caller.name, meant.name)) return false;
  const std::vector<uint32_t> version = numbers_of(caller.version);
  if (version.empty()) return true;
  return (meant.from.empty() || version >= numbers_of(meant.from)) &&
         (meant.until.empty() || version < numbers_of(meant.until));
}

}  // namespace cttrace
