// How the root file system becomes the root.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "act/acts.h"

namespace cttrace::ctrun {
namespace {

void enter_slash() {
  if (chdir("/") != 0) throw Failure(system_error("enter", "/"));
}

void pivot(const char* put_old, const std::string& rootfs) {
  if (syscall(SYS_pivot_root, ".", put_old) != 0) throw Failure(system_error("pivot_root into", rootfs));
}

}  // namespace

Outcome act(Context& context, const EnterRootfs&) {
  context.old_root.reset(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!context.old_root) throw Failure(system_error("open", "/"));
  if (fchdir(context.rootfs.get()) != 0) throw Failure(system_error("enter", "the root file system"));
  return Outcome::kDone;
}

Outcome act(Context&, const HideHostMount& step) {
  // Another one may have covered it, or it went with the one above.
  if (umount2(step.path.c_str(), MNT_DETACH) == 0) return Outcome::kDone;
  if (errno == EINVAL || errno == ENOENT) return Outcome::failed(errno);
  throw Failure(system_error("unmount the host's", step.path));
}

Outcome act(Context&, const SwitchRoot& step) {
  switch (step.by) {
    case RootBy::kPivot: pivot(".", step.rootfs); return Outcome::kDone;
    case RootBy::kPivotFolder:
      if (mkdir(kOldRoot, 0700) != 0 && errno != EEXIST) {
        Error error = system_error("make a folder for the old root in", step.rootfs);
        error.remedy = "--root-by pivot needs none";
        throw Failure(error);
      }
      pivot(kOldRoot, step.rootfs);
      break;
    case RootBy::kMove:
      if (mount(".", "/", nullptr, MS_MOVE, nullptr) != 0) throw Failure(system_error("move over /", step.rootfs));
      [[fallthrough]];
    case RootBy::kChroot:
      if (chroot(".") != 0) throw Failure(system_error("chroot into", step.rootfs));
      break;
  }
  enter_slash();
  return Outcome::kDone;
}

Outcome act(Context& context, const DetachOldRoot& step) {
  const bool folder = step.by == RootBy::kPivotFolder;
  const std::string path = folder ? std::string("/") + kOldRoot : ".";
  if (!folder && fchdir(context.old_root.get()) != 0) throw Failure(system_error("enter", "the old root"));
  if (mount(nullptr, path.c_str(), nullptr, MS_REC | MS_SLAVE, nullptr) != 0)
    throw Failure(system_error("make a slave of", "the old root"));
  if (umount2(path.c_str(), MNT_DETACH) != 0) throw Failure(system_error("detach", "the old root"));
  context.old_root.reset();
  if (folder && rmdir(path.c_str()) != 0) throw Failure(system_error("remove the folder of the old root", path));
  if (!folder) enter_slash();
  return Outcome::kDone;
}

Outcome act(Context&, const ReadonlyRoot&) {
  if (mount(nullptr, "/", nullptr, MS_RDONLY | MS_REMOUNT | MS_BIND, nullptr) != 0)
    throw Failure(system_error("make read-only", "/"));
  return Outcome::kDone;
}

Outcome act(Context& context, const EnterProcessRoot&) {
  if (fchdir(context.process_root.get()) != 0 || chroot(".") != 0)
    throw Failure(system_error("enter the root of", "the container"));
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
