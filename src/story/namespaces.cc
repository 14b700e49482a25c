// Whose the namespaces are that somebody ends up in.
#include <algorithm>

#include "cttrace/namespace.h"
#include "story/work.h"

namespace cttrace {

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
  for (const NamespaceType& type : kNamespaceTypes) {
    ContainerNamespace each{.type = type.flag, .inode = now[type.own]};
    if (set_up.unit->origin.namespaces[type.own] != now[type.own]) {
      const auto joined = set_up.joined.find(type.flag), made = set_up.made.find(type.flag);
      const bool is_own =
          made != set_up.made.end() && made->second == now[type.own];  // it has been elsewhere, and is back
      const bool seen_to_join = joined != set_up.joined.end() && joined->second == now[type.own];
      const bool is_joined = !is_own && (seen_to_join || was_made_elsewhere(set_up, program, type.own));
      each.how = is_joined ? ContainerNamespace::How::kJoined : ContainerNamespace::How::kMade;
      if (is_joined)
        if (const Known* const owner = containers_.find(containers_.owner_of(type.flag, now[type.own])))
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
  return std::ranges::all_of(kNamespaceTypes, [&](const NamespaceType& type) {
    const auto joined = set_up.joined.find(type.flag);
    return joined == set_up.joined.end() || joined->second == first->origin.namespaces[type.own];
  });
}

}  // namespace cttrace
