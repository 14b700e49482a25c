#include "model/refused.h"

#include "model/mount_state.h"
#include "model/path_walk.h"

namespace cttrace {
namespace {

constexpr uint32_t kInitialUserNamespace = 0xEFFFFFFD;  // PROC_USER_INIT_INO, include/linux/proc_ns.h
constexpr int kMostLevels = 40;  // more than the kernel nests; what a recording says may be a circle

bool is_initial(const State& state, NamespaceId user_namespace) {
  const Namespace* const ns = state.ns(user_namespace);
  return ns && ns->inode == kInitialUserNamespace;
}

// None: not known.
std::optional<bool> has_effective(const TaskState& task, Capability capability) {
  const Fact<Identity::Capabilities>& sets = task.identity.capabilities;
  if (!sets.known()) return std::nullopt;
  return (sets.value.effective >> capability.number & 1) != 0;
}

}  // namespace

std::string_view Refused::text(size_t index) const {
  const bool known = index < call.args.size() && call.args[index].reading == Reading::kOk && !call.args[index].changed;
  return known ? text_of(call.args[index]) : std::string_view();
}

std::optional<Place> Refused::sure(std::optional<Place> place) const {
  if (!place || !tree_in(state(), place->mount.tree) || !state().doubt_of(place->mount.tree).empty())
    return std::nullopt;
  return place;
}

std::optional<Place> Refused::place(size_t path, std::optional<size_t> dirfd) const {
  return sure(find_path(context, task, {.call = call, .path = path, .dirfd = dirfd}).place);
}

std::optional<Place> Refused::target(size_t path, std::optional<size_t> dirfd) const {
  return sure(find_target_path(context, task, {.call = call, .path = path, .dirfd = dirfd}).place);
}

std::optional<Place> Refused::root() const {
  const FsStruct* const fs = fs_in(state(), task.fs);
  return fs ? sure(fs->root) : std::nullopt;
}

const MountTree* Refused::mounts() const {
  const TreeId tree = tree_of(state(), task);
  return state().doubt_of(tree).empty() ? tree_in(state(), tree) : nullptr;
}

NamespaceId Refused::user_namespace() const {
  const Fact<NamespaceId>& own = task.namespaces[CT_NS_USER];
  return own.known() ? own.value : 0;
}

NamespaceId Refused::owner_of(ct_ns which) const {
  const Namespace* const ns = task.namespaces[which].known() ? state().ns(task.namespaces[which].value) : nullptr;
  return ns ? ns->owner : 0;
}

bool Refused::in_initial_user_namespace() const {
  const Fact<NamespaceId>& own = task.namespaces[CT_NS_USER];
  return own.known() && is_initial(state(), own.value);
}

Privilege privilege(const Refused& refused, Capability capability, NamespaceId owner) {
  const Fact<NamespaceId>& own = refused.task.namespaces[CT_NS_USER];
  const std::optional<bool> effective = has_effective(refused.task, capability);
  if (!own.known() || !effective) return Privilege::kUnknown;
  NamespaceId at = owner;
  for (int level = 0; at && level < kMostLevels; ++level) {
    if (at == own.value) return *effective ? Privilege::kHeld : Privilege::kNotHeld;
    if (is_initial(refused.state(), at)) return Privilege::kElsewhere;
    const Namespace* const ns = refused.state().ns(at);
    if (!ns) break;
    // Who has made it has all of them in there.
    if (ns->owner == own.value) return *effective ? Privilege::kHeld : Privilege::kUnknown;
    at = ns->owner;
  }
  return Privilege::kUnknown;
}

Privilege privilege_over_host(const Refused& refused, Capability capability) {
  const std::optional<bool> effective = has_effective(refused.task, capability);
  const Namespace* const own = refused.state().ns(refused.task.namespaces[CT_NS_USER].value);
  if (!refused.task.namespaces[CT_NS_USER].known() || !own || !own->inode || !effective) return Privilege::kUnknown;
  if (!refused.in_initial_user_namespace()) return Privilege::kElsewhere;
  return *effective ? Privilege::kHeld : Privilege::kNotHeld;
}

bool is_unmapped(const Refused& refused, NamespaceId user_namespace, uint32_t id, IdKind kind) {
  const Namespace* const ns = refused.state().ns(user_namespace);
  if (!ns || (kind == IdKind::kGid ? ns->gid_map : ns->uid_map).value.empty()) return false;
  const Fact<uint32_t> host = to_host(refused.state(), user_namespace, id, kind);
  return host.known() && host.value == kNoId;
}

std::string what_lacks(const Refused& refused, Capability capability, NamespaceId owner, std::string_view whose) {
  switch (privilege(refused, capability, owner)) {
    case Privilege::kNotHeld: return "no " + std::string(capability.name);
    case Privilege::kElsewhere:
      return std::string(whose) + " belongs to another user namespace, and " + std::string(capability.name) +
             " counts there";
    default: return {};
  }
}

}  // namespace cttrace
