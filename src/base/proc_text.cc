#include "base/proc_text.h"

#include "base/words.h"

namespace cttrace {
namespace {

constexpr uint64_t kKernelThread = 0x00200000;  // PF_KTHREAD of include/linux/sched.h

}  // namespace

std::optional<ProcStat> parse_stat(std::string_view text) {
  // The name may hold anything, also parentheses.
  const size_t open = text.find('('), close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) return std::nullopt;
  ProcStat stat;
  stat.comm = text.substr(open + 1, close - open - 1);
  std::string_view rest = text.substr(close + 1);
  const std::string_view state = next_word(rest);
  if (state.size() != 1 || !read_number(next_word(rest), stat.parent)) return std::nullopt;
  stat.state = state.front();
  uint64_t flags = 0;
  constexpr int kParent = 4, kFlags = 9, kStart = 22, kCpu = 39, kArguments = 48, kArgumentsEnd = 49;
  for (int field = kParent + 1; field <= kArgumentsEnd; ++field) {
    const std::string_view word = next_word(rest);
    if (field == kFlags && !read_number(word, flags)) return std::nullopt;
    if (field == kStart && !read_number(word, stat.start_ticks)) return std::nullopt;
    if (field == kCpu) read_number(word, stat.cpu);
    if (field == kArguments) read_number(word, stat.arguments);
    if (field == kArgumentsEnd) read_number(word, stat.arguments_end);
  }
  stat.kernel_thread = (flags & kKernelThread) != 0;
  return stat;
}

std::optional<std::string_view> status_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ':') continue;
    line.remove_prefix(key.size() + 1);
    const size_t begin = line.find_first_not_of(" \t");
    return begin == line.npos ? std::string_view() : line.substr(begin);
  }
  return std::nullopt;
}

std::optional<std::vector<uint64_t>> parse_numbers(std::string_view text, int base) {
  std::vector<uint64_t> numbers;
  for (;;) {
    const std::string_view word = next_word(text);
    if (word.empty()) return numbers;
    if (!read_number(word, numbers.emplace_back(), base)) return std::nullopt;
  }
}

namespace {

// Of each line its hierarchy, and what `take` makes of its name and path.
template <typename Take>
std::map<uint32_t, std::string> by_hierarchy(std::string_view text, Take take) {
  std::map<uint32_t, std::string> found;
  while (!text.empty()) {
    // A path may hold colons, but no line breaks: cgroups cannot be called so.
    const std::string_view line = next_line(text);
    const size_t first = line.find(':');
    const size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    uint32_t hierarchy = 0;
    if (second == line.npos || !read_number(line.substr(0, first), hierarchy)) continue;
    found[hierarchy] = take(line.substr(first + 1, second - first - 1), line.substr(second + 1));
  }
  return found;
}

}  // namespace

std::map<uint32_t, std::string> parse_cgroups(std::string_view text) {
  return by_hierarchy(text, [](std::string_view, std::string_view path) { return path; });
}

std::map<uint32_t, std::string> parse_hierarchies(std::string_view text) {
  return by_hierarchy(text, [](std::string_view name, std::string_view) { return name; });
}

std::optional<uint32_t> parse_namespace_link(std::string_view text) {
  const size_t open = text.find(":[");
  if (open == text.npos || !text.ends_with(']')) return std::nullopt;
  uint32_t inode = 0;
  if (!read_number(text.substr(open + 2, text.size() - open - 3), inode)) return std::nullopt;
  return inode;
}

}  // namespace cttrace
