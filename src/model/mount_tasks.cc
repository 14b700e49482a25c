// What comes and goes with tasks: their fs structs (root and working directory) and their descriptors.
#include <utility>

#include "model/descriptors.h"
#include "model/file_places.h"
#include "model/mount_state.h"
#include "tables/fallbacks.h"

namespace cttrace {
namespace {

uint32_t new_fs(State& state) {
  MountObjects& objects = state.mount_objects.edit();
  const uint32_t id = ++objects.last_id;
  objects.fs[id].tasks = 1;
  state.fs_structs[id];
  return id;
}

uint32_t copied_fs(State& state, uint32_t fs) {
  const uint32_t copy = new_fs(state);
  if (const FsStruct* places = fs_in(state, fs)) {
    const FsStruct copied = *places;
    set_root(state, copy, copied.root);
    set_cwd(state, copy, copied.cwd);
  }
  MountObjects& objects = state.mount_objects.edit();
  if (const auto original = objects.fs.find(fs); original != objects.fs.end()) {
    const MaybeFile root = original->second.root, cwd = original->second.cwd;
    objects.fs[copy].root = root;
    objects.fs[copy].cwd = cwd;
  }
  return copy;
}

void leave_fs(State& state, uint32_t fs) {
  MountObjects& objects = state.mount_objects.edit();
  const auto found = objects.fs.find(fs);
  if (found != objects.fs.end() && --found->second.tasks == 0) forget_fs(state, fs);
}

// The kernel's answer to where the task's root and working directory are.
void see_places(Context& context, const TaskState& task, const MaybeFile& root, const MaybeFile& cwd) {
  State& state = context.state;
  const TreeId tree = tree_of(state, task);
  for (const bool is_root : {true, false}) {
    const MaybeFile& file = is_root ? root : cwd;
    const FsStruct* fs = fs_in(state, task.fs);
    if (!file || !fs) continue;
    const Place tracked = is_root ? fs->root : fs->cwd;
    const Place* expected = tree_in(state, tracked.mount.tree) ? &tracked : nullptr;
    const Place place = find_file(context, *file, expected, tree);
    is_root ? set_root(state, task.fs, place) : set_cwd(state, task.fs, place);
    if (tree_in(state, place.mount.tree) || is_nowhere(*file) || !file->mount_ns) continue;
    FsUsers& users = state.mount_objects.edit().fs[task.fs];
    (is_root ? users.root : users.cwd) = file;
  }
}

// What the kernel says of the task is what is known of the fs struct.
bool is_there(Context& context, const TaskState& task, const MaybeFile& said, const MaybeFile& waiting,
              const Place& tracked) {
  if (!said) return true;
  if (waiting) return waiting->mount_id == said->mount_id && waiting->path == said->path;
  const Place place = find_file(context, *said, &tracked, tree_of(context.state, task));
  return place.mount == tracked.mount && place.path == tracked.path;
}

// Nearly all threads share their process's fs struct. Who left it is in another mount namespace, or elsewhere in it.
bool shares_fs(Context& context, const TaskState& task, const TaskState& leader, const Snapshot* snapshot) {
  if (!snapshot) return true;
  if (task.namespaces[CT_NS_MNT].value != leader.namespaces[CT_NS_MNT].value) return false;
  const FsUsers waiting = context.state.mount_objects->fs.at(leader.fs);
  const FsStruct known = *context.state.fs_structs.at(leader.fs);
  return is_there(context, task, snapshot->root, waiting.root, known.root) &&
         is_there(context, task, snapshot->cwd, waiting.cwd, known.cwd);
}

}  // namespace

void mounts_of_found_task(Context& context, TaskState& task, const Snapshot* snapshot) {
  State& state = context.state;
  const auto leader = state.tasks.find(task.leader);
  const TaskState* const process =
      leader != state.tasks.end() && leader->first != task.id && leader->second->fs ? &*leader->second : nullptr;
  if (process && shares_fs(context, task, *process, snapshot)) {
    task.fs = process->fs;
    ++state.mount_objects.edit().fs[task.fs].tasks;
  } else {
    task.fs = new_fs(state);
  }
  // Whether it has unshared its descriptors nobody tells.
  if (process) {
    task.files = process->files;
    ++state.mount_objects.edit().tables[task.files].users;
  } else {
    task.files = new_descriptor_table(state);
  }
  if (snapshot) see_places(context, task, snapshot->root, snapshot->cwd);
}

void see_moved_task(Context& context, TaskState& task, const Snapshot& snapshot) {
  leave_fs(context.state, task.fs);
  task.fs = new_fs(context.state);
  see_places(context, task, snapshot.root, snapshot.cwd);
}

void mounts_of_new_task(Context& context, const TaskState& creator, TaskState& child, uint64_t clone_flags) {
  State& state = context.state;
  if ((clone_flags & CLONE_FS) && creator.fs) {
    child.fs = creator.fs;
    ++state.mount_objects.edit().fs[child.fs].tasks;
  } else {
    child.fs = copied_fs(state, creator.fs);
  }
  if ((clone_flags & CLONE_FILES) && creator.files) {
    child.files = creator.files;
    ++state.mount_objects.edit().tables[child.files].users;
  } else {
    child.files = copied_descriptor_table(state, creator.files);
  }
}

void unshare_mounts_of(Context& context, TaskState& task, uint64_t unshare_flags) {
  State& state = context.state;
  MountObjects& objects = state.mount_objects.edit();
  const auto fs = objects.fs.find(task.fs);
  if ((unshare_flags & (CLONE_FS | CLONE_NEWNS | CLONE_NEWUSER)) && fs != objects.fs.end() && fs->second.tasks > 1) {
    const uint32_t shared = task.fs;
    task.fs = copied_fs(state, shared);
    leave_fs(state, shared);
  }
  const auto table = objects.tables.find(task.files);
  if ((unshare_flags & CLONE_FILES) && table != objects.tables.end() && table->second.users > 1) {
    const uint32_t shared = task.files;
    task.files = copied_descriptor_table(state, shared);
    leave_descriptor_table(context, shared, false);
  }
}

void mounts_of_new_program(Context& context, TaskState& task, const Snapshot& snapshot) {
  // begin_new_exec gives the program a descriptor table of its own.
  unshare_mounts_of(context, task, CLONE_FILES);
  close_on_exec(context, task.files);
  see_places(context, task, snapshot.root, snapshot.cwd);
}

void mounts_of_ended_task(Context& context, const TaskState& task, const std::optional<std::vector<File>>& held) {
  leave_fs(context.state, task.fs);
  if (held) see_held(context, task, *held);
  // One that is on its way through a socket is among the references alone.
  const bool told = held && std::ranges::all_of(*held, [](const File& file) { return file.references != 0; });
  leave_descriptor_table(context, task.files, told);
}

void enter_mounts(Context& context, TaskState& task, TreeId tree, const Call* call) {
  State& state = context.state;
  const FsStruct* fs = fs_in(state, task.fs);
  const FsStruct before = fs ? *fs : FsStruct{};
  Place place = {.evidence = Evidence::kUnknown, .shown = "/"};
  const MountTree* mounts = tree_in(state, tree);
  if (mounts && mounts->root() != kNoSlot) {
    // From the root of the namespace to what is mounted on it (mntns_install, fs/namespace.c).
    place = crossed(state, root_of_mount(state, {tree, mounts->root()}, Evidence::kInferred));
  }
  const auto settled = [&](const MaybeFile& answer) {
    return answer ? find_file(context, *answer, mounts && !mounts->size() ? nullptr : &place, tree) : place;
  };
  set_root(state, task.fs, call ? settled(call->after.root) : place);
  set_cwd(state, task.fs, call ? settled(call->after.cwd) : place);
  const FsStruct after = *fs_in(state, task.fs);
  context.changes.emplace_back(RootChanged{.task = task.id, .before = before.root, .after = after.root});
  context.changes.emplace_back(CwdChanged{.task = task.id, .before = before.cwd, .after = after.cwd});
}

}  // namespace cttrace
