#include "model/cgroups.h"

#include "model/tasks.h"

namespace cttrace {

void apply_cgroup_attach(ModelContext& context, const CgroupAttach& attach) {
  // Somebody who is traced may move somebody who is not, and whose end nobody would tell.
  const TaskState* const moved = context.state.task(id_of(attach.moved));
  if (!moved) return;
  const std::vector<TaskId> all = attach.with_threads ? threads_of(context, *moved) : std::vector<TaskId>{moved->id};
  for (const TaskId id : all) {
    Fact<std::string>& cgroup = context.state.tasks.at(id).edit().cgroups[attach.hierarchy];
    const bool elsewhere = !cgroup.known() || cgroup.value != attach.path;
    cgroup = {attach.path, Evidence::kObserved};
    if (elsewhere) context.changed(CgroupMoved{.task = id, .hierarchy = attach.hierarchy, .path = attach.path});
  }
}

}  // namespace cttrace
