// The values of options: each function reads one, or says in one line why it cannot.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "render/renderer.h"

namespace cttrace {

// A whole number between the bounds.
Result<uint64_t> parse_number(std::string_view option, std::string_view text, uint64_t least, uint64_t most);

// Bytes, with K, M or G for powers of 1024: "8M".
Result<size_t> parse_size(std::string_view option, std::string_view text);

// Seconds, with a fraction: "2.5".
Result<std::chrono::milliseconds> parse_seconds(std::string_view option, std::string_view text);

// Process ids, separated by commas, spaces or newlines, as pgrep prints them. `what` is done to them: "attach to".
Result<std::vector<uint32_t>> parse_pids(std::string_view what, std::string_view text);

// The value of -e status=: strace's words, separated by commas, a `!` in front for everything but.
Result<StatusFilter> parse_status(std::string_view text);

// An Error about a wrong usage: exit status 2, and where to read on.
Error usage_error(std::string what, std::string subject, std::string why, std::string hint = {});

}  // namespace cttrace
