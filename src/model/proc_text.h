// Texts of /proc/PID that say what a state has. What makes no sense is unknown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/proc_text.h"
#include "cttrace/state.h"

namespace cttrace {

std::optional<std::vector<IdExtent>> parse_id_map(std::string_view text);

// By RLIMIT_*: what each line of /proc/PID/limits says.
std::map<uint32_t, Identity::Limit> parse_limits(std::string_view text);

// The NUL-terminated words of /proc/PID/cmdline.
std::vector<std::string> parse_command_line(std::string_view text);

}  // namespace cttrace
