#include "model/mounts_api.h"

#include <algorithm>
#include <string_view>

#include "model/descriptors.h"
#include "model/mount_calls.h"
#include "model/mount_fds.h"
#include "model/mount_state.h"
#include "model/peer_groups.h"
#include "model/roots.h"

namespace cttrace {
namespace {

struct Effect {
  std::string_view name;
  void (*apply)(Context&, const Call&, TaskState&);
};

constexpr Effect kEffects[] = {
    {"mount", apply_mount},
    {"umount2", apply_umount},
    {"umount", apply_umount},
    {"pivot_root", apply_pivot_root},
    {"chroot", apply_chroot},
    {"chdir", apply_chdir},
    {"fchdir", apply_fchdir},
    {"fsopen", apply_fsopen},
    {"fspick", apply_fspick},
    {"fsconfig", apply_fsconfig},
    {"fsmount", apply_fsmount},
    {"open_tree", apply_open_tree},
    {"open_tree_attr", apply_open_tree},
    {"move_mount", apply_move_mount},
    {"mount_setattr", apply_mount_setattr},
    {"close", apply_close},
    {"close_range", apply_close_range},
};

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
          .overmount = overmount, .copies_are_bindable = overmount && !has("mount.unbindable_copied")};
}

bool apply_mount_call(Context& context, const Call& call, TaskState& task) {
  const auto* effect = std::ranges::find(kEffects, call.row->name, &Effect::name);
  if (effect == std::end(kEffects)) return false;
  forget_unused(context.state);
  if (!task.fs) mounts_of_found_task(context, task, nullptr);
  see_files(context, call, task);
  effect->apply(context, call, task);
  if (call.returned_file) see_file(context, *call.returned_file);
  return true;
}

}  // namespace cttrace
