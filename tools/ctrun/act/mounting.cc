// The calls, each with an error that says what was to be mounted where.
#include "act/mounting.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "act/in_root.h"
#include "plan/parts.h"

namespace cttrace::ctrun {
namespace {

constexpr unsigned long kNotOfMount = MS_BIND | MS_REC | MS_SILENT | MS_REMOUNT;

[[noreturn]] void failed(const std::string& what, const std::string& where, const std::string& said = {}) {
  Error error = system_error("mount " + (what.empty() ? "none" : what) + " on", where);
  if (!said.empty()) error.why += ", " + said;
  throw Failure(error);
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

// What the kernel says of a filesystem context: "e tmpfs: Unknown parameter 'x'".
std::string said_by(const Fd& context) {
  const int code = errno;
  std::array<char, 512> line = {};
  const ssize_t length = read(context.get(), line.data(), line.size());
  errno = code;
  if (length <= 2) return {};
  std::string text(line.data() + 2, static_cast<size_t>(length) - 2);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

void configure(const Fd& context, unsigned command, const char* key, const char* value, const std::string& type) {
  if (syscall(SYS_fsconfig, context.get(), command, key, value, 0) == 0) return;
  const std::string said = said_by(context);
  failed(type, key ? std::string("option ") + key : "nowhere yet", said);
}

}  // namespace

Fd MountTarget::open() const {
  Result<Fd> found = find_in_root(context_.rootfs, path_);
  if (!found) throw Failure(found.error());
  return std::move(*found);
}

std::string MountTarget::name(MountBy by, const Fd& fd) const {
  if (by != MountBy::kPath) return fd_path(fd);
  std::string path(4096, '\0');
  const std::string link = "self/fd/" + std::to_string(fd.get());
  const ssize_t length = readlinkat(context_.host_proc.get(), link.c_str(), path.data(), path.size());
  if (length <= 0) throw Failure(system_error("find the path of", path_));
  path.resize(static_cast<size_t>(length));
  return path;
}

unsigned long locked_flags(const Fd& at) {
  struct statfs info = {};
  if (fstatfs(at.get(), &info) != 0) return 0;
  unsigned long flags = 0;
  if (info.f_flags & ST_RDONLY) flags |= MS_RDONLY;
  if (info.f_flags & ST_NOSUID) flags |= MS_NOSUID;
  if (info.f_flags & ST_NODEV) flags |= MS_NODEV;
  if (info.f_flags & ST_NOEXEC) flags |= MS_NOEXEC;
  return flags;
}

Fd detached_copy(int folder, const std::string& path, bool recursive) {
  const unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0U) |
                         (path.empty() ? static_cast<unsigned>(AT_EMPTY_PATH) : 0U);
  Fd tree(static_cast<int>(syscall(SYS_open_tree, folder, path.c_str(), flags)));
  if (!tree) throw Failure(system_error("copy the mount of", path));
  return tree;
}

void set_attributes(const Fd& mount, uint64_t set, uint64_t clear, const std::string& about) {
  mount_attr attributes = {};
  attributes.attr_set = set;
  attributes.attr_clr = clear;
  if (syscall(SYS_mount_setattr, mount.get(), "", AT_EMPTY_PATH, &attributes, sizeof attributes) != 0)
    throw Failure(system_error("change the mount of", about));
}

void attach(const Fd& mount, const MountTarget& target, const std::string& what) {
  const Fd place = target.open();
  if (syscall(SYS_move_mount, mount.get(), "", place.get(), "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0)
    failed(what, target.path());
}

Fd detached_filesystem(const std::string& type, const std::string& source, const Mount& mount) {
  const Fd context(static_cast<int>(syscall(SYS_fsopen, type.c_str(), FSOPEN_CLOEXEC)));
  if (!context) failed(type, "nowhere yet");
  if (!source.empty()) configure(context, FSCONFIG_SET_STRING, "source", source.c_str(), type);
  for (const std::string& flag : superblock_flags(mount.flags))
    configure(context, FSCONFIG_SET_FLAG, flag.c_str(), nullptr, type);
  for (const std::string& option : mount.data) {
    const size_t equals = option.find('=');
    const std::string key = option.substr(0, equals);
    if (equals == std::string::npos)
      configure(context, FSCONFIG_SET_FLAG, key.c_str(), nullptr, type);
    else
      configure(context, FSCONFIG_SET_STRING, key.c_str(), option.c_str() + equals + 1, type);
  }
  configure(context, FSCONFIG_CMD_CREATE, nullptr, nullptr, type);
  Fd made(static_cast<int>(syscall(SYS_fsmount, context.get(), FSMOUNT_CLOEXEC, mount_attributes(mount.flags))));
  if (!made) failed(type, "nowhere yet", said_by(context));
  return made;
}

void bind_mount(const MountTarget& target, MountBy by, const std::string& source, unsigned long flags,
                bool keep_locked_flags) {
  unsigned long rest = flags & ~kNotOfMount;
  if (by == MountBy::kNewApi) {
    const Fd tree = detached_copy(AT_FDCWD, source, flags & MS_REC);
    if (rest) {
      const AttributeChange change = remount_attributes(rest | (keep_locked_flags ? locked_flags(tree) : 0));
      set_attributes(tree, change.set, change.clear, source);
    }
    attach(tree, target, source);
    return;
  }
  const Fd below = target.open();
  if (mount(source.c_str(), target.name(by, below).c_str(), nullptr, MS_BIND | (flags & MS_REC), nullptr) != 0)
    failed(source, target.path());
  if (!rest) return;
  const Fd there = target.open();
  if (keep_locked_flags) rest |= locked_flags(there);
  if (mount(nullptr, target.name(by, there).c_str(), nullptr, MS_REMOUNT | MS_BIND | rest, nullptr) != 0)
    failed(source + " with other flags", target.path());
}

void new_mount(const MountTarget& target, MountBy by, const std::string& source, const Mount& asked) {
  if (by == MountBy::kNewApi) {
    attach(detached_filesystem(asked.type, source, asked), target, asked.type);
    return;
  }
  const Fd place = target.open();
  const std::string data = joined(asked.data);
  if (mount(source.c_str(), target.name(by, place).c_str(), asked.type.c_str(), asked.flags,
            data.empty() ? nullptr : data.c_str()) != 0)
    failed(asked.type, target.path());
}

void remount(const MountTarget& target, MountBy by, const Mount& asked) {
  const Fd there = target.open();
  const std::string data = joined(asked.data);
  if (mount(nullptr, target.name(by == MountBy::kPath ? by : MountBy::kFd, there).c_str(), nullptr, asked.flags,
            data.empty() ? nullptr : data.c_str()) != 0)
    failed("again", target.path());
}

void set_propagation(const MountTarget& target, MountBy by, unsigned long flags) {
  const Fd there = target.open();
  if (by == MountBy::kNewApi) {
    mount_attr attributes = {};
    attributes.propagation = flags & ~static_cast<unsigned long>(MS_REC);
    if (syscall(SYS_mount_setattr, there.get(), "", AT_EMPTY_PATH | (flags & MS_REC ? AT_RECURSIVE : 0), &attributes,
                sizeof attributes) != 0)
      throw Failure(system_error("change the propagation of", target.path()));
    return;
  }
  if (mount(nullptr, target.name(by, there).c_str(), nullptr, flags, nullptr) != 0)
    throw Failure(system_error("change the propagation of", target.path()));
}

}  // namespace cttrace::ctrun
