#include "model/effects.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "model/control_files.h"
#include "model/descriptors.h"
#include "model/devices.h"
#include "model/identity.h"
#include "model/mount_calls.h"
#include "model/mount_fds.h"
#include "model/namespace_calls.h"
#include "model/roots.h"
#include "model/tasks.h"

namespace cttrace {
namespace {

struct NamedEffect {
  std::string_view call;
  Effect effect;
};

// clone and its like are not here: the fork that they make tells what comes of them.
constexpr NamedEffect kEffects[] = {
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
    {"unshare", apply_unshare},
    {"setns", apply_setns},
    {"execve", remember_program},
    {"execveat", remember_program},
    {"mknod", apply_mknod},
    {"mknodat", apply_mknod},
    {"chown", apply_chown},
    {"fchown", apply_chown},
    {"lchown", apply_chown},
    {"fchownat", apply_chown},
    {"setuid", apply_uid_call},
    {"setreuid", apply_uid_call},
    {"setresuid", apply_uid_call},
    {"setfsuid", apply_uid_call},
    {"setgid", apply_gid_call},
    {"setregid", apply_gid_call},
    {"setresgid", apply_gid_call},
    {"setfsgid", apply_gid_call},
    {"setgroups", apply_setgroups},
    {"capset", apply_capset},
    {"prctl", apply_prctl},
    {"seccomp", apply_seccomp},
    {"keyctl", apply_keyctl},
    {"personality", apply_personality},
    {"prlimit64", apply_prlimit64},
    {"setrlimit", apply_setrlimit},
    {"sethostname", apply_sethostname},
    {"setdomainname", apply_sethostname},
    {"write", apply_control_write},
    {"pwrite64", apply_control_write},
    {"writev", apply_control_write},
    {"pwritev", apply_control_write},
};

// By index of the row: variants do what their call does.
std::vector<Effect> by_row() {
  std::vector<Effect> effects;
  for (const SyscallRow& row : syscall_rows()) {
    const auto* const found = std::ranges::find(kEffects, row.name, &NamedEffect::call);
    effects.push_back(found == std::end(kEffects) ? Effect() : found->effect);
  }
  return effects;
}

}  // namespace

Effect effect_of(const SyscallRow& row) {
  static const std::vector<Effect> effects = by_row();
  return effects[row.index];
}

}  // namespace cttrace
