// What the program shall not see, or not change.
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "act/acts.h"
#include "act/in_root.h"
#include "act/mounting.h"

namespace cttrace::ctrun {
namespace {

bool is_missing(const Error& error) { return error.code == ENOENT || error.code == ENOTDIR; }

}  // namespace

Outcome act(Context& context, const MaskPath& step) {
  Result<Fd> found = find_in_root(context.rootfs, step.path);
  if (!found) {
    if (is_missing(found.error())) return Outcome::kSkipped;
    throw Failure(found.error());
  }
  struct stat info = {};
  if (fstat(found->get(), &info) != 0) throw Failure(system_error("mask", step.path));
  const MountTarget target(context, step.path);
  if (S_ISDIR(info.st_mode))
    new_mount(target, step.by, "tmpfs", {.destination = step.path, .type = "tmpfs", .flags = MS_RDONLY});
  else
    bind_mount(target, step.by, "/dev/null", MS_BIND, false);
  return Outcome::kDone;
}

Outcome act(Context& context, const ReadonlyPath& step) {
  Result<Fd> found = find_in_root(context.rootfs, step.path);
  if (!found) {
    if (is_missing(found.error())) return Outcome::kSkipped;
    throw Failure(found.error());
  }
  const MountTarget target(context, step.path);
  if (step.by == MountBy::kNewApi && !step.in_one_call) {
    const Fd tree = detached_copy(found->get(), "", true);
    set_attributes(tree, MOUNT_ATTR_RDONLY, 0, step.path);
    attach(tree, target, step.path);
    return Outcome::kDone;
  }
  const std::string itself = target.name(step.by, *found);
  const unsigned long mistaken = step.in_one_call ? MS_RDONLY : 0;
  if (mount(itself.c_str(), itself.c_str(), nullptr, MS_BIND | MS_REC | mistaken, nullptr) != 0)
    throw Failure(system_error("bind on itself", step.path));
  if (step.in_one_call) return Outcome::kDone;
  const Fd there = target.open();
  if (mount(nullptr, target.name(step.by, there).c_str(), nullptr,
            MS_REMOUNT | MS_BIND | MS_RDONLY | locked_flags(there), nullptr) != 0)
    throw Failure(system_error("make read-only", step.path));
  return Outcome::kDone;
}

Outcome act(Context& context, const WriteSysctl& step) {
  std::string file = "sys/" + step.name;
  std::replace(file.begin() + 4, file.end(), '.', '/');
  if (file.find("..") != std::string::npos)
    throw Failure(Error{.what = "set the sysctl", .subject = step.name, .why = "it is no name of one"});
  const Fd fd(openat(context.host_proc.get(), file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) throw Failure(system_error("set the sysctl", step.name));
  if (const Status written = write_all(fd.get(), step.value, step.name); !written) throw Failure(written.error());
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
