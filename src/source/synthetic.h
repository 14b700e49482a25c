// Records that cttrace makes itself, beside those of the capture programs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cttrace/wire.h"

namespace cttrace {

// CLOCK_BOOTTIME, in nanoseconds: the clock of all records.
uint64_t boottime_ns();

std::string tick_record(uint64_t time_ns);

// The text in as many records as it takes. Header fields about the task are those of `snapshot`.
std::vector<std::string> mounts_records(const ct_exec& snapshot, uint64_t time_ns, std::string_view mountinfo);

// Completes the header of `loss`. `time_ns`: all of it happened later, or was told before.
std::string loss_record(ct_loss loss, uint64_t time_ns);

}  // namespace cttrace
