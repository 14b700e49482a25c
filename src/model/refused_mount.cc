#include "model/refused_mount.h"

#include <algorithm>

#include "model/mount_flags.h"
#include "model/mount_state.h"
#include "tables/fallbacks.h"

namespace cttrace {

MountKind kind_of(const Refused& refused) {
  const uint64_t flags = without_magic(refused.raw(3));
  if (flags & MS_REMOUNT) return MountKind::kRemount;
  if (flags & MS_BIND) return MountKind::kBind;
  if (propagation_types(flags)) return MountKind::kPropagation;
  return flags & MS_MOVE ? MountKind::kMove : MountKind::kNew;
}

bool is_elsewhere(const Refused& refused, MountId mount) {
  const TreeInfo* const info = tree_info(refused.state(), mount.tree);
  return info && !info->anonymous && mount.tree != tree_of(refused.state(), refused.task);
}

std::string listed(const std::vector<std::string>& words) {
  constexpr size_t kMost = 4;
  std::string text;
  for (size_t i = 0; i < std::min(words.size(), kMost); ++i) text += (i ? ", " : "") + words[i];
  if (words.size() > kMost) text += ", and " + std::to_string(words.size() - kMost) + " more";
  return text;
}

}  // namespace cttrace
