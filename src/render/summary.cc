// The table of -c.
#include "render/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "render/filter.h"

namespace cttrace {
namespace {

std::string row(double percent, uint64_t time_ns, uint64_t calls, uint64_t errors, std::string_view name) {
  const uint64_t each_us = calls ? time_ns / calls / 1000 : 0;
  return fmt::format("{:6.2f} {:11.6f} {:11} {:9} {:>9} {}\n", percent, static_cast<double>(time_ns) / 1e9, each_us,
                     calls, errors ? std::to_string(errors) : "", name);
}

}  // namespace

void Summary::count(const Call& call) {
  Counts& counts = by_name_[std::string(call.row->name)];
  ++counts.calls;
  counts.errors += has_failed(call);
  counts.time_ns += call.duration_ns.value_or(0);
}

std::string Summary::table() const {
  std::vector<std::pair<std::string, Counts>> sorted(by_name_.begin(), by_name_.end());
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::tie(b.second.time_ns, b.second.calls, a.first) < std::tie(a.second.time_ns, a.second.calls, b.first);
  });
  Counts total;
  for (const auto& [name, counts] : sorted) {
    total.calls += counts.calls;
    total.errors += counts.errors;
    total.time_ns += counts.time_ns;
  }
  const std::string rule = "------ ----------- ----------- --------- --------- ----------------\n";
  std::string text = "% time     seconds  usecs/call     calls    errors syscall\n" + rule;
  for (const auto& [name, counts] : sorted) {
    const double all = static_cast<double>(std::max<uint64_t>(total.time_ns, 1));
    text += row(100.0 * static_cast<double>(counts.time_ns) / all, counts.time_ns, counts.calls, counts.errors, name);
  }
  return text + rule + row(total.calls ? 100 : 0, total.time_ns, total.calls, total.errors, "total");
}

}  // namespace cttrace
