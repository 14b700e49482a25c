// Attaching mounts with what follows from it elsewhere: peers and slaves of the mount that they come onto get copies.
#pragma once

#include <string_view>
#include <vector>

#include "cttrace/change.h"
#include "model/mounts_api.h"

namespace cttrace {

// Mounts that are in no tree yet, or a picture of some that are: parents before children.
struct LooseMount {
  Mount mount;        // its `parent` means nothing here
  size_t parent = 0;  // index; of the first: its own
};
using LooseMounts = std::vector<LooseMount>;

// What a bind makes: copies of the mount, which shows `path` then, and with `recursive` of all mounted below that.
// Peers of their originals. Unbindable mounts are left out, and where `namespace_files` is false those that stand for
// mount namespaces, each with what is on it.
LooseMounts copies_of(const State& state, MountId mount, std::string_view path, bool recursive, bool namespace_files);

// What comes onto `parent` at `path` (in its filesystem); what is there already goes on top of it.
struct Attachment {
  MountId parent;
  std::string_view path;
  MountChanged::What what = MountChanged::What::kMounted;
};

struct Attached {
  std::vector<Slot> mounts = {};  // those that were given, in their order
  std::vector<Slot> copies = {};  // of them that propagation brought into the same tree
};
// The changes are told.
Attached attach(Context& context, LooseMounts mounts, const Attachment& where);
// A mount of the same tree, with all that is on it.
void attach_moved(Context& context, MountId mount, const Attachment& where);
// The whole of another tree, which is no more then. The new slots by the old ones.
std::vector<std::pair<Slot, Slot>> attach_tree(Context& context, TreeId tree, const Attachment& where);

}  // namespace cttrace
