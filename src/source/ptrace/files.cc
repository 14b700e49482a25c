#include "source/ptrace/files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/proc_text.h"
#include "cttrace/namespace.h"
#include "source/ptrace/capture.h"
#include "source/ptrace/filesystems.h"
#include "source/ptrace/mount_list.h"

namespace cttrace::ptrace {
namespace {

constexpr std::string_view kDeleted = " (deleted)";
constexpr size_t kMostRemembered = 4096;

std::string path_of(const Tracee& tracee, Files::Where where, int fd) {
  switch (where) {
    case Files::Where::kCwd: return task_path(tracee.tid, "cwd");
    case Files::Where::kRoot: return task_path(tracee.tid, "root");
    case Files::Where::kExe: return task_path(tracee.tid, "exe");
    case Files::Where::kFd: break;
  }
  return task_path(tracee.tid, "fd", fd);
}

void name_type(ct_file& file, std::string_view fs_type) {
  std::memset(file.fs_type, 0, sizeof(file.fs_type));
  fs_type.copy(file.fs_type, sizeof(file.fs_type) - 1);
}

// A file that is called "x (deleted)" looks like one that was.
bool was_deleted(const Tracee& tracee, const MountView& view, const std::string& link, const FileStatus& status) {
  if (!link.ends_with(kDeleted)) return false;
  if (status.links == 0 || !view.answers(link)) return true;
  const std::optional<FileStatus> named = file_status(task_path(tracee.tid, "root") + link, false);
  return !named || named->inode != status.inode || named->dev != status.dev || named->mount_id != status.mount_id;
}

uint32_t device_of(const Fd& fd) {
  const auto status = fd ? file_status(task_path(static_cast<uint32_t>(getpid()), "fd", fd.get())) : std::nullopt;
  return status ? status->dev : 0;
}

}  // namespace

uint32_t namespace_type(std::string_view link) {
  const std::string_view name = link.substr(0, link.find(":["));
  const auto* const ns = std::ranges::find(kNamespaceTypes, name, &NamespaceType::name);
  return ns == kNamespaceTypes.end() ? 0 : ns->flag;
}

std::string SeenFile::bytes() const {
  if (status != CT_OK && status != CT_TRUNCATED) return {};
  return std::string(reinterpret_cast<const char*>(&file), sizeof(file)) + components;
}

Files::Files(MountViews& views) : views_(views) {
  shm_device_ = device_of(Fd(memfd_create("cttrace", MFD_CLOEXEC)));
  anonymous_device_ = device_of(Fd(eventfd(0, EFD_CLOEXEC)));
  if (const auto status = file_status("/proc/self/ns/mnt")) namespaces_mount_ = status->mount_id;
}

void Files::place(Tracee& tracee, const std::optional<MountViews::Found>& found, SeenFile& seen) {
  if (!found) return;
  seen.file.mnt_ns = found->mnt_ns;
  seen.file.mnt_parent_id = found->mount->parent_id;
  seen.file.dev = found->mount->dev;
  name_type(seen.file, found->mount->fs_type);
  if (found->mnt_ns && found->mnt_ns != views_.namespace_of(tracee)) seen.file.flags |= CT_FILE_OTHER_NS;
}

void Files::look_at_path(Tracee& tracee, std::string link, const std::string& path, const FileStatus& status,
                         SeenFile& seen) {
  ct_file& file = seen.file;
  std::string fs_type;
  const DetachedTree* const detached = detached_tree(tracee, file.mnt_id, path);
  std::optional<MountViews::Found> found;
  const bool deleted = was_deleted(tracee, views_.of(tracee), link, status);
  if (deleted) link.resize(link.size() - kDeleted.size());
  if (deleted && file.dev == shm_device_) {
    file.flags |= CT_FILE_INTERNAL;
    file.mnt_parent_id = file.mnt_id;
    fs_type = "tmpfs";
  } else if (detached) {
    file.flags |= CT_FILE_DETACHED;
    file.mnt_parent_id = file.mnt_id;
    fs_type = detached->fs_type;
  } else if ((found = views_.find(tracee, file.mnt_id, file.dev, link, path))) {
    place(tracee, found, seen);
    fs_type = found->mount->fs_type;
  } else {
    fs_type = views_.fs_type_of(file.dev);
    if (views_.is_nowhere(file.mnt_id, path)) {
      file.flags |= CT_FILE_DETACHED;
      if (link == "/") file.mnt_parent_id = file.mnt_id;
    }
  }
  if (deleted && !(file.flags & CT_FILE_INTERNAL)) file.flags |= CT_FILE_DELETED;
  name_type(file, fs_type);
  file.sb_magic = filesystem_magic(fs_type, path);
  seen.components = components_of(link);
}

// "mnt:[4026531841]", "pipe:[12]", "anon_inode:[eventpoll]".
void Files::look_at_special(Tracee& tracee, const std::string& link, const std::optional<DescriptorInfo>& info,
                            const FileStatus& status, SeenFile& seen) {
  ct_file& file = seen.file;
  const std::string_view text = link;
  const std::string_view what = text.substr(0, text.find(':'));
  const std::string_view name = text.substr(std::min(what.size() + 1, text.size()));
  file.mnt_parent_id = file.mnt_id;
  file.flags |= CT_FILE_INTERNAL;
  std::string_view fs_type;
  if (const uint32_t type = namespace_type(text)) {
    file.kind = CT_FILE_NSFS;
    file.target = type;
    file.ino = parse_namespace_link(link).value_or(0);
    fs_type = "nsfs";
    // One that is mounted somewhere.
    if (file.mnt_id != namespaces_mount_) {
      if (const auto found = views_.find(tracee, file.mnt_id, file.dev, {}, task_path(tracee.tid, "fd", file.fd))) {
        file.flags &= ~CT_FILE_INTERNAL;
        seen.components = components_of(found->mount->mountpoint);
        place(tracee, found, seen);
      }
    }
  } else if (name == "[pidfd]" || what == "pidfd") {
    const bool own_filesystem = status.dev != anonymous_device_;
    file.kind = CT_FILE_PIDFD;
    file.target = info && info->pid > 0 ? static_cast<uint32_t>(info->pid) : 0;
    fs_type = own_filesystem ? "pidfs" : "anon_inodefs";
    if (!own_filesystem) seen.components = components_of(name);
  } else if (name == "[fscontext]") {
    file.kind = CT_FILE_FS_CONTEXT;
    file.sb_magic = ANON_INODE_FS_MAGIC;
    const FsContext configured = contexts.of(tracee, file.fd);
    name_type(file, configured.fs_type);
    file.target = configured.device;
    file.rdev = configured.number;
    seen.components = components_of(name);
    return;
  } else if (what == "anon_inode") {
    fs_type = "anon_inodefs";
    seen.components = components_of(name);
  } else if (what == "pipe") {
    fs_type = "pipefs";
  } else if (what == "socket") {
    fs_type = "sockfs";
  }
  name_type(file, fs_type);
  file.sb_magic = filesystem_magic(fs_type, {});
}

std::optional<SeenFile> Files::look(Tracee& tracee, Where where, int fd) {
  SeenFile seen;
  const std::string path = path_of(tracee, where, fd);
  const std::optional<std::string> link = read_link(path);
  if (where == Where::kFd && (fd < 0 || (!link && errno == ENOENT))) {
    seen.status = CT_NO_FILE;
    return seen;
  }
  if (!link && errno != ENAMETOOLONG) return std::nullopt;
  const std::optional<FileStatus> status = file_status(path);
  if (!status) return std::nullopt;
  const auto info = where == Where::kFd ? descriptor_info(tracee.tid, fd) : std::nullopt;
  ct_file& file = seen.file;
  file.fd = where == Where::kFd ? fd : -1;
  file.ino = info && info->inode ? *info->inode : status->inode;
  file.dev = status->dev;
  file.rdev = status->rdev;
  file.mode = status->mode;
  file.mnt_id = info && info->mount_id ? *info->mount_id : status->mount_id;
  file.open_flags = info ? info->open_flags : 0;
  if (!link) {
    seen.status = CT_TRUNCATED;
    file.flags |= CT_FILE_PATH_CUT;
    place(tracee, views_.find(tracee, file.mnt_id, file.dev, {}, path), seen);
  } else if (link->starts_with('/')) {
    look_at_path(tracee, *link, path, *status, seen);
  } else {
    look_at_special(tracee, *link, info, *status, seen);
  }
  if (where == Where::kRoot && !seen.components.empty()) file.flags |= CT_FILE_CHROOT;
  return seen;
}

std::optional<SeenFile> Files::look(Tracee& tracee, const Fd& own) {
  const std::string path = "/proc/self/fd/" + std::to_string(own.get());
  const std::optional<std::string> link = own ? read_link(path) : std::nullopt;
  const std::optional<FileStatus> status = link ? file_status(path) : std::nullopt;
  if (!status || !link->starts_with('/')) return std::nullopt;
  SeenFile seen;
  seen.file.fd = -1;
  seen.file.ino = status->inode;
  seen.file.dev = status->dev;
  seen.file.rdev = status->rdev;
  seen.file.mode = status->mode;
  seen.file.mnt_id = status->mount_id;
  look_at_path(tracee, *link, path, *status, seen);
  return seen;
}

bool Files::is_control_file(Tracee& tracee, int fd) {
  const std::string path = task_path(tracee.tid, "fd", fd);
  const std::optional<std::string> link = fd < 0 ? std::nullopt : read_link(path);
  if (!link || !link->starts_with('/')) return false;
  const std::optional<FileStatus> status = file_status(path);
  if (!status || status->dev >> 20 != 0) return false;  // they are all on devices without a driver
  const auto found = views_.find(tracee, status->mount_id, status->dev, *link, path);
  const std::string fs_type = found ? found->mount->fs_type : views_.fs_type_of(status->dev);
  switch (filesystem_magic(fs_type, path)) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC: return true;
    default: return false;
  }
}

bool Files::is_stderr(Tracee& tracee, int fd) {
  const auto is_made_same = [&] { return is_same_file(tracee.tid, 1, tracee.tid, 2).value_or(false); };
  if (fd != 2 && (fd != 1 || !tracee.own_stdout || !is_made_same())) return false;
  return !is_control_file(tracee, fd);
}

// Ids are used again: one that was attached meanwhile by somebody who is not traced, or is another mount's by now, is
// none.
const Files::DetachedTree* Files::detached_tree(Tracee& tracee, uint32_t mount_id, const std::string& path) {
  const auto found = detached_.find(mount_id);
  if (found == detached_.end()) return nullptr;
  if (!views_.of(tracee).with_id(mount_id) && found->second.unique_id == unique_mount_id(path)) return &found->second;
  detached_.erase(found);
  return nullptr;
}

bool Files::holds_detached_tree(Tracee& tracee, int fd, const std::string& path) {
  if (detached_.empty()) return false;
  const std::optional<DescriptorInfo> info = descriptor_info(tracee.tid, fd);
  return info && info->open_flags & O_PATH && info->mount_id && detached_tree(tracee, *info->mount_id, path);
}

bool Files::keeps_filesystem(Tracee& tracee, int fd) {
  if (fd < 0 || !any_kept()) return false;
  const std::string path = task_path(tracee.tid, "fd", fd);
  const std::optional<std::string> leads_to = read_link(path);
  return leads_to == "/" ? holds_detached_tree(tracee, fd, path) : leads_to == "anon_inode:[fscontext]";
}

// A file that is on its way through a socket is seen nowhere.
std::vector<OpenedBy> Files::held_elsewhere(const Tracee& tracee, int fd, const std::set<uint32_t>& processes) const {
  std::vector<OpenedBy> found;
  const auto info = descriptor_info(tracee.tid, fd);
  const auto leads_to = read_link(task_path(tracee.tid, "fd", fd));
  if (!info || !info->mount_id || !leads_to) return found;
  const bool is_tree = leads_to == "/";
  for (const uint32_t process : processes) {
    const bool own = process == tracee.tgid;
    if (!own && has_same_table(tracee.tid, process)) continue;
    for (const int other : open_descriptors(process).value_or(std::vector<int>())) {
      if (own && other == fd) continue;
      if (read_link(task_path(process, "fd", other)) != leads_to) continue;
      const auto there = descriptor_info(process, other);
      if (!there || there->mount_id != info->mount_id || (is_tree && !(there->open_flags & O_PATH))) continue;
      // Not where somebody has opened it again; a kernel without kcmp cannot tell.
      if (is_same_file(tracee.tid, fd, process, other).value_or(is_tree)) found.push_back({process, other});
    }
  }
  return found;
}

void Files::made_tree(const Tracee& tracee, int fd, std::string fs_type, std::optional<Shown> shown) {
  const std::string path = task_path(tracee.tid, "fd", fd);
  const auto info = descriptor_info(tracee.tid, fd);
  const auto status = file_status(path);
  if (!info || !info->mount_id || !status) return;
  if (fs_type.empty()) fs_type = views_.fs_type_of(status->dev);
  views_.made_filesystem(status->dev, fs_type);
  if (detached_.size() > kMostRemembered) detached_.clear();
  detached_[*info->mount_id] = {
      .unique_id = unique_mount_id(path), .fs_type = std::move(fs_type), .shown = std::move(shown)};
}

const Files::DetachedTree* Files::tree_held(Tracee& tracee, int fd) {
  const auto info = descriptor_info(tracee.tid, fd);
  return info && info->mount_id ? detached_tree(tracee, *info->mount_id, task_path(tracee.tid, "fd", fd)) : nullptr;
}

}  // namespace cttrace::ptrace
