#include "model/mount_attributes.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "base/mount_options.h"
#include "model/mount_state.h"

namespace cttrace {
namespace {

// Of options that are kept; more is cut.
constexpr size_t kMostAttributeOptions_bytes = 64u << 10;

// Of these there is one superblock, or one to a hierarchy, which stays as it is whoever mounts it again
// (get_tree_single, fs/super.c; kernfs_get_tree): it may be there where nobody saw it.
bool has_one_for_all(std::string_view type) {
  constexpr std::string_view kTypes[] = {"binfmt_misc", "cgroup",  "cgroup2", "configfs",   "debugfs",   "devtmpfs",
                                         "efivarfs",    "fusectl", "pstore",  "securityfs", "selinuxfs", "tracefs"};
  return std::ranges::find(kTypes, type) != std::end(kTypes);
}

// What an option is about: "size" of "size=1m", "acl" of "acl" and "noacl".
std::string_view subject_of(std::string_view option) {
  const size_t equals = option.find('=');
  if (equals != std::string_view::npos) return option.substr(0, equals);
  return option.starts_with("no") ? option.substr(2) : option;
}

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

mount_attr attributes_in(const Argument& argument) {
  mount_attr attributes = {};
  std::memcpy(&attributes, argument.bytes.data(), std::min(argument.bytes.size(), sizeof(attributes)));
  return attributes;
}

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

std::string filesystem_options(std::string_view before, std::string_view given) {
  std::vector<std::string_view> kept;
  for (const std::string_view words : {before, given}) {
    for (const std::string_view option : separated_options(words)) {
      if (option == "ro" || option == "rw") continue;
      // One more each time: overlayfs' lowerdir+.
      const std::string_view subject = subject_of(option);
      if (!subject.ends_with('+'))
        std::erase_if(kept, [&](std::string_view other) { return subject_of(other) == subject; });
      kept.push_back(option);
    }
  }
  std::string text;
  for (const std::string_view option : kept)
    if (text.size() + option.size() < kMostAttributeOptions_bytes) text.append(text.empty() ? "" : ",").append(option);
  return text;
}

bool is_always_read_only(std::string_view type) {
  return type == "squashfs" || type == "erofs" || type == "iso9660" || type == "romfs" || type == "cramfs";
}

Fact<bool> read_only_as_made(std::string_view type, bool asked, std::string_view options, bool all_told) {
  if (type == "mqueue") return {false, Evidence::kInferred};
  if (asked && has_one_for_all(type)) return {true, Evidence::kUnknown};
  if (asked || is_always_read_only(type)) return {true, Evidence::kInferred};
  if (type != "overlay") return {false, Evidence::kInferred};
  const bool has_upper = std::ranges::any_of(separated_options(options),
                                             [](std::string_view option) { return option.starts_with("upperdir="); });
  return {!has_upper, has_upper || all_told ? Evidence::kInferred : Evidence::kUnknown};
}

void reconfigure_filesystem(Context& context, MountId mount, bool read_only, std::string_view options) {
  State& state = context.state;
  const Mount before = mount_at(state, mount);
  const auto found = state.filesystems.find(before.filesystem);
  if (found == state.filesystems.end()) return;
  Filesystem& filesystem = found->second.edit();
  filesystem.read_only = {read_only || is_always_read_only(filesystem.type), Evidence::kInferred};
  if (!options.empty()) filesystem.options.value = filesystem_options(filesystem.options.value, options);
  MountTreeEditor(state.trees.at(mount.tree)).add_history(mount.slot, state.event);
  tell(context, MountChanged::What::kReconfigured, mount, before, 0);
}

}  // namespace cttrace
