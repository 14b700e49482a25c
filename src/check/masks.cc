#include "check/masks.h"

#include "check/evidence.h"

namespace cttrace {

bool is_a_mask(const ContainerFacts& container, const MountFacts& mount) {
  const MaskFacts* const mask = mask_of(container, mount.path);
  if (mask && !mask->error && mask->with != PathsMasked::With::kReadOnly) return true;
  if (mount.source_path == "/null") return true;
  return mount.filesystem == "tmpfs" && mount.path != "/" && is_read_only(mount).value;
}

}  // namespace cttrace
