// The root file system and the mounts in it.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "act/acts.h"
#include "act/in_root.h"
#include "act/loop_device.h"
#include "act/mounting.h"

namespace cttrace::ctrun {
namespace {

bool is_folder(const std::string& path) {
  struct stat found = {};
  if (stat(path.c_str(), &found) != 0) throw Failure(system_error("bind", path));
  return S_ISDIR(found.st_mode);
}

void open_rootfs(Context& context, const std::string& rootfs) {
  context.rootfs.reset(open(rootfs.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!context.rootfs) throw Failure(system_error("open the root file system", rootfs));
}

}  // namespace

Outcome act(Context&, const SetPropagation& step) {
  if (mount(nullptr, step.path.c_str(), nullptr, step.flags, nullptr) != 0)
    throw Failure(system_error("change the propagation of", step.path));
  return Outcome::kDone;
}

Outcome act(Context& context, const BindRootfs& step) {
  if (mount(step.rootfs.c_str(), step.rootfs.c_str(), nullptr, MS_BIND | MS_REC, nullptr) != 0)
    throw Failure(system_error("bind the root file system", step.rootfs));
  open_rootfs(context, step.rootfs);
  return Outcome::kDone;
}

Outcome act(Context& context, const DoMount& step) {
  const Mount& asked = step.mount;
  const MountTarget target(context, asked.destination);
  if (asked.flags & MS_REMOUNT) {
    Mount again = asked;
    if (step.keep_locked_flags && (asked.flags & MS_BIND)) again.flags |= locked_flags(target.open());
    remount(target, step.by, again);
    return Outcome::kDone;
  }
  const bool file = (asked.flags & MS_BIND) && !is_folder(step.source);
  if (file)
    ensure_file_in_root(context.rootfs, asked.destination);
  else
    ensure_folder_in_root(context.rootfs, asked.destination);
  if (asked.flags & MS_BIND) {
    bind_mount(target, step.by, step.source, asked.flags, step.keep_locked_flags);
  } else if (asked.loop) {
    const LoopDevice device(step.source, asked.flags & MS_RDONLY);
    new_mount(target, step.by, device.path(), asked);
  } else {
    new_mount(target, step.by, step.source, asked);
  }
  for (const unsigned long flags : asked.propagations) set_propagation(target, step.by, flags);
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
