#include "check/masks.h"

#include "base/paths.h"
#include "base/words.h"
#include "check/evidence.h"
#include "render/mount_words.h"

namespace cttrace {

bool is_a_mask(const ContainerFacts& container, const MountFacts& mount) {
  const MaskFacts* const mask = mask_of(container, mount.path);
  if (mask && !mask->error && mask->with != PathsMasked::With::kReadOnly) return true;
  if (mount.source_path == "/null") return true;
  return mount.filesystem == "tmpfs" && mount.path != "/" && is_read_only(mount).value;
}

std::string why_not_there(std::string_view path, std::string_view mount, std::string_view filesystem,
                          std::string_view options) {
  for (const std::string_view folder : {"/proc", "/sys"})
    if (is_below(path, folder) && !is_below(mount, folder)) return std::string(folder) + " is not mounted";
  if (filesystem == "proc" && mount == "/proc" && has_word(options, "subset=pid", ','))
    return "/proc shows processes alone (subset=pid)";
  return {};
}

std::string why_not_there(std::string_view path, const MountFacts& around) {
  const Fact<std::string>& options = around.superblock_options;
  return why_not_there(path, around.path, around.filesystem, options.known() ? options.value : std::string());
}

std::optional<bool> is_there(const KernelFiles& files, const std::string& path, const MountFacts& around) {
  const bool is_kernels = (around.path == "/proc" && around.filesystem == "proc") ||
                          (around.path == "/sys" && around.filesystem == "sysfs");
  const auto file = files.find(path);
  if (!is_kernels || around.source_path != "/" || file == files.end()) return std::nullopt;
  return file->second;
}

}  // namespace cttrace
