// In which cgroups tasks are.
#pragma once

#include "cttrace/event.h"
#include "model/context.h"

namespace cttrace {

void apply_cgroup_attach(ModelContext& context, const CgroupAttach& attach);

}  // namespace cttrace
