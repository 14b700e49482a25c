// What a file is called.
#include <linux/sched.h>

#include "cttrace/event.h"
#include "cttrace/namespace.h"

namespace cttrace {
namespace {

std::string numbered(const std::string& what, uint64_t number) { return what + ":[" + std::to_string(number) + "]"; }

// What has a name that no path leads to.
std::string internal_name(const File& file) {
  if (file.fs_type == "pipefs") return numbered("pipe", file.inode);
  if (file.fs_type == "sockfs") return numbered("socket", file.inode);
  if (file.fs_type == "anon_inodefs" && file.path.size() > 1) return "anon_inode:" + file.path.substr(1);
  return file.path;  // "/memfd:name", "/dev/zero", as /proc/PID/maps has them
}

}  // namespace

const char* namespace_name(uint32_t clone_flag) {
  switch (clone_flag) {
    case CLONE_NEWNS: return "mnt";
    case CLONE_NEWUTS: return "uts";
    case CLONE_NEWIPC: return "ipc";
    case CLONE_NEWNET: return "net";
    case CLONE_NEWCGROUP: return "cgroup";
    case CLONE_NEWPID: return "pid";
    case CLONE_NEWTIME: return "time";
    case CLONE_NEWUSER: return "user";
    default: return nullptr;
  }
}

std::string File::shown() const {
  switch (kind) {
    case FileKind::kNamespace: {
      const char* name = namespace_name(target);
      return numbered(name ? name : "namespace", inode);
    }
    case FileKind::kPidfd: return target ? numbered("pidfd", target) : "anon_inode:[pidfd]";
    case FileKind::kFsContext: return "fscontext:[" + fs_type + "]";
    case FileKind::kPlain: break;
  }
  if (internal) return internal_name(*this);
  std::string place = path_cut ? "..." + path : path;
  if (!detached) return place;
  return "(detached " + fs_type + ")" + (place == "/" ? "" : place);
}

}  // namespace cttrace
