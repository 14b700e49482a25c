// Rules on namespaces and the maps of user namespaces.
#include <fmt/format.h>

#include <algorithm>

#include "check/evidence.h"
#include "check/rule_kinds.h"
#include "render/identity_words.h"

namespace cttrace {
namespace {

using Type = ParameterRow::Type;
using From = NamespaceFacts::From;

const NamespaceFacts* find_namespace(const Judging& judging, std::string_view name) {
  const auto found = std::ranges::find(judging.handed.namespaces, name, &NamespaceFacts::name);
  return found == judging.handed.namespaces.end() ? nullptr : &*found;
}

std::vector<EventNumber> made_by(const NamespaceFacts& ns) {
  return ns.made_by ? std::vector<EventNumber>{ns.made_by} : std::vector<EventNumber>();
}

void judge_namespaces(Judging& judging) {
  std::vector<EventNumber> events;
  for (const std::string& name : judging.parameters.list("required")) {
    const NamespaceFacts* const ns = find_namespace(judging, name);
    if (!ns || !ns->from.known()) {
      judging.cannot_judge(name, "where its " + name + " namespace comes from is not known");
      continue;
    }
    for (const EventNumber event : made_by(*ns))
      if (std::ranges::find(events, event) == events.end()) events.push_back(event);
    if (ns->from.value != From::kStarters) continue;
    Finding& finding = judging.broken(name, "it has no " + name + " namespace of its own, but its starter's");
    finding.expected = "made, or joined", finding.found = "the starter's";
  }
  judging.holds("it has namespaces of its own: " + joined(judging.parameters.list("required")), events);
}

bool has_own_user_namespace(const Judging& judging) {
  const NamespaceFacts* const user = find_namespace(judging, "user");
  return user && user->from.known() && user->from.value != From::kStarters;
}

void judge_map(Judging& judging, const Fact<std::vector<IdExtent>>& map, const std::string& what) {
  if (!map.known()) return judging.cannot_judge(what + " map", "the " + what + " map is not known");
  const uint64_t most = judging.parameters.number("most_ids", UINT64_MAX);
  uint64_t ids = 0;
  for (const IdExtent& extent : map.value) {
    ids += extent.count;
    const bool has_root = extent.lower_first == 0 && extent.count > 0;
    if (!has_root || !judging.parameters.flag("refuse_host_root", true)) continue;
    Finding& finding = judging.broken(
        what + " map", fmt::format("{} {} of the container is the host's {} 0", what, extent.first, what));
    finding.expected = "the host's 0 is not mapped", finding.found = joined(extent_words(map.value));
  }
  if (ids > most) {
    Finding& finding = judging.broken(what + " map", fmt::format("{} {}s are mapped", ids, what));
    finding.expected = fmt::format("{} at most", most), finding.found = joined(extent_words(map.value));
  }
}

bool maps_host_root(const std::vector<IdExtent>& map) {
  return std::ranges::any_of(map, [](const IdExtent& extent) { return extent.lower_first == 0 && extent.count > 0; });
}

void judge_user_namespace(Judging& judging) {
  const NamespaceFacts* const user = find_namespace(judging, "user");
  if (!user || !user->from.known()) return judging.cannot_judge("user", "its user namespace is not known");
  if (!has_own_user_namespace(judging)) {
    if (!judging.parameters.flag("required", true)) return judging.holds("it has no user namespace of its own");
    Finding& finding = judging.broken("user", "it has no user namespace of its own: root in it is root on the host");
    finding.expected = "a user namespace", finding.found = "the starter's";
    return;
  }
  judge_map(judging, judging.handed.uid_map, "uid");
  judge_map(judging, judging.handed.gid_map, "gid");
  const bool has_root = maps_host_root(judging.handed.uid_map.value) || maps_host_root(judging.handed.gid_map.value);
  judging.holds(has_root ? "it has a user namespace of its own, in which the host's root may be mapped"
                         : "it has a user namespace of its own, and the host's root is not in it",
                made_by(*user));
}

}  // namespace

std::vector<RuleKind> namespace_rules() {
  return {
      {"namespaces",
       "It has namespaces of its own",
       "Made for it, or joined: those of a pod are as good as its own. What it has in common with who started it is no "
       "isolation.",
       {{Type::kList, "required", true, "which", "mnt|uts|ipc|net|cgroup|pid|time|user"}},
       judge_namespaces},
      {"user-namespace",
       "Root in it is not root on the host",
       "In a user namespace of its own root has power over what is the container's only.",
       {{Type::kFlag, "required", false, "false: only where it has one, it is judged (default: true)"},
        {Type::kFlag, "refuse_host_root", false, "the host's 0 may not be mapped (default: true)"},
        {Type::kNumber, "most_ids", false, "how many ids may be mapped"}},
       judge_user_namespace},
  };
}

}  // namespace cttrace
