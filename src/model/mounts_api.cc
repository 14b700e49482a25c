#include "model/mounts_api.h"

#include <algorithm>
#include <string_view>

#include "model/descriptors.h"
#include "model/mount_fds.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"

namespace cttrace {
namespace {

// As they were when the call began.
void see_files(Context& context, const Call& call, const TaskState& task) {
  for (const Argument& argument : call.args) {
    if (argument.file) see_file(context, *argument.file);
    if (argument.file && argument.file->detached)
      see_descriptor(context, task, static_cast<int>(argument.raw), *argument.file);
    if (argument.file && argument.file->kind == FileKind::kFsContext)
      see_context(context, task, static_cast<int>(argument.raw), *argument.file);
    if (argument.base) see_file(context, *argument.base);
  }
}

}  // namespace

KernelRules rules_of(const TraceInfo& info) {
  const auto has = [&](std::string_view trait) {
    return std::ranges::find(info.kernel_traits, trait) != info.kernel_traits.end();
  };
  const bool overmount = has("mount.overmount");
  return {.by_ptrace = info.backend == "ptrace",
          .overmount = overmount,
          .copies_are_bindable = overmount && !has("mount.unbindable_copied")};
}

void apply_mount_call(Context& context, const Call& call, TaskState& task, MountEffect effect) {
  forget_unused(context.state);
  if (!task.fs) mounts_of_found_task(context, task, nullptr);
  see_files(context, call, task);
  effect(context, call, task);
  if (call.returned_file) see_file(context, *call.returned_file);
}

}  // namespace cttrace
