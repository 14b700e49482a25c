// The deliberate mistakes, each one that runtimes have made.
#include "config/choices.h"

namespace cttrace::ctrun {

const std::vector<MistakeRow>& mistakes() {
  static const std::vector<MistakeRow> rows = {
      {Mistake::kOldRootMounted, "old-root-mounted",
       "The old root is left mounted in the new one, at /.ctrun-old-root: the host's files can be read and written."},
      {Mistake::kSharedPropagation, "shared-propagation",
       "Mounts stay peers of the host's: what is mounted below a volume in the container appears on the host."},
      {Mistake::kHostProc, "host-proc",
       "The host's /proc is bound instead of a new one: every process of the host can be seen."},
      {Mistake::kWritableSys, "writable-sys", "/sys is mounted without ro: the host's devices can be configured."},
      {Mistake::kUnmaskedPath, "unmasked-path", "The first of the paths to mask is forgotten and can be read."},
      {Mistake::kWritablePath, "writable-path",
       "The first of the read-only paths is bound with MS_RDONLY in one call, which the kernel ignores for a bind: it "
       "stays writable."},
      {Mistake::kLeakedFd, "leaked-fd",
       "A descriptor of the host's root folder is not closed at execve: /proc/self/fd leads out of the container."},
      {Mistake::kCwdOutside, "cwd-outside",
       "The working directory is a folder of the host: relative paths lead out of the container."},
      {Mistake::kNoNewPrivsForgotten, "no-new-privs-forgotten",
       "no_new_privs is not set: setuid programs in the container still give privileges."},
      {Mistake::kCapabilitiesKept, "capabilities-kept", "No capability is dropped: the program has all of them."},
      {Mistake::kSeccompTooLate, "seccomp-too-late",
       "The filter is loaded when the capability for that is gone, and its failure is ignored: there is no filter."},
      {Mistake::kChrootOnly, "chroot-only",
       "The root is changed by chroot instead of pivot_root: the host's mounts stay, and chroot again leads out."},
      {Mistake::kDiskDevice, "disk-device",
       "There is a device node of a disk, with mode 0666, and the cgroup allows it."},
      {Mistake::kSetuidFirst, "setuid-first",
       "The user is changed before the groups, which then fails and is ignored: an ordinary user keeps group 0."},
  };
  return rows;
}

}  // namespace cttrace::ctrun
