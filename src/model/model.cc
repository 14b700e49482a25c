// From an event to what it does.
#include "model/model.h"

#include <linux/sched.h>

#include <variant>

#include "model/cgroups.h"
#include "model/contended.h"
#include "model/context.h"
#include "model/control_files.h"
#include "model/devices.h"
#include "model/doubt.h"
#include "model/effects.h"
#include "model/namespaces.h"
#include "model/refusals.h"
#include "model/tasks.h"

namespace cttrace {
namespace {

void see_files(ModelContext& context, const Call& call) {
  for (const Argument& argument : call.args) {
    if (argument.file) see_file(context, *argument.file);
    if (argument.base) see_file(context, *argument.base);
  }
  if (call.returned_file) see_file(context, *call.returned_file);
}

// A task that has ended, and whose number somebody else has: it is told late of what it did.
bool is_over(const State& state, const Task& task) {
  const auto holder = state.running.find(task.tid);
  return holder != state.running.end() && holder->second.start_ns > task.start_ns;
}

void refused(ModelContext& context, const Call& call, const TaskState& task) {
  if (task.stranger) return;
  if (std::string why = why_refused(context, call, task); !why.empty()) context.changed(CallRefused{std::move(why)});
}

void apply_call(ModelContext& context, const Call& call) {
  if (is_over(context.state, call.task)) return;
  TaskState& task = edit_task(context, call.task);
  if (call.outcome == Outcome::kReturnLost || call.enter_lost) doubt_call(context, call);
  const bool done = call.outcome == Outcome::kReturned && call.result >= 0;
  const Effect effect = done ? effect_of(*call.row) : Effect();
  if (effect.on_mounts) {
    apply_mount_call(context, call, task, effect.on_mounts);
    find_procfs(context, call, task);
    see_bound_device(context, call);
    return;
  }
  see_files(context, call);
  if (!done) return refused(context, call, task);
  if (effect.on_others) effect.on_others(context, call, task);
}

void apply_one(ModelContext& context, const Call& told) {
  if (!told.after.contended || !(told.after.newest_mount || told.after.mounts)) return apply_call(context, told);
  const Call call = with_its_own_answer(context.state, told);
  apply_call(context, call);
  if (!call.after.newest_mount) suspect(context, told, context.books.suspicions);
}

void apply_one(ModelContext& context, const Fork& fork) {
  if (!is_over(context.state, fork.child)) apply_fork(context, fork);
}

void apply_one(ModelContext& context, const Snapshot& snapshot) {
  if (!is_over(context.state, snapshot.task)) apply_snapshot(context, snapshot);
}

void apply_one(ModelContext& context, const TaskExit& exit) {
  if (!is_over(context.state, exit.task)) apply_exit(context, exit);
}

void apply_one(ModelContext& context, const CgroupAttach& attach) { apply_cgroup_attach(context, attach); }

void apply_one(ModelContext& context, const Mounts& mounts) {
  const NamespaceId ns = namespace_with(context, CLONE_NEWNS, mounts.mount_ns, Namespace::Origin::kInitial);
  if (ns == 0) return;
  Namespace& state = edit_namespace(context, ns);
  if (state.mounts) return;
  state.mounts = begin_mounts(context, mounts, state.owner);
  find_procfs(context, mounts);
}

void apply_one(ModelContext& context, const Loss& loss) { apply_loss(context, loss); }

}  // namespace

Model::Model(const TraceInfo& info) : rules_(rules_of(info)) {}

State Model::settled() const {
  Model copy = *this;
  ModelContext context{{.state = copy.state_, .changes = copy.changes_, .rules = rules_}, copy.books_};
  sweep_namespaces(context, files_gone(changes_));
  return std::move(copy.state_);
}

std::string Model::why_impossible(const Call& call) const {
  Model copy = *this;
  ModelContext context{{.state = copy.state_, .changes = copy.changes_, .rules = rules_}, copy.books_};
  const TaskState* const task = copy.state_.task(id_of(call.task));
  return task ? cttrace::why_impossible(context, call, *task) : std::string();
}

const Changes& Model::apply(const Event& event) {
  const FilesGone gone = files_gone(changes_);
  changes_.clear();
  ++state_.event;
  state_.time_ns = start_of(event);
  ModelContext context{{.state = state_, .changes = changes_, .rules = rules_}, books_};
  sweep_tasks(context);
  sweep_namespaces(context, gone);
  sweep_devices(context);
  doubt_unexplained(context, books_.suspicions, state_.time_ns);
  std::visit([&](const auto& happened) { apply_one(context, happened); }, event);
  explain(context, books_.suspicions);
  return changes_;
}

}  // namespace cttrace
