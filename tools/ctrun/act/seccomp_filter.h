// The filter of the configuration, as the program that the kernel runs at every call.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "config/config.h"

namespace cttrace::ctrun {

struct SeccompFilter {
  std::vector<sock_filter> program = {};
  unsigned flags = 0;  // SECCOMP_FILTER_FLAG_*
};

// By libseccomp. Throws Failure. Made before any process, and loaded by the one that it is for.
SeccompFilter make_seccomp_filter(const Seccomp& seccomp);

}  // namespace cttrace::ctrun
