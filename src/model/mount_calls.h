// mount(2) and umount(2).
#pragma once

#include "model/mounts_api.h"

namespace cttrace {

void apply_mount(Context& context, const Call& call, TaskState& task);
// umount and umount2.
void apply_umount(Context& context, const Call& call, TaskState& task);

}  // namespace cttrace
