#include "model/namespaces.h"

#include <linux/sched.h>

#include <algorithm>
#include <set>
#include <vector>

#include "model/buried.h"
#include "model/contradictions.h"
#include "model/mount_trees.h"

namespace cttrace {
namespace {

std::string shown(const ModelContext& context, NamespaceId id) {
  const Namespace* const ns = context.state.ns(id);
  if (!ns) return "not known";
  return std::string(namespace_name(ns->type)) + ":[" + std::to_string(ns->inode) + "]";
}

// "pid namespace for children".
std::string_view kind_of(size_t which) {
  static const auto kKinds = [] {
    std::array<std::string, CT_NS_COUNT> kinds;
    for (size_t i = 0; i < CT_NS_COUNT; ++i)
      kinds[i] = std::string(namespace_name(kNamespaceLinks[i].type)) + " namespace" +
                 (is_for_children(i) ? " for children" : "");
    return kinds;
  }();
  return kKinds[which];
}

void hold(ModelContext& context, NamespaceId ns) {
  if (ns == 0) return;
  // Who is held already is neither abandoned nor bound.
  if (context.books.holders[ns]++ > 0) return;
  context.books.abandoned.erase(ns);
  context.books.bound.erase(ns);
}

void release(ModelContext& context, NamespaceId ns) {
  const auto held = context.books.holders.find(ns);
  if (held == context.books.holders.end() || --held->second > 0) return;
  context.books.holders.erase(held);
  const Namespace* const left = context.state.ns(ns);
  // What was there before us is there without us, as far as anybody can tell.
  if (left && left->origin != Namespace::Origin::kInitial) context.books.abandoned.insert(ns);
}

NamespaceId add(ModelContext& context, Namespace&& ns) {
  const NamespaceId id = ++context.books.last_namespace;
  ns.made_by = context.state.event;
  ns.made_ns = context.state.time_ns;
  if (ns.inode != 0) context.books.by_inode[{ns.type, ns.inode}].push_back(id);
  hold(context, ns.owner);
  if (ns.parent != ns.owner) hold(context, ns.parent);
  if (ns.origin != Namespace::Origin::kInitial) context.books.abandoned.insert(id);  // until somebody is put into it
  context.state.namespaces.emplace(id, CopyOnWrite<Namespace>(std::move(ns)));
  return id;
}

void begin_as(Namespace& ns, const Namespace* from) {
  switch (ns.type) {
    case CLONE_NEWUTS:
      if (from) ns.hostname = from->hostname, ns.domainname = from->domainname;
      break;
    case CLONE_NEWUSER:
      ns.uid_map = ns.gid_map = {{}, Evidence::kInferred};
      if (from)
        ns.setgroups_allowed = {from->setgroups_allowed.value,
                                std::min(from->setgroups_allowed.evidence, Evidence::kInferred)};
      break;
    default: break;
  }
}

// The two are one: `later` was met by its inode number before it was known that `ns` has it.
void merge(ModelContext& context, NamespaceId later, NamespaceId ns) {
  const std::set<TaskId> tasks = context.state.ns(later)->tasks;
  for (const TaskId id : tasks) {
    TaskState& task = context.state.tasks.at(id).edit();
    for (int which = 0; which < CT_NS_COUNT; ++which)
      if (task.namespaces[which].value == later)
        put_into(context, task, static_cast<ct_ns>(which), ns, task.namespaces[which].evidence);
  }
}

// The inode number of the namespace that the task is in, which had none yet. Numbers are used again: whose it was
// before has gone, also where its last task ended while the call went on that has made this one, and is told to have
// ended later. Not so what the caller was in before.
void name(ModelContext& context, const TaskState& task, ct_ns which, uint32_t inode, uint32_t inode_before) {
  const NamespaceId id = task.namespaces[which].value;
  Namespace& ns = edit_namespace(context, id);
  ns.inode = inode;
  if (ns.mounts) name_mounts(context, ns.mounts, inode);
  if (ns.type == CLONE_NEWNS) forget_buried(context, inode);
  const NamespaceId before = find_namespace(context, ns.type, inode);
  context.books.by_inode[{ns.type, inode}].push_back(id);
  const Namespace* const other = context.state.ns(before);
  if (!other) return;
  const bool just_made = ns.made_by == context.state.event;
  if (before > id)
    merge(context, before, id);
  else if (!other->tasks.empty() && (!just_made || inode == inode_before))
    contradict(context, kind_of(which), whose(task), "a new one", shown(context, before));
}

// Of two that were made at once, the one that is told last may have gone first: then the other one has the number.
void forget_number(ModelContext& context, const Namespace& gone, NamespaceId id) {
  const auto named = context.books.by_inode.find({gone.type, gone.inode});
  if (named == context.books.by_inode.end()) return;
  std::erase(named->second, id);
  if (named->second.empty()) {
    context.books.by_inode.erase(named);
    return;
  }
  const Namespace* const other = context.state.ns(named->second.back());
  if (other && other->mounts) name_mounts(context, other->mounts, gone.inode);
}

// All that have the number, of whatever type.
std::vector<NamespaceId> all_with_number(const ModelContext& context, uint32_t inode) {
  std::vector<NamespaceId> found;
  for (const NamespaceType& type : kNamespaceTypes) {
    const auto of_type = context.books.by_inode.find({type.flag, inode});
    if (of_type != context.books.by_inode.end())
      found.insert(found.end(), of_type->second.begin(), of_type->second.end());
  }
  return found;
}

}  // namespace

Namespace& edit_namespace(ModelContext& context, NamespaceId id) { return context.state.namespaces.at(id).edit(); }

FilesGone files_gone(const Changes& changes) {
  FilesGone gone;
  for (const Change& change : changes) {
    gone.any = gone.any || std::holds_alternative<TreeDissolved>(change);
    const auto* const mount = std::get_if<MountChanged>(&change);
    using What = MountChanged::What;
    if (!mount || (mount->what != What::kUnmounted && mount->what != What::kDetached)) continue;
    gone.any = gone.any || mount->below;
    if (const uint32_t shown = namespace_shown(mount->mounted.root)) gone.inodes.insert(shown);
  }
  return gone;
}

void sweep_namespaces(ModelContext& context, const FilesGone& gone) {
  std::set<NamespaceId>& abandoned = context.books.abandoned;
  std::set<NamespaceId>& bound = context.books.bound;
  if (gone.any) abandoned.merge(bound);
  for (const uint32_t inode : gone.inodes)
    for (const NamespaceId id : all_with_number(context, inode))
      if (bound.erase(id)) abandoned.insert(id);
  const bool may_be_bound = !context.state.mount_objects->of_namespaces.empty();
  while (!abandoned.empty()) {
    const NamespaceId id = abandoned.extract(abandoned.begin()).value();
    if (may_be_bound && is_bound(context.state, context.state.namespaces.at(id)->inode)) {
      bound.insert(id);
      continue;
    }
    const auto place = context.state.namespaces.find(id);
    const Namespace left = *place->second;
    context.state.namespaces.erase(place);
    if (left.mounts) {
      const MountTree* const mounts = context.state.tree(left.mounts);
      if (mounts && MountTreeEditor::shows_namespaces(*mounts)) abandoned.merge(bound);
      bury_mounts(context, left);
      drop_mounts(context, left.mounts);
    }
    forget_number(context, left, id);
    release(context, left.owner);
    if (left.parent != left.owner) release(context, left.parent);
  }
}

NamespaceId make_namespace(ModelContext& context, uint32_t type, TaskId creator, NamespaceId owner, NamespaceId from) {
  Namespace ns;
  ns.type = type;
  ns.origin = Namespace::Origin::kCreated;
  ns.creator = creator;
  ns.owner = owner;
  if (type == CLONE_NEWPID) ns.parent = from;
  begin_as(ns, context.state.ns(from));
  return add(context, std::move(ns));
}

NamespaceId find_namespace(const ModelContext& context, uint32_t type, uint32_t inode) {
  const auto found = context.books.by_inode.find({type, inode});
  return found == context.books.by_inode.end() ? 0 : found->second.back();
}

NamespaceId namespace_with(ModelContext& context, uint32_t type, uint32_t inode, Namespace::Origin origin) {
  if (inode == 0) return 0;
  if (const NamespaceId known = find_namespace(context, type, inode)) return known;
  Namespace ns;
  ns.type = type;
  ns.inode = inode;
  ns.origin = origin;
  return add(context, std::move(ns));
}

void put_into(ModelContext& context, TaskState& task, ct_ns which, NamespaceId ns, Evidence evidence) {
  Fact<NamespaceId>& fact = task.namespaces[which];
  const NamespaceId before = fact.value;
  fact = {ns, ns ? evidence : Evidence::kUnknown};
  if (before == ns) return;
  hold(context, ns);
  if (!is_for_children(which)) {
    if (context.state.ns(before)) {
      Namespace& left = edit_namespace(context, before);
      left.tasks.erase(task.id);
      if (left.tasks.empty()) left.last_left_ns = context.state.time_ns;
    }
    if (ns) edit_namespace(context, ns).tasks.insert(task.id);
  }
  release(context, before);
}

void leave_all(ModelContext& context, TaskState& task) {
  // Where it was last is told of it to the end of the event.
  const auto last = task.namespaces;
  for (int which = 0; which < CT_NS_COUNT; ++which)
    put_into(context, task, static_cast<ct_ns>(which), 0, Evidence::kUnknown);
  task.namespaces = last;
}

void give_owner(ModelContext& context, NamespaceId ns, NamespaceId owner) {
  edit_namespace(context, ns).owner = owner;
  hold(context, owner);
}

void own_namespaces(ModelContext& context, const TaskState& task) {
  const NamespaceId owner = task.namespaces[CT_NS_USER].value;
  for (const Fact<NamespaceId>& fact : task.namespaces) {
    const Namespace* const ns = context.state.ns(fact.value);
    if (!ns || ns->owner != 0 || ns->type == CLONE_NEWUSER || ns->origin != Namespace::Origin::kInitial) continue;
    give_owner(context, fact.value, owner);
  }
}

NamespaceInodes inodes_of(const State& state, const TaskState& task) {
  NamespaceInodes inodes = {};
  for (int which = 0; which < CT_NS_COUNT; ++which)
    if (const Namespace* const ns = state.ns_of(task, static_cast<ct_ns>(which))) inodes[which] = ns->inode;
  return inodes;
}

std::array<bool, CT_NS_COUNT> observe_namespaces(ModelContext& context, TaskState& task, const NamespaceInodes& inodes,
                                                 Namespace::Origin origin, const NamespaceInodes& before) {
  std::array<bool, CT_NS_COUNT> news = {};
  for (int i = 0; i < CT_NS_COUNT; ++i) {
    const auto which = static_cast<ct_ns>(i);
    Fact<NamespaceId>& fact = task.namespaces[i];
    if (inodes[i] == 0) continue;
    const Namespace* const believed = context.state.ns(fact.value);
    if (fact.known() && believed && believed->inode == 0) name(context, task, which, inodes[i], before[i]);
    // Somebody else's may have got the number, whose call is told before this one's last task ended.
    const bool as_believed = believed && context.state.ns(fact.value)->inode == inodes[i];
    const NamespaceId said = as_believed ? fact.value : namespace_with(context, type_of(which), inodes[i], origin);
    news[i] = !fact.known() || fact.value != said;
    if (!fact.known())
      learn(context, kind_of(i));
    else if (fact.value == said)
      confirm(context, kind_of(i));
    else
      contradict(context, kind_of(i), whose(task), shown(context, fact.value), shown(context, said));
    put_into(context, task, which, said, Evidence::kObserved);
  }
  return news;
}

}  // namespace cttrace
