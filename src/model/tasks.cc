#include "model/tasks.h"

#include <linux/sched.h>

#include <algorithm>

#include "model/control_files.h"
#include "model/credentials.h"
#include "model/identity.h"
#include "model/namespace_calls.h"
#include "model/namespaces.h"
#include "model/observed.h"
#include "model/user_namespaces.h"

namespace cttrace {
namespace {

// Of a program that executes another one again and again, the first and the latest are kept.
constexpr size_t kMostPrograms = 32;

// The pid in each namespace leads to the task.
void number(ModelContext& context, const TaskState& task, bool there) {
  NamespaceId ns = task.namespaces[CT_NS_PID].value;
  for (size_t level = task.pids.size(); level-- > 0 && ns != 0;) {
    const std::pair<NamespaceId, uint32_t> key{ns, task.pids[level]};
    const auto found = context.state.numbered->find(key);
    const bool is_known = found != context.state.numbered->end() && found->second == task.id;
    if (there && !is_known)
      context.state.numbered.edit()[key] = task.id;
    else if (!there && is_known)
      context.state.numbered.edit().erase(key);
    const Namespace* const state = context.state.ns(ns);
    ns = state ? state->parent : 0;
  }
}

void end(ModelContext& context, TaskState& task, const TaskExit* exit) {
  task.ended_ns = context.state.time_ns;
  if (exit) task.exit_code = exit->code;
  number(context, task, false);
  leave_all(context, task);
  mounts_of_ended_task(context, task, exit ? exit->held : std::nullopt);
  context.state.running.erase(task.id.tid);
  context.books.executing.erase(task.id);
  context.books.borrowing.erase(task.id);
  std::erase_if(context.books.replaced, [&](const auto& entry) { return entry.second == task.id; });
  const auto process = context.books.processes.find(task.tgid);
  if (process != context.books.processes.end()) {
    process->second.erase(task.id);
    if (process->second.empty()) context.books.processes.erase(process);
  }
  context.books.ended.push_back(task.id);
  context.changed(TaskEnded{task.id});
}

// Who had the number before, and whose end was not seen.
void end_holder_of(ModelContext& context, uint32_t tid) {
  const auto holder = context.state.running.find(tid);
  if (holder == context.state.running.end()) return;
  end(context, context.state.tasks.at(holder->second).edit(), nullptr);
}

TaskId leader_of(const ModelContext& context, const Task& task) {
  if (task.tid == task.tgid) return id_of(task);
  const TaskState* const leader = context.state.task_with(task.tgid);
  return leader ? leader->id : TaskId{.tid = task.tgid, .start_ns = 0};
}

TaskState& add(ModelContext& context, TaskState&& task) {
  end_holder_of(context, task.id.tid);
  // Forgets one of the same name that ended with the last event.
  std::erase(context.books.ended, task.id);
  context.state.running[task.id.tid] = task.id;
  context.books.processes[task.tgid].insert(task.id);
  const TaskId id = task.id;
  return context.state.tasks.insert_or_assign(id, CopyOnWrite<TaskState>(std::move(task))).first->second.edit();
}

// A task that nobody was seen to make.
TaskState& find(ModelContext& context, const Task& task, const Snapshot* snapshot) {
  TaskState found;
  found.id = id_of(task);
  found.tgid = task.tgid;
  found.stranger = task.stranger;
  found.leader = leader_of(context, task);
  found.created_ns = task.start_ns;
  TaskState& added = add(context, std::move(found));
  if (added.leader == added.id) {
    for (const TaskId thread : threads_of(context, added))
      if (thread != added.id) context.state.tasks.at(thread).edit().leader = added.id;
  }
  if (!snapshot) mounts_of_found_task(context, added, nullptr);
  return added;
}

const CopyOnWrite<TaskState>* known(const ModelContext& context, TaskId id) {
  const auto place = context.state.tasks.find(id);
  if (place == context.state.tasks.end() || place->second->ended_ns != 0) return nullptr;
  return &place->second;
}

// A thread that was not the leader goes on under its leader's name: de_thread, fs/exec.c. The leader has ended before.
TaskState& take_over(ModelContext& context, TaskId thread, const Task& leader) {
  TaskState task = *context.state.tasks.at(thread);
  number(context, task, false);
  leave_all(context, task);
  context.state.tasks.erase(thread);
  context.state.running.erase(thread.tid);
  context.books.processes[task.tgid].erase(thread);
  const auto executing = context.books.executing.find(thread);
  if (executing != context.books.executing.end()) {
    context.books.executing.insert_or_assign(id_of(leader), std::move(executing->second));
    context.books.executing.erase(thread);
  }
  const auto namespaces = std::exchange(task.namespaces, {});
  task.id = task.leader = id_of(leader);
  task.pids.clear();  // it has its leader's now (exchange_tids): the snapshot tells them
  TaskState& added = add(context, std::move(task));
  for (int which = 0; which < CT_NS_COUNT; ++which)
    put_into(context, added, static_cast<ct_ns>(which), namespaces[which].value, namespaces[which].evidence);
  context.books.replaced[thread] = added.id;
  context.changed(LeaderReplaced{.before = thread, .task = added.id});
  return added;
}

// The task that executed a program, or was there. `found`: it was not known before.
TaskState& subject_of(ModelContext& context, const Snapshot& snapshot, bool& found) {
  const bool replaces = snapshot.old_tid != 0 && snapshot.old_tid != snapshot.task.tid;
  if (replaces) {
    const TaskState* const thread = context.state.task_with(snapshot.old_tid);
    if (thread && thread->tgid == snapshot.task.tgid) return take_over(context, thread->id, snapshot.task);
  }
  if (known(context, id_of(snapshot.task))) return edit_task(context, snapshot.task);
  found = true;
  return find(context, snapshot.task, &snapshot);
}

void start_program(ModelContext& context, TaskState& task, const Snapshot& snapshot) {
  Program program;
  const auto pending = context.books.executing.find(task.id);
  if (pending != context.books.executing.end()) {
    program.path = std::move(pending->second.path);
    program.argv = std::move(pending->second.argv);
    context.books.executing.erase(pending);
  }
  program.exe = snapshot.exe;
  program.descriptors = snapshot.open;
  program.time_ns = snapshot.time_ns;
  program.event = context.state.event;
  if (task.programs.size() == kMostPrograms) task.programs.erase(task.programs.begin() + 1);
  task.programs.push_back(std::move(program));
  context.changed(ProgramStarted{task.id});
}

}  // namespace

TaskState& edit_task(ModelContext& context, const Task& task) {
  TaskId id = id_of(task);
  const auto replaced = context.books.replaced.find(id);
  if (replaced != context.books.replaced.end()) id = replaced->second;
  const auto place = context.state.tasks.find(id);
  if (place != context.state.tasks.end() && place->second->ended_ns == 0) return place->second.edit();
  return find(context, task, nullptr);
}

std::vector<TaskId> threads_of(const ModelContext& context, const TaskState& task) {
  const auto process = context.books.processes.find(task.tgid);
  if (process == context.books.processes.end()) return {task.id};
  return {process->second.begin(), process->second.end()};
}

std::vector<TaskId> sharers_of_memory(const ModelContext& context, const TaskState& task) {
  const auto& borrowing = context.books.borrowing;
  const auto lender = borrowing.find(task.leader);
  const TaskState* const owner = lender == borrowing.end() ? &task : context.state.task(lender->second);
  std::vector<TaskId> sharers = threads_of(context, task);
  const auto add = [&](const TaskState* process) {
    if (!process || process->leader == task.leader) return;
    for (const TaskId thread : threads_of(context, *process)) sharers.push_back(thread);
  };
  add(owner);
  for (const auto& [borrower, from] : borrowing)
    if (owner && from == owner->leader) add(context.state.task(borrower));
  return sharers;
}

void apply_fork(ModelContext& context, const Fork& fork) {
  const TaskId creator_id = edit_task(context, fork.task).id;
  TaskState made;
  {
    const TaskState& creator = *context.state.task(creator_id);
    made.id = id_of(fork.child);
    made.tgid = fork.child.tgid;
    made.creator = creator_id;
    const bool thread = fork.child.tgid != fork.child.tid;
    made.leader = thread ? creator.leader : made.id;
    made.pids = fork.child_pids;
    made.exe = creator.exe;
    made.identity = inherited(creator.identity);
    made.cgroups = creator.cgroups;
    if (fork.child_cgroup)
      made.cgroups[0] = {*fork.child_cgroup, Evidence::kObserved};
    else if (fork.clone_flags.value_or(0) & CLONE_INTO_CGROUP)
      made.cgroups[0] = {};  // into which one, the next snapshot tells
    made.created_ns = fork.time_ns;
    const bool borrows = fork.clone_flags && (*fork.clone_flags & CLONE_VM);
    if (borrows && !thread) context.books.borrowing[made.id] = creator.leader;
  }
  TaskState& child = add(context, std::move(made));
  context.changed(TaskCreated{.task = child.id, .creator = creator_id, .thread = child.leader != child.id});
  if (fork.child_cgroup) context.changed(CgroupMoved{.task = child.id, .hierarchy = 0, .path = *fork.child_cgroup});
  place_new_task(context, *context.state.task(creator_id), child, fork);
  number(context, child, true);
}

void apply_snapshot(ModelContext& context, const Snapshot& snapshot) {
  bool found = false;
  TaskState& task = subject_of(context, snapshot, found);
  const Identity before = task.identity;
  number(context, task, false);
  task.exe = snapshot.exe;
  if (!snapshot.at_start) {
    start_program(context, task, snapshot);
    context.books.borrowing.erase(task.id);
    if (!snapshot.task.stranger) expect_program(context, task, snapshot);
  }
  observe(context, task, snapshot);
  if (snapshot.at_start) {
    own_namespaces(context, task);
    if (!snapshot.task.stranger) note_initial(context, task);
  } else {
    const NamespaceId user = task.namespaces[CT_NS_USER].value;
    commit_program(task.identity, before, snapshot, to_host(context.state, user, 0, IdKind::kUid));
  }
  tell_identity(context, task, before);
  if (found)
    mounts_of_found_task(context, task, &snapshot);
  else if (snapshot.at_start)
    see_moved_task(context, task, snapshot);
  else
    mounts_of_new_program(context, task, snapshot);
  number(context, task, true);
}

void apply_exit(ModelContext& context, const TaskExit& exit) { end(context, edit_task(context, exit.task), &exit); }

void remember_program(ModelContext& context, const Call& call, TaskState& task) {
  PendingProgram program;
  for (const Argument& argument : call.args) {
    if (argument.spec->kind == ArgKind::kPath) program.path = argument.bytes;
    if (argument.spec->kind == ArgKind::kArgv) program.argv = argument.strings;
  }
  // One that took long is told when it has returned: after its snapshot.
  const uint64_t end_ns = call.start_ns + call.duration_ns.value_or(0);
  if (!task.programs.empty() && task.programs.back().time_ns >= call.start_ns &&
      task.programs.back().time_ns <= end_ns) {
    task.programs.back().path = std::move(program.path);
    task.programs.back().argv = std::move(program.argv);
    return;
  }
  context.books.executing.insert_or_assign(task.id, std::move(program));
}

void sweep_tasks(ModelContext& context) {
  for (const TaskId id : context.books.ended) context.state.tasks.erase(id);
  context.books.ended.clear();
}

}  // namespace cttrace
