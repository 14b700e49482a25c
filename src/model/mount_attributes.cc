#include "model/mount_attributes.h"

#include <string>
#include <vector>

#include "model/mount_state.h"

namespace cttrace {
namespace {

// Of options that are kept; more is cut.
constexpr size_t kMostOptions_bytes = 64u << 10;

void tell(Context& context, MountChanged::What what, MountId mount, const Mount& before, size_t below) {
  context.changes.emplace_back(MountChanged{.what = what,
                                            .mount = mount,
                                            .path = context.state.trees.at(mount.tree).path_of(mount.slot),
                                            .mounted = mount_at(context.state, mount),
                                            .before = before,
                                            .before_path = {},
                                            .propagated = false,
                                            .below = static_cast<uint32_t>(below)});
}

}  // namespace

void change_attributes(Context& context, MountId mount, bool recursively,
                       const std::function<uint64_t(uint64_t)>& changed, bool idmapped) {
  State& state = context.state;
  const Mount before = mount_at(state, mount);
  const MountTree& tree = state.trees.at(mount.tree);
  const std::vector<Slot> slots = recursively ? tree.subtree(mount.slot) : std::vector{mount.slot};
  MountTreeEditor editor(state.trees.at(mount.tree));
  for (Slot slot : slots) {
    const Mount known = tree.at(slot);
    editor.set_attributes(slot, changed(known.attributes), known.idmapped || idmapped);
  }
  editor.add_history(mount.slot, state.event);
  tell(context, MountChanged::What::kAttributes, mount, before, slots.size() - 1);
}

void reconfigure_filesystem(Context& context, MountId mount, bool read_only, std::string_view options) {
  State& state = context.state;
  const Mount before = mount_at(state, mount);
  const auto found = state.filesystems.find(before.filesystem);
  if (found == state.filesystems.end()) return;
  Filesystem& filesystem = found->second.edit();
  filesystem.read_only = {read_only, Evidence::kInferred};
  std::string& text = filesystem.options.value;
  if (!options.empty() && text.size() + options.size() < kMostOptions_bytes) {
    if (!text.empty()) text += ',';
    text += options;
  }
  MountTreeEditor(state.trees.at(mount.tree)).add_history(mount.slot, state.event);
  tell(context, MountChanged::What::kReconfigured, mount, before, 0);
}

}  // namespace cttrace
