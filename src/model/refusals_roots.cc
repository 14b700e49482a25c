// path_pivot_root, fs/namespace.c; ksys_chroot, fs/open.c
#include <linux/capability.h>

#include "model/mount_state.h"
#include "model/refusal_reasons.h"

namespace cttrace {
namespace {

struct Pivot {
  const State& state;
  const MountTree& tree;
  Place root, new_root, put_old;

  bool is_shared(Slot slot) const { return slot != kNoSlot && tree.at(slot).peer_group != 0; }
  Slot under(const Place& place) const { return tree.parent_of(place.mount.slot); }
};

// None: it is not known where all that is, or it is not in one mount namespace.
std::optional<Pivot> pivot_of(const Refused& refused) {
  const std::optional<Place> root = refused.root(), new_root = refused.place(0), put_old = refused.place(1);
  if (!root || !new_root || !put_old) return std::nullopt;
  const TreeId tree = tree_of(refused.state(), refused.task);
  const Place onto = crossed(refused.state(), *put_old);
  if (root->mount.tree != tree || new_root->mount.tree != tree || onto.mount.tree != tree) return std::nullopt;
  return Pivot{refused.state(), refused.state().trees.at(tree), *root, *new_root, onto};
}

}  // namespace

std::string may_not_change_root(const Refused& refused) {
  return what_lacks(refused, {CAP_SYS_CHROOT, "CAP_SYS_CHROOT"}, refused.task.namespaces[CT_NS_USER].value, {});
}

std::string pivots_elsewhere(const Refused& refused) {
  const std::optional<Place> new_root = refused.place(0);
  const TreeId own = tree_of(refused.state(), refused.task);
  return new_root && own && new_root->mount.tree != own ? "new_root is in another mount namespace" : "";
}

std::string pivots_among_shared(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  if (!pivot) return {};
  if (pivot->is_shared(pivot->put_old.mount.slot)) return "put_old is on a shared mount";
  if (pivot->is_shared(pivot->under(pivot->new_root))) return "what new_root is mounted on is shared";
  return pivot->is_shared(pivot->under(pivot->root)) ? "what the root is mounted on is shared" : "";
}

std::string pivots_to_what_is_locked(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  if (!pivot || !pivot->tree.at(pivot->new_root.mount.slot).locked) return {};
  return "new_root came from a more privileged mount namespace, and cannot be moved alone: bind it on itself first";
}

std::string pivots_on_one_mount(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  if (!pivot) return {};
  if (pivot->new_root.mount == pivot->root.mount)
    return "new_root is on the mount that is the root: bind it on itself first";
  return pivot->put_old.mount == pivot->root.mount ? "put_old is on the mount that is the root" : "";
}

std::string pivots_in_chroot(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  return pivot && !is_mount_root(pivot->state, pivot->root) ? "its root is no mount point (chroot)" : "";
}

std::string pivots_the_first_root(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  if (!pivot || pivot->under(pivot->root) != kNoSlot) return {};
  return "the root is the first one of its mount namespace (an initramfs), which cannot be put elsewhere";
}

std::string pivots_to_no_mount_point(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  return pivot && !is_mount_root(pivot->state, pivot->new_root) ? "new_root is no mount point: bind it on itself first"
                                                                : "";
}

std::string puts_old_elsewhere(const Refused& refused) {
  const std::optional<Pivot> pivot = pivot_of(refused);
  if (!pivot || !is_mount_root(pivot->state, pivot->new_root)) return {};
  if (!is_within(pivot->state, pivot->new_root.mount, pivot->root.mount)) return "new_root is not below the root";
  return is_within(pivot->state, pivot->put_old.mount, pivot->new_root.mount) ? "" : "put_old is not below new_root";
}

}  // namespace cttrace
