// The texts of /proc/PID, parsed. What makes no sense is unknown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cttrace {

struct ProcStat {
  std::string comm;
  char state = '?';  // 'Z': zombie
  uint32_t parent = 0;
  bool kernel_thread = false;
  uint64_t start_ticks = 0;                   // since the boot, 10 ms each
  uint64_t arguments = 0, arguments_end = 0;  // where its argv lies; 0: it may not be told
  uint32_t cpu = 0;                           // that it ran on last
};
std::optional<ProcStat> parse_stat(std::string_view text);

// The value of a line of /proc/PID/status: of "Uid" all that follows "Uid:" and a tab.
std::optional<std::string_view> status_value(std::string_view text, std::string_view key);

// Numbers between blanks. None where something else is among them.
std::optional<std::vector<uint64_t>> parse_numbers(std::string_view text, int base = 10);

// By hierarchy: the paths in /proc/PID/cgroup.
std::map<uint32_t, std::string> parse_cgroups(std::string_view text);

// ... and what each is called there: "cpu,cpuacct", "name=systemd"; cgroup2: not at all.
std::map<uint32_t, std::string> parse_hierarchies(std::string_view text);

// "mnt:[4026531832]".
std::optional<uint32_t> parse_namespace_link(std::string_view text);

}  // namespace cttrace
