// The seccomp filters that traced programs have themselves. They decide behind the stop at a call's entry, and the
// kernel does not tell what: so they are asked here as well.
#pragma once

#include <linux/filter.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "source/ptrace/requests.h"

namespace cttrace::ptrace {

// A filter, and those that were there before it. As in the kernel, tasks share them (struct seccomp_filter).
struct OwnFilter {
  std::vector<sock_filter> code;
  std::shared_ptr<const OwnFilter> before;
};
using OwnFilters = std::shared_ptr<const OwnFilter>;

// What becomes of a call.
enum class FilterVerdict : uint8_t {
  kAllowed,
  kAnswered,  // it gets a result, and is not entered
  kSigsys,    // a signal instead; it is not entered
};

FilterVerdict verdict(const OwnFilters& filters, const CallNow& call);

// The filter that a call of seccomp(2) or prctl(2) gives, if it gives one and can be read.
std::optional<std::vector<sock_filter>> filter_given(uint32_t tid, const CallNow& call);

// Those that a thread, which is in a stop, has already, without the `ours` that come first. None where the kernel does
// not tell: it takes CAP_SYS_ADMIN and CONFIG_CHECKPOINT_RESTORE.
OwnFilters filters_of(uint32_t tid, unsigned ours);

}  // namespace cttrace::ptrace
