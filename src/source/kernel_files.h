// Which files the kernel has that runtimes mask: whether one that nothing was done about is there cannot be told from
// calls.
#pragma once

#include "cttrace/source.h"

namespace cttrace {

// As cttrace's own /proc and /sys have them; nothing of one that is not mounted, or shows processes alone (subset=pid).
KernelFiles read_kernel_files();

}  // namespace cttrace
