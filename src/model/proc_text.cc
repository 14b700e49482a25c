#include "model/proc_text.h"

#include <sys/resource.h>

#include <charconv>

namespace cttrace {
namespace {

constexpr uint64_t kKernelThread = 0x00200000;  // PF_KTHREAD of include/linux/sched.h

struct LimitName {
  std::string_view name;
  uint32_t limit;
};
// fs/proc/base.c, lnames.
constexpr LimitName kLimits[] = {{"Max cpu time", RLIMIT_CPU},
                                 {"Max file size", RLIMIT_FSIZE},
                                 {"Max data size", RLIMIT_DATA},
                                 {"Max stack size", RLIMIT_STACK},
                                 {"Max core file size", RLIMIT_CORE},
                                 {"Max resident set", RLIMIT_RSS},
                                 {"Max processes", RLIMIT_NPROC},
                                 {"Max open files", RLIMIT_NOFILE},
                                 {"Max locked memory", RLIMIT_MEMLOCK},
                                 {"Max address space", RLIMIT_AS},
                                 {"Max file locks", RLIMIT_LOCKS},
                                 {"Max pending signals", RLIMIT_SIGPENDING},
                                 {"Max msgqueue size", RLIMIT_MSGQUEUE},
                                 {"Max nice priority", RLIMIT_NICE},
                                 {"Max realtime priority", RLIMIT_RTPRIO},
                                 {"Max realtime timeout", RLIMIT_RTTIME}};

std::string_view next_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

// The next word, behind blanks; empty at the end.
std::string_view next_word(std::string_view& text) {
  const size_t begin = text.find_first_not_of(" \t\n");
  text.remove_prefix(begin == text.npos ? text.size() : begin);
  const std::string_view word = text.substr(0, text.find_first_of(" \t\n"));
  text.remove_prefix(word.size());
  return word;
}

template <typename T>
bool read_number(std::string_view word, T& number, int base = 10) {
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, base);
  return error == std::errc() && end == word.data() + word.size();
}

bool read_limit(std::string_view word, uint64_t& limit) {
  if (word == "unlimited") return limit = ~uint64_t{0}, true;
  return read_number(word, limit);
}

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
  constexpr int kParent = 4, kFlags = 9, kStart = 22;
  for (int field = kParent + 1; field <= kStart; ++field) {
    const std::string_view word = next_word(rest);
    if (field == kFlags && !read_number(word, flags)) return std::nullopt;
    if (field == kStart && !read_number(word, stat.start_ticks)) return std::nullopt;
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

std::optional<std::vector<IdExtent>> parse_id_map(std::string_view text) {
  std::vector<IdExtent> map;
  while (!text.empty()) {
    std::string_view line = next_line(text);
    IdExtent extent;
    if (!read_number(next_word(line), extent.first) || !read_number(next_word(line), extent.lower_first) ||
        !read_number(next_word(line), extent.count))
      return std::nullopt;
    map.push_back(extent);
  }
  return map;
}

std::map<uint32_t, Identity::Limit> parse_limits(std::string_view text) {
  std::map<uint32_t, Identity::Limit> limits;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    for (const LimitName& known : kLimits) {
      if (!line.starts_with(known.name)) continue;
      std::string_view rest = line.substr(known.name.size());
      Identity::Limit limit;
      if (read_limit(next_word(rest), limit.soft) && read_limit(next_word(rest), limit.hard))
        limits[known.limit] = limit;
    }
  }
  return limits;
}

std::map<uint32_t, std::string> parse_cgroups(std::string_view text) {
  std::map<uint32_t, std::string> cgroups;
  while (!text.empty()) {
    // A path may hold colons, but no line breaks: cgroups cannot be called so.
    const std::string_view line = next_line(text);
    const size_t first = line.find(':');
    const size_t second = first == line.npos ? line.npos : line.find(':', first + 1);
    uint32_t hierarchy = 0;
    if (second == line.npos || !read_number(line.substr(0, first), hierarchy)) continue;
    cgroups[hierarchy] = line.substr(second + 1);
  }
  return cgroups;
}

std::optional<uint32_t> parse_namespace_link(std::string_view text) {
  const size_t open = text.find(":[");
  if (open == text.npos || !text.ends_with(']')) return std::nullopt;
  uint32_t inode = 0;
  if (!read_number(text.substr(open + 2, text.size() - open - 3), inode)) return std::nullopt;
  return inode;
}

std::vector<std::string> parse_command_line(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find('\0'));
    words.emplace_back(word);
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  return words;
}

}  // namespace cttrace
