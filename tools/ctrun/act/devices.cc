// Device nodes and links.
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>

#include "act/acts.h"
#include "act/in_root.h"
#include "act/mounting.h"

namespace cttrace::ctrun {
namespace {

mode_t file_type(char type) {
  switch (type) {
    case 'b': return S_IFBLK;
    case 'p': return S_IFIFO;
    default: return S_IFCHR;
  }
}

void make_node(Context& context, const DeviceNode& device) {
  const Place place = place_in_root(context.rootfs, device.path);
  const dev_t number = device.type == 'p' ? 0 : makedev(device.major, device.minor);
  if (mknodat(place.folder.get(), place.name.c_str(), file_type(device.type) | device.mode, number) != 0) {
    // What an image brings along is taken where it is the same.
    struct stat there = {};
    const bool same = errno == EEXIST &&
                      fstatat(place.folder.get(), place.name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 &&
                      (there.st_mode & S_IFMT) == file_type(device.type) && there.st_rdev == number;
    if (!same) throw Failure(system_error("make the device", device.path, errno ? errno : EEXIST));
    fchmodat(place.folder.get(), place.name.c_str(), device.mode, 0);
  }
  if (fchownat(place.folder.get(), place.name.c_str(), device.uid, device.gid, AT_SYMLINK_NOFOLLOW) != 0)
    throw Failure(system_error("give the device its owner", device.path));
}

}  // namespace

Outcome act(Context& context, const MakeDevice& step) {
  if (step.by == DevicesBy::kMknod) {
    make_node(context, step.device);
    return Outcome::kDone;
  }
  const MountTarget target(context, step.device.path);
  ensure_file_in_root(context.rootfs, step.device.path);
  if (step.by == DevicesBy::kBind)
    bind_mount(target, step.mounts, step.device.path, MS_BIND, false);
  else
    attach(detached_copy(context.devtmpfs.get(), step.device.path.substr(5), false), target, step.device.path);
  return Outcome::kDone;
}

Outcome act(Context& context, const OpenDevtmpfs&) {
  context.devtmpfs = detached_filesystem("devtmpfs", "devtmpfs", {});
  return Outcome::kDone;
}

Outcome act(Context& context, const MakeLinks& step) {
  for (const auto& [path, target] : step.links) {
    const Place place = place_in_root(context.rootfs, path);
    if (symlinkat(target.c_str(), place.folder.get(), place.name.c_str()) == 0) continue;
    // devpts made it, or the image has one: only /dev/ptmx must be the container's own.
    if (errno == EEXIST && path != "/dev/ptmx") continue;
    if (errno == EEXIST && unlinkat(place.folder.get(), place.name.c_str(), 0) == 0 &&
        symlinkat(target.c_str(), place.folder.get(), place.name.c_str()) == 0)
      continue;
    throw Failure(system_error("make the link", path));
  }
  return Outcome::kDone;
}

}  // namespace cttrace::ctrun
