#include "model/proc_text.h"

#include <sys/resource.h>

#include "base/words.h"

namespace cttrace {
namespace {

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

bool read_limit(std::string_view word, uint64_t& limit) {
  if (word == "unlimited") return limit = ~uint64_t{0}, true;
  return read_number(word, limit);
}

}  // namespace

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
