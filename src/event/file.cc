// What a file is called.
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
