// What cttrace can be asked to do; each returns the exit status, and throws Failure where it cannot go on.
#pragma once

#include "cli/options.h"

namespace cttrace {

int trace(const Options& options);
int show(const Options& options);
int list_syscalls(const Options& options);
int doctor(const Options& options);
int inspect(const Options& options);
int diff(const Options& options);
int baseline(const Options& options);
int check_recording(const Options& options);
int policy(const Options& options);

}  // namespace cttrace
