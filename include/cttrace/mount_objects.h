// What mounts hang together by, beside their trees: peer groups, descriptors, ids.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cttrace/mounts.h"

namespace cttrace {

// What an fsopen or fspick descriptor configures.
struct FsContext {
  std::string type;
  FilesystemId filesystem = 0;  // 0: not created yet
  std::string source;
  std::string options;  // as given so far, separated by commas
  std::vector<EventNumber> history;
};

// A descriptor that a mount depends on.
struct MountDescriptor {
  uint32_t context = 0;  // of fsopen or fspick: in MountObjects::contexts
  TreeId tree = 0;       // of fsmount or open_tree: the detached tree that it keeps
  bool close_on_exec = false;
};

struct DescriptorTable {
  uint32_t users = 0;  // tasks
  std::map<int, MountDescriptor> descriptors;
};

struct TreeInfo {
  bool anonymous = false;  // of descriptors: in no namespace
  bool doubtful = false;   // the kernel's answers and the model's differ
  uint32_t owner = 0;      // NamespaceId of the user namespace that owns the mount namespace
  uint32_t inode = 0;      // of the mount namespace; 0: not seen yet
  uint32_t holders = 0;    // descriptors that keep it
};

struct MountObjects {
  uint32_t next_id = 0;  // of contexts, tables and trees
  std::map<uint32_t, FsContext> contexts;
  std::map<uint32_t, DescriptorTable> tables;
  std::map<TreeId, TreeInfo> trees;
  std::map<uint32_t, TreeId> by_inode;   // mount namespaces
  std::map<uint32_t, uint32_t> masters;  // of peer groups that are slaves: the group's master
};

}  // namespace cttrace
