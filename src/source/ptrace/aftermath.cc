// What a call that succeeded has made: of its caller, as bpf/aftermath.h tells it; and of what no /proc tells.
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/securebits.h>

#include "source/ptrace/capture_state.h"
#include "source/ptrace/filesystems.h"
#include "source/ptrace/mount_list.h"
#include "source/ptrace/task_facts.h"

namespace cttrace::ptrace {

// A new user namespace begins with none (set_cred_user_ns, kernel/user_namespace.c).
void Capture::State::remember_securebits(Tracee& tracee, const SyscallRow& row, const CallAtEntry& call) {
  uint32_t& bits = tracee.securebits;
  if (row.name == "unshare" && call.args[0] & CLONE_NEWUSER) bits = SECUREBITS_DEFAULT;
  const bool joins = row.name == "setns";
  const int first = static_cast<int>(call.args[0]);
  if (joins && (call.args[1] & CLONE_NEWUSER ||
                namespace_type(read_link(task_path(tracee.tid, "fd", first)).value_or("")) == CLONE_NEWUSER))
    bits = SECUREBITS_DEFAULT;
  if (row.name != "prctl") return;
  const auto option = static_cast<uint32_t>(first);
  if (option == PR_SET_SECUREBITS) bits = static_cast<uint32_t>(call.args[1]);
  if (option != PR_SET_KEEPCAPS || bits == kUnknownSecurebits) return;
  bits &= ~issecure_mask(SECURE_KEEP_CAPS);
  if (call.args[1]) bits |= issecure_mask(SECURE_KEEP_CAPS);
}

// The filesystem that fspick has found at the path: looked for again, while its caller stands still.
FsContext Capture::State::picked(Tracee& tracee, const CallAtEntry& call, const std::optional<std::string>& path) {
  const int fd = static_cast<int>(call.args[0]);
  const SyscallRow& row = syscall_rows()[call.row->id];
  std::optional<FileStatus> there;
  if (path && path->empty())
    there = file_status(task_path(tracee.tid, "fd", fd));
  else if (path && !files.tree_held(tracee, fd))
    there = status_at(views, tracee, {.dirfd = fd, .path = *path, .follow = follows_last_link(row, call.args)});
  // What no mount has for its device is a part of a filesystem (btrfs).
  std::string type = there ? views.fs_type_of(there->dev) : std::string();
  const uint32_t device = type.empty() ? 0 : there->dev;
  return {.fs_type = std::move(type), .source = std::nullopt, .device = device};
}

// Filesystem contexts, and the trees that they and open_tree make.
void Capture::State::remember_contexts(Tracee& tracee, const SyscallRow& row, const CallAtEntry& call, int returned) {
  const int first = static_cast<int>(call.args[0]);
  const TaskMemory memory = memories.of(tracee.tid);
  const auto text = [&](size_t arg) {
    std::string read;
    return memory.read_text(read, CT_PATH_MAX, call.args[arg]) == TaskMemory::Text::kWhole ? std::optional(read)
                                                                                           : std::nullopt;
  };
  if (row.name == "fsopen") files.contexts.made(tracee, returned, {.fs_type = text(0).value_or(""), .source = "none"});
  if (row.name == "fspick") files.contexts.made(tracee, returned, picked(tracee, call, text(1)));
  if (row.name == "fsconfig" && static_cast<uint32_t>(call.args[1]) == FSCONFIG_SET_STRING && text(2) == "source")
    files.contexts.named_source(tracee, first, text(3).value_or(""));
  if (row.name == "fsmount") {
    const FsContext context = files.contexts.of(tracee, first);
    const bool known = context.source && is_mounted_whole(context.fs_type);
    files.made_tree(tracee, returned, context.fs_type,
                    known ? std::optional(Shown{.root = "/", .source = *context.source}) : std::nullopt);
  }
  if ((row.name == "open_tree" || row.name == "open_tree_attr") && call.args[2] & OPEN_TREE_CLONE) {
    const std::optional<std::string> path = text(1);
    const std::string copy = task_path(tracee.tid, "fd", returned);
    const PathGiven given = {.dirfd = first,
                             .path = path ? std::string_view(*path) : std::string_view(),
                             .follow = follows_last_link(row, call.args)};
    std::optional<Shown> shown;
    const Files::DetachedTree* const tree = files.tree_held(tracee, first);
    if (path && tree && tree->shown && (path->empty() || !asks_somebody(tree->fs_type))) {
      shown = path->empty() ? tree->shown : cloned_place_below(*tree->shown, tracee, given, copy);
    } else if (path && !tree) {
      shown = cloned_place(views, tracee, given, copy);
    }
    files.made_tree(tracee, returned, {}, std::move(shown));
  }
}

void Capture::State::remember(Tracee& tracee, const CallAtEntry& call, int64_t ret) {
  const SyscallRow& row = syscall_rows()[call.row->id];
  const int returned = static_cast<int>(ret), first = static_cast<int>(call.args[0]);
  remember_securebits(tracee, row, call);
  // Who enters a namespace has the topmost of the mounts on its root, and may see less than is there.
  if (row.name == "setns") tracee.partial_mounts = true;
  if (row.name == "unshare" && call.args[0] & CLONE_NEWNS) views.made_namespace(views.namespace_of(tracee));
  if (call.row->flags & CT_ROW_MAKES_NODE) node_makers.insert(tracee.tgid);
  if (row.groups & kCgroup && ret > 0) tell_of_move(tracee, call);
  if (row.groups & kMount) remember_contexts(tracee, row, call, returned);
  if (row.name == "move_mount") {
    const auto info = first >= 0 ? descriptor_info(tracee.tid, first) : std::nullopt;
    if (info && info->mount_id) files.attached_tree(*info->mount_id);
  }
}

void Capture::State::capture_mount(const SeenMount& mount) {
  // Of a control group's it is told from ours, and not from the filesystem's root.
  if (!mount.root.starts_with("/.."))
    maker.capture(CT_ARG_MOUNT_ROOT, CT_CAP_STRING, CT_OK, mount.fs_type == "nsfs" ? "" : components_of(mount.root));
  maker.capture(CT_ARG_MOUNT_SOURCE, CT_CAP_STRING, CT_OK, mount.source);
}

void Capture::State::capture_newest_mount(Tracee& tracee, const MountView& view, const SeenMount& mount) {
  SeenFile seen;
  ct_file& file = seen.file;
  file.fd = -1;
  file.dev = mount.dev;
  file.mnt_id = mount.id;
  file.mnt_parent_id = mount.parent_id;
  file.mnt_ns = view.mnt_ns;
  mount.fs_type.copy(file.fs_type, sizeof(file.fs_type) - 1);
  const std::string path = task_path(tracee.tid, "root") + mount.mountpoint;
  file.sb_magic = filesystem_magic(mount.fs_type, view.answers(mount.mountpoint) ? path : std::string());
  if (view.answers(mount.mountpoint)) {
    const std::optional<FileStatus> status = file_status(path, false);
    // Something else may be mounted on it.
    if (status && status->mount_id == mount.id) {
      file.ino = status->inode;
      file.mode = status->mode;
      file.rdev = status->rdev;
    }
  }
  // Of the namespace, and not of the root from which it is seen.
  const std::string above = view.whole ? "/" : read_link(task_path(tracee.tid, "root")).value_or("/");
  if (const uint32_t type = mount.fs_type == "nsfs" ? namespace_type(mount.root) : 0) {
    file.kind = CT_FILE_NSFS;
    file.target = type;
    file.ino = parse_namespace_link(mount.root).value_or(0);
  }
  seen.components = components_of(mount.mountpoint) + components_of(above);
  maker.capture(CT_ARG_NEWEST_MOUNT, CT_CAP_FILE, CT_OK, seen.bytes());
  capture_mount(mount);
}

// How many there are, and which is the newest: the last line, where all are seen. Otherwise the kernel is asked.
void Capture::State::capture_mounts_now(Tracee& tracee) {
  const MountView& view = views.of(tracee);
  uint64_t count = view.mounts.size() + view.hidden;
  const SeenMount* newest = view.mounts.empty() ? nullptr : &view.mounts.back();
  if (!view.whole) {
    const std::optional<MountList> all = list_mounts(tracee.tid);
    if (!all) return;
    count = all->count;
    newest = view.with_id(all->newest);
  }
  if (newest) capture_newest_mount(tracee, view, *newest);
  maker.capture(CT_ARG_MOUNT_COUNT, CT_CAP_COUNT, CT_OK, {reinterpret_cast<const char*>(&count), sizeof(count)});
}

void Capture::State::capture_aftermath(Tracee& tracee, const CallAtEntry& call, int64_t ret) {
  const uint32_t flags = call.row->flags;
  const int first = static_cast<int>(call.args[0]);
  if (flags & CT_ROW_AFTER_NAMESPACES) {
    const auto& namespaces = tracee.namespaces.of(tracee.tid).inodes;
    maker.capture(CT_ARG_NAMESPACES, CT_CAP_NAMESPACES, CT_OK,
                  {reinterpret_cast<const char*>(namespaces.data()), sizeof(namespaces)});
  }
  if (flags & CT_ROW_AFTER_CWD) capture_file(tracee, CT_ARG_CWD, CT_CAP_FILE, Files::Where::kCwd);
  if (flags & CT_ROW_AFTER_ROOT) capture_file(tracee, CT_ARG_ROOT, CT_CAP_FILE, Files::Where::kRoot);
  if (flags & CT_ROW_AFTER_MOUNTS) capture_mounts_now(tracee);
  if (flags & CT_ROW_AFTER_TREE) {
    const auto info = descriptor_info(tracee.tid, static_cast<int>(ret));
    const SeenMount* const mount = info && info->mount_id ? views.of(tracee).with_id(*info->mount_id) : nullptr;
    if (mount) {
      capture_mount(*mount);
    } else if (const auto* const tree = files.tree_held(tracee, static_cast<int>(ret)); tree && tree->shown) {
      maker.capture(CT_ARG_MOUNT_ROOT, CT_CAP_STRING, CT_OK, components_of(tree->shown->root));
      maker.capture(CT_ARG_MOUNT_SOURCE, CT_CAP_STRING, CT_OK, tree->shown->source);
    }
  }
  if (flags & CT_ROW_AFTER_MOVE && first >= 0)
    capture_file(tracee, CT_ARG_MOVED, CT_CAP_FILE, Files::Where::kFd, first);
}

}  // namespace cttrace::ptrace
