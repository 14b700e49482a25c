// Mounts that nothing keeps which is known, and a descriptor may: what is shown of them again brings them back.
#pragma once

#include <map>

#include "cttrace/event.h"
#include "model/context.h"

namespace cttrace {

// A tree that has these mounts. What has gone of their filesystems meanwhile is as `filesystems` have it, otherwise
// unknown.
TreeId tree_again(State& state, const MountTree& mounts, const TreeInfo& info,
                  const std::map<FilesystemId, Filesystem>& filesystems = {});

// A mount namespace goes: nobody sees whether somebody has a descriptor of it.
void bury_mounts(ModelContext& context, const Namespace& ns);
// Somebody has entered a mount namespace that is not known, and its root is this now: is it one that has been buried?
// Numbers are given again, so the root has to be on the same mount. False: it is not.
bool exhume_mounts(ModelContext& context, NamespaceId entered, const MaybeFile& root);
// A new mount namespace has the number.
void forget_buried(ModelContext& context, uint32_t inode);

}  // namespace cttrace
