// What mounts hang together by, beside their trees: peer groups, descriptors, ids.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "cttrace/copy_on_write.h"
#include "cttrace/mounts.h"

namespace cttrace {

// A peer group. Who is in it is asked of the trees.
struct PeerGroup {
  uint32_t master = 0;             // of all its mounts
  bool elsewhere = false;          // seen as a master only: its mounts are where nobody looked
  TreeId witness = 0;              // where somebody was seen in it last
  std::set<uint32_t> slaves = {};  // groups of which it is the master
  std::set<TreeId> trees = {};  // where mounts came into it, or became its slaves, one by one: these and their copies
};
using PeerGroups = std::map<uint32_t, PeerGroup>;

// What an fsopen or fspick descriptor configures. Without any holder: the last one that is known went with its table,
// and nobody says whether another one was passed on.
struct FsContext {
  std::string type = {};
  uint32_t number = 0;          // File::context; 0: not known
  bool whole = true;            // false: nobody saw how it began, and what it was told until then
  uint32_t keyed_by = 0;        // Filesystem::keyed_by: as it was at fsopen
  FilesystemId filesystem = 0;  // 0: not created yet
  std::optional<std::string> source = {};
  std::string options = {};  // as given so far, separated by commas
  bool read_only = false;
  uint32_t holders = 0;         // descriptors, as far as they are known
  bool held_elsewhere = false;  // another one does that nobody saw come: a duplicate, or one that was passed on
  std::vector<EventNumber> history = {};
};

// A descriptor that mounts depend on.
struct MountDescriptor {
  uint32_t context = 0;  // of fsopen or fspick: in MountObjects::contexts
  TreeId tree = 0;       // of fsmount or open_tree: the detached tree that it keeps
  bool close_on_exec = false;
};

struct DescriptorTable {
  uint32_t users = 0;  // tasks
  std::map<int, MountDescriptor> descriptors = {};
};

// Of an fs struct.
struct FsUsers {
  uint32_t tasks = 0;
  // The kernel's answer, where the model could not place it yet: its mount table is still to come.
  MaybeFile root = {}, cwd = {};
};

struct TreeInfo {
  bool gone = false;                   // only its copies are still there
  bool anonymous = false;              // of descriptors: in no namespace
  bool unknown = false;                // of a namespace that nobody looked into
  std::string doubt = {};              // why the model of it may be wrong; empty: it is not known to be
  uint32_t owner = 0;                  // NamespaceId of the user namespace that owns it
  uint32_t inode = 0;                  // of the mount namespace; 0: not seen yet
  uint32_t holders = 0;                // descriptors that keep it, as far as they are known
  bool held_elsewhere = false;         // another one does that nobody saw come: a duplicate, or one that was passed on
  std::optional<int64_t> unseen = {};  // mounts that the kernel counts there, and nobody can see
  int64_t off_by = 0;  // the kernel counted so many more than the model, once: somebody who is not traced was there
  // Mounts of the latest calls, and when these returned: a copy that was made before that may not have them.
  std::vector<std::pair<Slot, uint64_t>> latest = {};
  std::vector<Slot> uncertain = {};  // of a copy: such mounts
  TreeId copied_from = 0;
  std::set<TreeId> copies = {};
  std::set<uint32_t> kernel_ids = {};  // of an anonymous one: that its mounts have, or had
};

// A detached tree whose last descriptor that is known went with its table, or at an execve. The kernel does not tell of
// that whether somebody else has it, who was passed it unseen: who has will show it.
struct BuriedTree {
  uint32_t kernel_id = 0;  // of its root
  uint32_t owner = 0;      // TreeInfo::owner
  MountTree mounts;
};

struct MountObjects {
  uint32_t last_id = 0;  // of contexts, descriptor tables, fs structs, trees, peer groups, filesystems
  std::map<uint32_t, FsContext> contexts = {};
  std::map<uint32_t, DescriptorTable> tables = {};
  std::map<TreeId, TreeInfo> trees = {};
  std::map<uint32_t, std::set<TreeId>> anonymous = {};  // of `trees`, those of descriptors: by TreeInfo::kernel_ids
  std::vector<BuriedTree> buried = {};                  // the latest
  std::map<uint32_t, TreeId> by_inode = {};             // mount namespaces
  std::map<uint32_t, FsUsers> fs = {};                  // by their number in State::fs_structs
  std::map<MountId, std::set<uint32_t>> standing = {};  // such numbers, by the mount that their root or cwd is in
  CopyOnWrite<PeerGroups> groups;
  std::map<uint32_t, uint32_t> kernel_groups = {};  // when tracing began: the kernel's numbers of peer groups, and ours
  std::map<FilesystemId, std::set<TreeId>>
      shown_in;                                   // trees where mounts of it came one by one: these and their copies
  std::map<uint64_t, FilesystemId> devices = {};  // major << 32 | minor
  std::set<FilesystemId> of_namespaces = {};      // those of type nsfs
  size_t swept = 0;                               // how many groups and filesystems the last look for unused ones left
};

}  // namespace cttrace
