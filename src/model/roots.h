// Roots and working directories.
#pragma once

#include "model/mounts_api.h"

namespace cttrace {

void apply_chroot(Context& context, const Call& call, TaskState& task);
void apply_chdir(Context& context, const Call& call, TaskState& task);
void apply_fchdir(Context& context, const Call& call, TaskState& task);
void apply_pivot_root(Context& context, const Call& call, TaskState& task);

}  // namespace cttrace
