// Changing attributes of mounts, and options of filesystems.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "model/mounts_api.h"
#include "tables/fallbacks.h"

namespace cttrace {

// What mount_setattr and open_tree_attr are given. The caller's struct may be of another length: what is not there is
// 0.
mount_attr attributes_in(const Argument& argument);
// `changed` makes the new attributes of the old. One change is told for all of them.
void change_attributes(Context& context, MountId mount, bool recursively,
                       const std::function<uint64_t(uint64_t)>& changed, bool idmapped = false);
// Options of a filesystem that has `before` when `given` are given to it: each once, whatever comes last. Without ro
// and rw, which are no options of its own, and kept as Filesystem::read_only.
std::string filesystem_options(std::string_view before, std::string_view given);
// Nobody can write to these: they set SB_RDONLY whenever they are mounted or reconfigured (squashfs_fill_super,
// squashfs_reconfigure...), or are not mounted without it (isofs_fill_super).
bool is_always_read_only(std::string_view type);
// Of a filesystem that is new. `asked`: by who makes it. An overlay without an upper layer is read-only by itself
// (ovl_fill_super, fs/overlayfs/super.c); where not all options were told, nobody knows whether it has one. Every ipc
// namespace has an mqueue before anybody mounts it; whether the kernel has one of debugfs nobody knows.
Fact<bool> read_only_as_made(std::string_view type, bool asked, std::string_view options, bool all_told);
// `options`: as they were given, or empty.
void reconfigure_filesystem(Context& context, MountId mount, bool read_only, std::string_view options);

}  // namespace cttrace
