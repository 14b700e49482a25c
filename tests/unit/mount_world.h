// Worlds in which mounts come and go, and their tables as text.
#pragma once

#include <sys/mount.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "model_world.h"

namespace cttrace {

// On the host's mount namespace, of which `table` is the mountinfo: its first line is the root, with the id 20.
class MountWorld : public World {
 public:
  explicit MountWorld(const std::string& table = "20 1 0:20 / / rw - ext4 /dev/vda rw\n") {
    host = found(10, [&](Snapshot& snapshot) { snapshot.root = snapshot.cwd = place("/"); });
    apply(Mounts{.mount_ns = kHost[CT_NS_MNT], .time_ns = now(), .mountinfo = table});
  }

  Task host;

  // A child in a copy of the mount namespace.
  Task in_a_copy(const Task& creator, uint32_t tid, uint64_t other_flags = 0) {
    return forks(creator, tid, CLONE_NEWNS | other_flags);
  }
  void mounts(const Task& task, const std::string& source, const std::string& target, const std::string& type,
              uint64_t flags = 0, const EditCall& edit = {}) {
    calls(task, "mount", {source, target, type, flags, null()}, edit);
  }
  void binds(const Task& task, const std::string& source, const std::string& target, uint64_t flags = 0) {
    mounts(task, source, target, "", MS_BIND | flags);
  }
  void makes(const Task& task, const std::string& target, uint64_t type) { mounts(task, "", target, "", type); }
  void unmounts(const Task& task, const std::string& target, uint64_t flags = 0) {
    calls(task, "umount2", {target, flags});
  }

  const MountTree& tree(const Task& of) const { return *state().mounts_of(task(of)); }
  // Every mount in the order of the tree: where it is, what it was told to show, and its propagation. Peer groups are
  // numbered in the order in which they are met in all the tables that this is asked for.
  std::string table(const Task& of) {
    std::ostringstream text;
    for (const Slot slot : tree(of).in_tree_order()) {
      const Mount mount = tree(of).at(slot);
      if (!text.view().empty()) text << ", ";
      text << tree(of).path_of(slot) << ' ' << mount.source;
      if (mount.root != "/") text << '[' << mount.root << ']';
      if (mount.peer_group) text << " shared:" << number(mount.peer_group);
      if (mount.master) text << " master:" << number(mount.master);
      if (mount.unbindable) text << " unbindable";
    }
    return text.str();
  }

 private:
  static File place(const std::string& path) {
    File file{.path = path};
    file.fs_type = "ext4";
    file.mount_id = 20;
    file.mount_parent_id = 1;
    file.dev_minor = 20;
    file.mount_ns = kHost[CT_NS_MNT];
    return file;
  }
  size_t number(uint32_t group) { return numbers_.try_emplace(group, numbers_.size() + 1).first->second; }

  std::map<uint32_t, size_t> numbers_;
};

}  // namespace cttrace
