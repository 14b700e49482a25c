#include "model/cgroups.h"

#include "model/tasks.h"

namespace cttrace {
namespace {

// Nobody tells which number is whose, but the file that was written to.
void learn_hierarchy(ModelContext& context, const CgroupAttach& attach) {
  const auto mover = context.books.moving.extract(id_of(attach.task));
  if (mover.empty() || !mover.mapped() || !attach.hierarchy) return;
  const auto known = context.state.hierarchies->find(attach.hierarchy);
  if (known != context.state.hierarchies->end() && known->second == mover.mapped()) return;
  context.state.hierarchies.edit()[attach.hierarchy] = mover.mapped();
}

}  // namespace

void apply_cgroup_attach(ModelContext& context, const CgroupAttach& attach) {
  learn_hierarchy(context, attach);
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
