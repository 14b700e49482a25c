#include "check/controls.h"

#include <algorithm>
#include <charconv>
#include <ctime>
#include <sstream>

#include "base/paths.h"
#include "base/words.h"

namespace cttrace {

std::string_view control_name(const CgroupFacts::Control& control) { return last_part(control.file); }

const CgroupFacts::Control* last_written(const std::vector<CgroupFacts::Control>& controls, std::string_view names) {
  const auto last = std::find_if(controls.rbegin(), controls.rend(), [&](const CgroupFacts::Control& control) {
    return !control.error && has_word(names, control_name(control), '|');
  });
  return last == controls.rend() ? nullptr : &*last;
}

std::map<std::string, TimeOffset> time_offsets(const ContainerFacts& container) {
  std::map<std::string, TimeOffset> offsets;
  for (const Step& step : container.steps) {
    const auto* const written = std::get_if<ControlsWritten>(&step.facts);
    if (!written || step.error) continue;
    for (const ControlsWritten::One& one : written->writes) {
      if (one.error || !one.file.ends_with("/timens_offsets")) continue;
      std::istringstream lines(one.value);
      TimeOffset offset{.events = step.calls};
      for (std::string clock; lines >> clock >> offset.seconds >> offset.nanoseconds;) {
        if (clock == std::to_string(CLOCK_MONOTONIC)) clock = "monotonic";
        if (clock == std::to_string(CLOCK_BOOTTIME)) clock = "boottime";
        offsets[clock] = offset;
      }
    }
  }
  return offsets;
}

bool is_no_limit(std::string_view value) {
  if (value.empty() || value == "max" || value.starts_with("max ") || value.starts_with('-')) return true;
  // PAGE_COUNTER_MAX in include/linux/page_counter.h, in bytes of the largest pages that there are (64 KiB).
  constexpr uint64_t kAtLeast = 0x7fffffffffff0000;
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc::result_out_of_range) return true;
  return error == std::errc() && end == value.data() + value.size() && number >= kAtLeast;
}

}  // namespace cttrace
