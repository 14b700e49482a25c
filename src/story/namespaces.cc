// Whose the namespaces are that somebody ends up in.
#include <sched.h>

#include <algorithm>

#include "story/work.h"

namespace cttrace {
namespace {

struct NamespaceKind {
  uint32_t type;
  ct_ns which;
};
constexpr NamespaceKind kNamespaceKinds[] = {{CLONE_NEWNS, CT_NS_MNT},    {CLONE_NEWPID, CT_NS_PID},
                                             {CLONE_NEWNET, CT_NS_NET},   {CLONE_NEWUTS, CT_NS_UTS},
                                             {CLONE_NEWIPC, CT_NS_IPC},   {CLONE_NEWCGROUP, CT_NS_CGROUP},
                                             {CLONE_NEWUSER, CT_NS_USER}, {0x80 /* CLONE_NEWTIME */, CT_NS_TIME}};

}  // namespace

// Somebody else has made it, and no set-up had begun when it was joined.
bool Teller::Work::was_made_elsewhere(const SetUp& set_up, TaskId program, ct_ns which) const {
  const TaskState* const task = state_->task(program);
  const Namespace* const ns = task ? state_->ns_of(*task, which) : nullptr;
  if (!ns) return false;
  const Unit& unit = *set_up.unit;
  if (ns->origin != Namespace::Origin::kCreated) return true;
  if (unit.seen_to_begin && ns->made_by && ns->made_by < unit.first) return true;
  const auto creator = ns->creator ? people_.find(*ns->creator) : people_.end();
  return creator != people_.end() && !is_of(*creator->second.process->unit, unit);
}

std::vector<ContainerNamespace> Teller::Work::namespaces_of(const SetUp& set_up, TaskId program,
                                                            const NamespaceInodes& now) const {
  std::vector<ContainerNamespace> all;
  for (const auto& [type, which] : kNamespaceKinds) {
    ContainerNamespace each{.type = type, .inode = now[which]};
    if (set_up.unit->origin.namespaces[which] != now[which]) {
      const auto joined = set_up.joined.find(type), made = set_up.made.find(type);
      const bool is_own =
          made != set_up.made.end() && made->second == now[which];  // it has been elsewhere, and is back
      const bool seen_to_join = joined != set_up.joined.end() && joined->second == now[which];
      const bool is_joined = !is_own && (seen_to_join || was_made_elsewhere(set_up, program, which));
      each.how = is_joined ? ContainerNamespace::How::kJoined : ContainerNamespace::How::kMade;
      if (is_joined)
        if (const Known* const owner = containers_.find(containers_.owner_of(type, now[which])))
          each.of = owner->short_name;
    }
    all.push_back(std::move(each));
  }
  return all;
}

// All that was joined is what the first of the programs above had.
bool Teller::Work::is_return(const SetUp& set_up) const {
  const Unit* first = set_up.unit.get();
  while (first->above) first = first->above.get();
  if (!first->origin.known || set_up.joined.empty()) return false;
  return std::ranges::all_of(kNamespaceKinds, [&](const NamespaceKind& kind) {
    const auto joined = set_up.joined.find(kind.type);
    return joined == set_up.joined.end() || joined->second == first->origin.namespaces[kind.which];
  });
}

}  // namespace cttrace
